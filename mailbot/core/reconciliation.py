"""What can differ between the mail server, the ledger and the inbox, and how people are told; ids only, no names."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.core.letters import Company, Letter, LetterKind
from mailbot.core.message import Language

MISSING, RETURNED, UNFILED = "missing", "returned", "unfiled"
STRANDED, GHOST, UNKNOWN = "stranded", "ghost", "unknown"
MOST_IDS = 20
"""Ids that are named of one difference."""

_SENTENCES = {
    MISSING: "on the server and not in the ledger",
    RETURNED: "filed by the ledger and still in the folder where it arrived",
    UNFILED: "dealt with more than an hour ago and not filed",
    STRANDED: "in the ledger without a disposition, and nobody will read it",
    GHOST: "waiting to be read though it has a disposition",
    UNKNOWN: "counted under no known disposition",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference in one folder ("" for the ledger as a whole): how many messages, and the first ids.

    The ids are UIDs for MISSING and RETURNED, ledger numbers otherwise.
    """

    code: str
    folder: str
    count: int
    ids: tuple[int, ...]


def sentence(one: Difference) -> str:
    """Return a difference in plain English words."""
    where = f"{one.folder}: " if one.folder else ""
    what = "UID" if one.code in {MISSING, RETURNED} else "message"
    named = ", ".join(map(str, one.ids)) + (", …" if one.count > len(one.ids) else "")
    return f"{where}{one.count} {_SENTENCES[one.code]} ({what} {named})"


def lasting(before: Sequence[Difference], now: Sequence[Difference]) -> list[Difference]:
    """Return the differences that were there at the look before too: what has just come is on its way."""
    known = {(one.code, one.folder): set(one.ids) for one in before}
    return [one for one in now if known.get((one.code, one.folder), set()) & set(one.ids)]


def reconciliation(company: Company, found: Sequence[Difference], to: str, language: Language) -> Letter:
    """Return the mail that tells a person what differs."""
    context = {"company": company, "ref": "", "found": list(found), "count": sum(one.count for one in found)}
    return Letter("reconciliation", LetterKind.WARNING, language, to, context)
