"""The desk by mail, joined: what a staff mail orders is decided by `core.desk`, written and remembered here."""
