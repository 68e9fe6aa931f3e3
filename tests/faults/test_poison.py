"""A mail that the server does not hand over: the others pass it by, and in the end a person is told."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.faults.case import Case
from tests.faults.office import LATE, MORNING, SATO, SUZUKI, Office, wish
from tests.faults.script import At, Deed

FLOOD_BYTES = 3_000_000
MOST_TRIES = 3
"""How often a message is asked for in one round of the worker, at most: each time may cost a timeout."""


def refuses(answer: bytes, *uids: int) -> Deed:
    """Every FETCH that holds one of the messages ends so; any other is answered."""

    def change(tag: bytes, true: bytes) -> bytes:
        return answer.replace(b"%T", tag) if any(b"(UID %d " % uid in true for uid in uids) else true

    return Deed(change)


KINDS = {
    "NO": b"%T NO [SERVERBUG] the message is corrupt\r\n",
    "BAD": b"%T BAD internal error\r\n",
    "garbage": b"* 1 FETCH (UID 7 RFC822\r\n%T OK done\r\n",
    "BYE": b"* BYE the message is corrupt\r\n%T NO\r\n",
    "nothing of it": b"%T OK done\r\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_that_is_not_handed_over_stops_no_other_and_comes_in_when_it_is_mended(
    office: Office, kind: str
) -> None:
    def during(office: Office) -> None:
        for _ in range(4):
            office.round()
            office.pass_time(timedelta(minutes=5))
        assert office.acknowledged() == [SUZUKI]
        office.write_late()
        office.round()
        assert len(office.acknowledged()) == 2

    office.play(Case(kind, imap=[At("BODIES", refuses(KINDS[kind], 7), times=0)], during=during))
    assert SATO in office.acknowledged()


def test_a_mail_that_is_not_handed_over_for_a_day_is_held_for_a_person(office: Office) -> None:
    def during(office: Office) -> None:
        for _ in range(16):
            office.round()
            office.pass_time(timedelta(hours=2))
        assert office.rows("SELECT uid, disposition, why FROM ledger WHERE uid = 7") == [(7, "held", "unfetchable")]

    office.happen(Case("for a day", imap=[At("BODIES", refuses(KINDS["NO"], 7), times=0)], during=during))
    assert office.dispositions() == {"held": 1, "case": 1}
    assert office.acknowledged() == [SUZUKI]


def test_mail_behind_several_that_are_not_handed_over_comes_in_at_once(office: Office) -> None:
    def before(office: Office) -> None:
        for uid in (8, 10, 11):
            office.imap.deliver(wish(SATO), MORNING, uid=uid)
        office.imap.deliver(wish(LATE), MORNING, uid=12)

    def during(office: Office) -> None:
        for _ in range(3):  # two of them end in trouble, and the next goes on behind it
            office.round()
            office.pass_time(timedelta(minutes=1))
        assert office.acknowledged() == sorted([SATO, SUZUKI, LATE])
        asked = Counter(line.text.split(b" ", 1)[1] for line in office.imap.history if b"BODY" in line.text)
        assert max(asked.values()) <= MOST_TRIES, asked

    broken = At("BODIES", refuses(KINDS["NO"], 8, 10, 11), times=0)
    office.happen(Case("several", imap=[broken], before=before, during=during))


def test_an_outage_of_all_bodies_makes_no_mail_suspect(office: Office) -> None:
    def during(office: Office) -> None:
        for _ in range(12):
            office.round()
            office.pass_time(timedelta(minutes=5))

    broken = Deed(lambda tag, _: tag + b" NO [UNAVAILABLE] no storage\r\n")
    office.play(Case("no storage", imap=[At("BODIES", broken, times=0)], during=during))


def test_the_size_of_a_mail_that_is_not_true_costs_no_more_than_twice_that_size(office: Office) -> None:
    mail = b"(UID 7 RFC822.SIZE 9 BODY[] {%d}\r\n%b)\r\n" % (FLOOD_BYTES, b"x" * FLOOD_BYTES)
    flood = Deed(lambda tag, _: b"* 1 FETCH " + mail + tag + b" OK done\r\n")

    def during(office: Office) -> None:
        assert office.round() == 75
        assert office.rows("SELECT 1 FROM blob WHERE length(sealed) > 1000000") == []

    office.play(Case("flood", imap=[At("BODIES", flood)], during=during))
