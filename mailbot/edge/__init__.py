"""Talks: one module per outside thing (IMAP, SMTP, spaCy, Jinja2, the clock)."""
