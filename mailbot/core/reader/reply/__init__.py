"""The newest words: what is quotation, earlier mail, signature or footer."""
