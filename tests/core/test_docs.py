"""What docs/ says is what the code does."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from mailbot.config import Config
from mailbot.core.desk.manual import manual
from mailbot.core.diagram import diagram

DOCS = Path(__file__).parents[2] / "docs"


def test_the_state_diagram_is_the_one_the_table_makes() -> None:
    assert (DOCS / "states.md").read_text(encoding="utf-8") == diagram(), "run `make docs`"


def test_the_page_of_the_commands_is_the_one_the_table_makes() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == manual(), "run `make docs`"


@pytest.mark.parametrize("section", Config.model_fields)
def test_every_key_of_a_section_is_explained_and_no_other(section: str) -> None:
    annotation: Any = Config.model_fields[section].annotation
    model = next(iter(get_args(annotation)), annotation)
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    [body] = re.findall(rf"^## \[+{section}\]+\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    first_cells = re.findall(r"^\| (`.*?) \|", body, re.MULTILINE)
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == set(model.model_fields)
