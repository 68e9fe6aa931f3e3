"""The text a person would read: plain, HTML and older forms."""
