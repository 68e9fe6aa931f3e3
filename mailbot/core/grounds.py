"""The grounds on which a request may be refused, as data: a code that staff type, and the words the letter prints.

Source: law §1; APPI Arts. 32(2), 33(2) and (4), 34(2), 35. A policy file from before the grounds has none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.kinds import KINDS
from mailbot.core.message import Language
from mailbot.core.section import Section

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ONE_LINE = r"[^\r\n]*\S[^\r\n]*"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: `code` as in `/refuse 33-2-1`; `ja` and `en` as the letter says it, article included, on one line."""

    code: str
    ja: str
    en: str

    def words(self, language: Language) -> str:
        """Return the ground in the words of the letter's language."""
        return self.ja if language is Language.JA else self.en


def read_grounds(top: Section, values: Mapping[str, object]) -> dict[str, dict[str, Ground]]:
    """Return `Kind.periods` → code → ground as the policy text `values` writes them; a table nobody wrote is absent.

    `top` is the reader of the same text: every fault is noted there.
    """
    section = top.section("grounds")
    groups = dict.fromkeys(kind.periods for kind in KINDS.values() if kind.periods in section)
    written = _entries(values.get("grounds"))
    grounds = {group: _group(section.section(group), _entries(written.get(group))) for group in groups}
    section.close()
    return grounds


def _group(section: Section, codes: Mapping[str, object]) -> dict[str, Ground]:
    return {code: _ground(code, section) for code in codes}


def _ground(code: str, section: Section) -> Ground:
    if not _CODE.fullmatch(code):
        section.fault(code, 'expected a code of a-z, 0-9 and hyphens, for example "33-2-1"')
    words = section.section(code)
    ja = words.text("ja", "他の法令に違反することとなる場合", _ONE_LINE)
    en = words.text("en", "a breach of another law that would follow", _ONE_LINE)
    words.close()
    return Ground(code, ja, en)


def _entries(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
