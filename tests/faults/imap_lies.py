"""The rows of the table for what an IMAP server says: literals, numbers, dates and folders that are not right."""

import re
from datetime import UTC, datetime, timedelta

from tests.faults.case import ABILITIES, Case, Scene
from tests.faults.imap_server import Folder
from tests.faults.office import LATE, MORNING, SATO, Office, wish
from tests.faults.script import At, Deed, adds, keeps, swaps


def _edit(pattern: bytes, new: bytes) -> Deed:
    return Deed(lambda _, answer: re.sub(pattern, new, answer, flags=re.DOTALL))


def _of(uid: int, pattern: bytes, new: bytes) -> Deed:
    """The same in the answer for one message."""

    def change(_: bytes, answer: bytes) -> bytes:
        before, found, rest = answer.partition(b"(UID %d " % uid)
        return before + found + re.sub(pattern, new, rest, count=1, flags=re.DOTALL)

    return Deed(change)


def _received(office: Office) -> list[datetime]:
    rows = office.rows("SELECT received_at FROM ledger WHERE disposition = 'case' ORDER BY received_at")
    return [datetime.fromisoformat(str(at)).replace(tzinfo=UTC) for (at,) in rows]


def _not_in_the_future(office: Office) -> None:
    assert max(_received(office)) <= MORNING + timedelta(minutes=10)


def _as_seen(office: Office) -> None:
    """A mail whose date nobody can read came when the worker saw it, by the worker's clock."""
    assert all(MORNING <= at < MORNING + timedelta(minutes=10) for at in _received(office))


def _unnumbered(office: Office) -> None:
    """Let the inbox have no number of its own from the start, as iCloud's has none."""
    office.imap.folders["INBOX"].uidvalidity = 0
    office.imap.seen = [(folder, 0 if folder == "INBOX" else number, one) for folder, number, one in office.imap.seen]


def _put_back(office: Office) -> None:
    """Bring all mails back under other numbers, as a server does that was moved."""
    folder = Folder(1_800_000_000)
    office.imap.folders["INBOX"] = folder
    for _, _, one in list(office.imap.seen):
        office.imap.deliver(one.raw, one.received_at)


def _hide(name: str, office: Office) -> None:
    office.hidden = office.imap.folders.pop(name)


def _show(name: str, office: Office) -> None:
    office.imap.folders[name] = office.hidden


def _one_more(office: Office) -> None:
    office.imap.deliver(wish(LATE), MORNING + timedelta(minutes=1))


def _a_late_one(office: Office) -> None:
    """UID 8 becomes visible after 9 was read."""
    office.imap.deliver(wish(LATE), MORNING, uid=8)


def _in_junk_too(office: Office) -> None:
    office.imap.deliver(wish(SATO), MORNING, folder="Junk")


_SPAM = b"Subject: win\r\nFrom: x@spam.test\r\nMessage-ID: <win@spam.test>\r\n\r\nbuy\r\n"


def _only_in_junk(office: Office) -> None:
    office.imap.deliver(_SPAM, MORNING, folder="Junk")


def _one_duplicate(office: Office) -> None:
    assert office.dispositions()["duplicate"] == 1


def _two_duplicates(office: Office) -> None:
    assert office.dispositions()["duplicate"] == 2
    assert len(office.acknowledged()) == 2


def _date_everywhere(date: str) -> Scene:
    def prepare(office: Office) -> None:
        for mail in office.imap.folders["INBOX"].mails.values():
            mail.date = date

    return prepare


_LITERAL = rb"\{\d+\}"
_ALWAYS = 0

BODIES = [
    Case("a literal longer than said", imap=[At("BODIES", _edit(_LITERAL, b"{40}"))]),
    Case("a literal shorter than said", imap=[At("BODIES", _edit(_LITERAL, b"{100000}"))], is_hasty=True),
    Case("the connection ends inside a literal", imap=[At("BODIES", keeps(200))]),
    Case("a literal of four gigabytes", imap=[At("BODIES", _edit(_LITERAL, b"{4294967296}"))], is_hasty=True),
    Case("a literal of 10^30 bytes", imap=[At("BODIES", _edit(_LITERAL, b"{1" + b"0" * 30 + b"}"))], is_hasty=True),
    Case("a body that is NIL", imap=[At("BODIES", _of(9, rb"BODY\[\] \{\d+\}\r\n.*?\)\r\n", b"BODY[] NIL)\r\n"))]),
    Case("a body that is empty", imap=[At("BODIES", _of(9, rb"\{\d+\}\r\n.*?\)\r\n", b"{0}\r\n)\r\n"))]),
    Case("every body is NIL", imap=[At("BODIES", _edit(rb"BODY\[\] \{\d+\}\r\n.*?\)\r\n", b"BODY[] NIL)\r\n"))]),
    Case("an answer for another UID", imap=[At("BODIES", swaps(b"(UID 9 ", b"(UID 4 "))]),
    Case("two UIDs exchanged for one", imap=[At("BODIES", swaps(b"(UID 9 ", b"(UID 7 "))]),
    Case("an answer without a UID", imap=[At("BODIES", swaps(b"(UID 9 ", b"("))]),
    Case(
        "an answer without a UID whose place is a UID",
        imap=[At("BODIES", _edit(rb"\(UID 7 (.*)\* 2 FETCH \(UID 9 ", rb"(UID 4 \1* 7 FETCH ("))],
    ),
    Case("UID 0", imap=[At("SIZES", swaps(b"(UID 9 ", b"(UID 0 "))]),
    Case("a UID twice in SEARCH", imap=[At("UID SEARCH", swaps(b"9", b"9 9 9"), times=_ALWAYS)]),
    Case("UID 0 in SEARCH", imap=[At("UID SEARCH", swaps(b"SEARCH", b"SEARCH 0"), times=_ALWAYS)]),
    Case("a UID of 2^70 in SEARCH", imap=[At("UID SEARCH", swaps(b" 9", b" 9 1180591620717411303424"), times=_ALWAYS)]),
    Case("words in SEARCH", imap=[At("UID SEARCH", swaps(b" 9", b" nine"))]),
    Case("a message gone during the fetch", imap=[At("BODIES", adds(b"* 1 EXPUNGE\r\n"))]),
    Case("a million messages announced", imap=[At("BODIES", adds(b"* 1000000 EXISTS\r\n* 99 RECENT\r\n"))]),
    Case("flags of others between the answers", imap=[At("BODIES", adds(b"* 9 FETCH (FLAGS (\\Seen))\r\n"))]),
    Case("an answer to no question", imap=[At("BODIES", adds(b"%T99 OK what\r\n"))]),
    Case("a line without an end", imap=[At("UID SEARCH", keeps(-2, "hang"))], is_hasty=True),
    Case("a line of two megabytes", imap=[At("BODIES", adds(b"* OK " + b"x" * 2_000_000 + b"\r\n"))]),
    Case("bytes that are no IMAP", imap=[At("SIZES", adds(b"\x00\xff\xfe<html>\r\n"))]),
]
SIZES = [
    Case(f"a size of {name}", imap=[At(point, _edit(rb"RFC822.SIZE \d+", b"RFC822.SIZE " + size))])
    for name, size in (("10^30", b"1" + b"0" * 30), ("-1", b"-1"), ("NIL", b"NIL"), ("a word", b"big"), ("0", b"0"))
    for point in ("BODIES",)
] + [Case("no size at all", imap=[At("SIZES", _edit(rb" RFC822.SIZE \d+", b""))])]
DATES = [
    Case("no INTERNALDATE", before=_date_everywhere(""), proves=_as_seen, hits=False),
    Case("an INTERNALDATE of no form", before=_date_everywhere("yesterday, at noon"), proves=_as_seen, hits=False),
    Case(
        "an INTERNALDATE on a 31 February",
        before=_date_everywhere("31-Feb-2026 01:00:00 +0000"),
        proves=_as_seen,
        hits=False,
    ),
    Case(
        "a server in the next century",
        before=_date_everywhere("01-Jan-2126 01:00:00 +0000"),
        proves=_as_seen,
        hits=False,
    ),
    Case(
        "a server ahead by an hour",
        before=_date_everywhere("25-Nov-2026 02:00:00 +0000"),
        proves=_not_in_the_future,
        hits=False,
    ),
    Case(
        "a server whose clock was never set",
        before=_date_everywhere("01-Jan-1970 00:00:10 +0000"),
        proves=_as_seen,
        hits=False,
    ),
]
_UIDVALIDITY = rb"\* OK \[UIDVALIDITY \d+\] so\r\n"
_NO_NUMBERS = [
    Case(name, imap=[At("SELECT", _edit(_UIDVALIDITY, answer), times=_ALWAYS)], before=_unnumbered)
    for name, answer in (
        ("no UIDVALIDITY", b""),
        ("UIDVALIDITY 0", b"* OK [UIDVALIDITY 0] so\r\n"),
        ("UIDVALIDITY 2^32", b"* OK [UIDVALIDITY 4294967296] so\r\n"),
    )
]
FOLDERS = [
    *_NO_NUMBERS,
    Case("numbers begin again, the mails are back", after=_put_back, proves=_two_duplicates, hits=False),
    Case(
        "the inbox is missing for a while",
        before=lambda office: _hide("INBOX", office),
        after=lambda office: _show("INBOX", office),
        hits=False,
    ),
    Case("the junk folder is missing", before=lambda office: _hide("Junk", office), hits=False),
    Case("a UID that shows late", after=_a_late_one, hits=False),
    Case("the same mail in inbox and junk", before=_in_junk_too, proves=_one_duplicate, hits=False),
    Case("junk that stays junk", before=_only_in_junk, hits=False),
    Case("no MOVE", abilities=ABILITIES - {"MOVE"}, hits=False),
    Case("no MOVE and no UIDPLUS", abilities=ABILITIES - {"MOVE", "UIDPLUS"}, hits=False),
    Case("nothing but IMAP4rev1", abilities=frozenset(), hits=False),
    Case("COPY refused", abilities=frozenset({"UIDPLUS"}), imap=[At("UID COPY", keeps(0))]),
    Case("STORE cut off", abilities=frozenset({"UIDPLUS"}), imap=[At("UID STORE", keeps(0))]),
    Case("EXPUNGE cut off", abilities=frozenset({"UIDPLUS"}), imap=[At("UID EXPUNGE", keeps(0))]),
    Case("a mail arrives during the fault", imap=[At("BODIES", keeps(100))], after=_one_more),
]


CASES = [*BODIES, *SIZES, *DATES, *FOLDERS]
