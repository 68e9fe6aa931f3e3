"""Reads the fields of a letter out of what staff wrote: `事実: …` or `Facts: …`, each until the next label. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from mailbot.core.desk.letterbook import ADDRESSEE, Field
from mailbot.core.message import Language

_MAX_LABEL_CHARS = 60
_COLON = re.compile(r"[:：]")
_BULLETS = " \t\u3000■□・●○◆◇*-‐–—"
_OPTIONAL = {Language.JA: "(任意)", Language.EN: " (optional)"}
_COLONS = {Language.JA: "：", Language.EN: ":"}


def read_fields(text: str, fields: Sequence[Field]) -> tuple[dict[str, str], str]:
    """Return what was filled in by the name of its field, and the text before the first label.

    A label is that of either language or the field's name, in any case, after an optional bullet; ADDRESSEE may
    always be given. A field runs until the next label, as typed; what stands under a label twice is joined, and a
    field nobody filled in is left out. A label that two fields share fills both. A line with any other label belongs
    to the field it stands in.
    """
    names = _names((ADDRESSEE, *fields))
    before, found = list[str](), dict[str, list[str]]()
    current = [before]
    for line in text.split("\n"):
        begun, words = _labelled(line, names)
        current = [found.setdefault(name, []) for name in begun] or current
        for lines in current:
            lines.append(words)
    filled = {name: "\n".join(lines).strip() for name, lines in found.items()}
    return {name: words for name, words in filled.items() if words}, "\n".join(before).strip("\n")


def skeleton(fields: Sequence[Field], language: Language) -> str:
    """Return the lines to fill in, one for each field, as `read_fields` reads them back."""
    return "".join(
        f"{field.label(language)}{'' if field.is_required else _OPTIONAL[language]}{_COLONS[language]}\n"
        for field in fields
    )


def _names(fields: Sequence[Field]) -> dict[str, tuple[str, ...]]:
    """Return the names of the fields that each label means."""
    pairs = [(_key(label), field.name) for field in fields for label in (field.name, field.ja, field.en)]
    return {key: tuple(dict.fromkeys(name for other, name in pairs if other == key)) for key, _ in pairs}


def _labelled(line: str, names: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    """Return the names of the fields a line begins and what follows its label; () and the line where it begins none."""
    colon = _COLON.search(line, 0, _MAX_LABEL_CHARS)
    begun = names.get(_key(line[: colon.start()]), ()) if colon else ()
    return (begun, line[colon.end() :].strip()) if colon and begun else ((), line)


def _key(label: str) -> str:
    """Return a label as it is compared: NFKC, lower case, one space between words, without bullet or `(任意)`."""
    plain = unicodedata.normalize("NFKC", label).casefold().strip(_BULLETS)
    for mark in _OPTIONAL.values():
        plain = plain.removesuffix(mark.strip())
    return " ".join(plain.replace("_", " ").split())
