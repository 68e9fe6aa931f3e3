"""Writes the parts of docs/ that are made from the code: `make docs`; a test compares them."""

from pathlib import Path

from mailbot.core.desk.manual import manual
from mailbot.core.diagram import diagram

_DOCS = Path(__file__).parent

(_DOCS / "states.md").write_text(diagram(), encoding="utf-8")
(_DOCS / "commands.md").write_text(manual(), encoding="utf-8")
