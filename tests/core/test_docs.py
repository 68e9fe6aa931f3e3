"""What docs/ says is what the code does."""

from pathlib import Path

from mailbot.core.diagram import diagram

DOCS = Path(__file__).parents[2] / "docs"


def test_the_state_diagram_is_the_one_the_table_makes() -> None:
    assert (DOCS / "states.md").read_text(encoding="utf-8") == diagram(), "run `make docs`"
