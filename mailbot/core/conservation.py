"""The conservation line: every message that came in has exactly one disposition, and the sum shows it."""

from collections.abc import Mapping

_WORDS = (
    ("cases", "case"),
    ("follow-ups", "follow-up"),
    ("staff", "staff"),
    ("machine", "machine"),
    ("duplicates", "duplicate"),
    ("spam", "spam"),
    ("held", "held"),
    ("old", "old"),
)


def conservation_line(counts: Mapping[str, int], missing: int = 0) -> str:
    """Return `in N = cases A + … + old H`; `missing` are messages on the server that the ledger lacks."""
    total = sum(counts.values()) + missing
    return f"in {total} = " + " + ".join(f"{word} {counts.get(key, 0)}" for word, key in _WORDS)
