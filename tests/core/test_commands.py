"""One table says every command: in both languages, with its level, and help that is true of it."""

import re

import pytest

from mailbot.core.desk import vocabulary
from mailbot.core.desk.commands import BY_WORD, COMMANDS, LEVEL_WORDS, Spec, help_rows
from mailbot.core.desk.identity import METHODS
from mailbot.core.desk.letterbook import FORMS
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import read_order
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Language

SPECS = list(COMMANDS.values())
LEVELS = {
    Level.STAFF: "take assign note type ask reopen link hold status list history why help undo snooze absent files",
    Level.CODE: "send verify grant nodata close merge split spam party",
    Level.MANAGER: "partial refuse extend approve deny to",
}
VOCABULARIES = {
    "kinds": (vocabulary.KINDS_ASKED, set(KINDS) - {UNCLASSIFIED}),
    "letters": (vocabulary.LETTERS, {form.code for form in FORMS}),
    "methods": (vocabulary.METHODS, set(METHODS)),
    "asked": (vocabulary.ASKED, {"id", "mandate", "scope", "wait"}),
    "closed": (vocabulary.CLOSED, {"withdrawn", "lapsed"}),
    "roles": (vocabulary.ROLES, {"agent", "family"}),
}
HIRAGANA_KATAKANA_KANJI = re.compile(r"[ぁ-んァ-ヶー一-龠]")


@pytest.mark.parametrize("level", LEVELS)
def test_each_command_has_the_level_of_the_desk(level: Level) -> None:
    assert {spec.name for spec in SPECS if spec.level is level} == set(LEVELS[level].split())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_command_is_shown_and_explained_in_both_languages(spec: Spec) -> None:
    assert spec.words_en[0] == spec.name
    assert spec.usage_en.split()[0] == f"/{spec.words_en[0]}"
    assert spec.usage_ja.split()[0] == f"/{spec.words_ja[0]}"
    assert spec.usage_en.isascii() or "…" in spec.usage_en
    assert HIRAGANA_KATAKANA_KANJI.search(spec.help_ja)
    assert not HIRAGANA_KATAKANA_KANJI.search(spec.help_en)


def test_a_word_means_one_command_except_the_one_that_its_argument_tells_apart() -> None:
    shared = {word: [spec.name for spec in specs] for word, specs in BY_WORD.items() if len(specs) > 1}
    assert shared == {"担当": ["take", "assign"]}


def test_words_are_stored_as_they_are_compared() -> None:
    assert [word for word in BY_WORD if word != word.casefold() or re.search(r"[\s:/#,]", word)] == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_word_of_a_command_is_known_to_the_reader(spec: Spec) -> None:
    for word in (*spec.words_en, *spec.words_ja):
        read = read_order(f"/{word}")
        assert {one.code for one in read.mistakes} <= {"argument"}, word


@pytest.mark.parametrize("language", Language)
def test_help_has_one_row_for_each_command_with_who_stands_behind_it(language: Language) -> None:
    rows = help_rows(language)
    assert [row[0].split()[0][1:] in BY_WORD for row in rows] == [True] * len(COMMANDS)
    at = 0 if language is Language.JA else 1
    assert [row[1].endswith(f"({LEVEL_WORDS[spec.level][at]})") for row, spec in zip(rows, SPECS, strict=True)] == [
        True
    ] * len(COMMANDS)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_words_for_codes_lead_to_every_code_and_no_other(name: str) -> None:
    words, codes = VOCABULARIES[name]
    assert set(words.values()) == codes
    assert [word for word in words if word != word.casefold() or "-" in word] == []
    assert [code for code in codes if words.get(code.lower()) != code] == []
    assert [code for code in codes if not any(words[word] == code for word in words if not word.isascii())] == []
