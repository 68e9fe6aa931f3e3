"""`python -m mailbot`."""

from mailbot.cli import app

app()
