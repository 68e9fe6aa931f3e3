"""Mail bombs: when one more mail of a stranger goes into the one case of the flood instead of opening its own.

Nothing is refused and nothing is lost: what is folded keeps its bytes, its line in the sum and a clock that runs. What
the border proves (dmarc=pass) never pays for what nothing proves: it has limits ten times as high, and looks alike only
to mail of its own domain, so that the honest users of a big provider are not taken for the flood. Pure; threats B1, B2
and D8.
"""

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SENDER, ALIKE, DOMAIN, UNPROVED = "flood_sender", "flood_alike", "flood_domain", "flood_unproved"
"""Why a mail was folded: too many of one sender, of the same kind of text, of one domain, of mail nothing proves."""
REASONS = (SENDER, ALIKE, DOMAIN, UNPROVED)
FLAG = "flood"
"""The flag of the case that a flood goes into."""
PROVED_TIMES = 10
"""How much more often mail may come that the border proves."""
MARKS = 6
_ENOUGH = 4
"""Marks of a text, and how many of them make it the same kind: two texts that share four fifths nearly always do,
two that only share a greeting practically never."""
_SHINGLE = 7
_SHORT = 3
_LOOKED_AT = 1_500
"""Characters that two texts are compared by, and how much of a text is looked at: later words are easy to vary."""
_NOT_SAID = re.compile(r"https?://\S+|\S+@\S+|[\W\d_]+")
"""What every copy of a text may have of its own: links, addresses, numbers."""
MOST_AN_HOUR, _HOUR, _MUTE = 5, timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Caps:
    """How many mails of strangers open cases of their own in a day; 0 is no limit."""

    sender: int
    alike: int
    domain: int
    unproved: int

    def of(self, reason: str, *, is_proved: bool) -> int:
        """Return the limit for a reason, 0 for none; one address is one address, whatever is proved."""
        if reason == SENDER:
            return self.sender
        plain = {ALIKE: self.alike, DOMAIN: self.domain, UNPROVED: 0 if is_proved else self.unproved}[reason]
        return plain * PROVED_TIMES if is_proved else plain


@dataclass(frozen=True, slots=True)
class Traces:
    """What a mail is counted under, by reason: keyed hashes, for the words and addresses themselves are personal."""

    keys: Mapping[str, tuple[str, ...]]
    is_proved: bool


class Tally:
    """How often each trace was seen today; `new` is what this batch adds, still to be written."""

    def __init__(self, seen: Mapping[str, int], caps: Caps) -> None:
        """Take the counts that are written already."""
        self._seen, self._caps = seen, caps
        self.new: dict[str, int] = {}

    def reason(self, traces: Traces) -> str | None:
        """Return why a mail goes into the flood, None where it opens a case of its own."""
        return next((reason for reason in REASONS if self._is_over(reason, traces)), None)

    def count(self, traces: Traces) -> None:
        """Count a mail that opens a case of its own; what is folded needs no count: its limit is reached."""
        for key in (key for keys in traces.keys.values() for key in keys):
            self.new[key] = self.new.get(key, 0) + 1

    def _is_over(self, reason: str, traces: Traces) -> bool:
        limit, keys = self._caps.of(reason, is_proved=traces.is_proved), traces.keys.get(reason, ())
        full = sum(self._seen.get(key, 0) + self.new.get(key, 0) >= limit for key in keys)
        return limit > 0 and full >= (_ENOUGH if reason == ALIKE else 1)


def marks(text: str) -> tuple[int, ...]:
    """Return the marks of a text: what of its shingles falls first in each of `MARKS` bins (min-wise hashing).

    Texts that share most of their words share most of their marks. Too short a text has one mark for all of them.
    """
    said = _NOT_SAID.sub(" ", unicodedata.normalize("NFKC", text[:_LOOKED_AT]).casefold())
    least = dict[int, int]()
    for start in range(max(len(said) - _SHINGLE + 1, 1)):
        value = zlib.crc32(said[start : start + _SHINGLE].encode("utf-8", "surrogatepass"))
        place = value % MARKS
        if value < least.get(place, value + 1):
            least[place] = value
    return tuple(least.get(place, zlib.crc32(said.encode("utf-8", "surrogatepass"))) for place in range(MARKS))


def organisation(domain: str) -> str:
    """Return the part of a domain that somebody had to pay for: subdomains are for free, and so is their number.

    The last two labels, or three where the second is a short one under a country (`co.jp`); a list of all public
    suffixes would be more exact, and older every day.
    """
    labels = domain.rsplit(".", 3)[-3:]
    is_wide = len(labels) == 3 and len(labels[1]) <= _SHORT and len(labels[2]) == 2  # noqa: PLR2004 -- a country code
    return ".".join(labels if is_wide else labels[-2:])


def told_at(count: int) -> int:
    """Return at which count staff were last to be told of a flood of so many: at each power of ten."""
    return int(10 ** (len(str(count)) - 1)) if count else 0


def muted_until(written: Sequence[datetime]) -> datetime | None:
    """Return until when a correspondent gets nothing that no person wrote, None where they may.

    `written` are the moments of such mails to them, in any order. More than five within an hour are a conversation
    between two machines (threats B2).
    """
    ordered = sorted(written)
    full = [last for first, last in zip(ordered, ordered[MOST_AN_HOUR - 1 :], strict=False) if last - first < _HOUR]
    return max(full) + _MUTE if full else None
