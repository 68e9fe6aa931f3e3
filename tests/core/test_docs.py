"""What docs/ says is what the code does."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from mailbot.config import Config
from mailbot.core.desk.letterbook import FORMS
from mailbot.core.desk.outcomes import allowed
from mailbot.core.kinds import KINDS, UNCLASSIFIED

DOCS = Path(__file__).parents[2] / "docs"
REPOSITORY = DOCS.parent
PAGES: dict[str, Callable[[], str]] = runpy.run_path(str(DOCS / "make.py"))["PAGES"]
WRITTEN = [REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_made_is_the_one_the_code_makes(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def test_the_page_of_the_letters_has_every_form_and_every_outcome_of_every_right() -> None:
    tables = [
        re.findall(r"^\| (?!letter|right|-).*", part, re.MULTILINE) for part in PAGES["letters.md"]().split("\n## ")
    ]
    _, letters, rights, grounds = (len(rows) for rows in tables)
    kinds = {frozenset(allowed(kind)) for kind in KINDS}
    assert letters == len(FORMS)
    assert rights >= sum(map(len, kinds))
    assert grounds > 0
    assert f"`{UNCLASSIFIED}`" not in PAGES["letters.md"]()


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.name)
def test_every_link_inside_the_documents_leads_somewhere(file: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", file.read_text(encoding="utf-8"))
    assert not [link for link in links if not (file.parent / link).exists()]


@pytest.mark.parametrize("section", Config.model_fields)
def test_every_key_of_a_section_is_explained_and_no_other(section: str) -> None:
    annotation: Any = Config.model_fields[section].annotation
    model = next(iter(get_args(annotation)), annotation)
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    [body] = re.findall(rf"^## \[+{section}\]+\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    first_cells = re.findall(r"^\| (`.*?) \|", body, re.MULTILINE)
    assert {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)} == set(model.model_fields)
