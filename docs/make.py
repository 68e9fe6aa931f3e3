"""Writes the parts of docs/ that are made from the code: `make docs`; a test compares them."""

from pathlib import Path

from mailbot.core.diagram import diagram

(Path(__file__).parent / "states.md").write_text(diagram(), encoding="utf-8")
