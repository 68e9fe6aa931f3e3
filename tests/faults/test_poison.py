"""A mail that the server does not hand over: the others pass it by, and in the end a person is told."""

from datetime import timedelta

import pytest

from tests.faults.case import Case
from tests.faults.office import SATO, SUZUKI, Office
from tests.faults.script import At, Deed


def refuses(uid: int, answer: bytes) -> Deed:
    """Every FETCH that holds the message ends so; any other is answered."""
    mark = b"(UID %d " % uid

    def change(tag: bytes, true: bytes) -> bytes:
        return answer.replace(b"%T", tag) if mark in true else true

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

    office.play(Case(kind, imap=[At("BODIES", refuses(7, KINDS[kind]), times=0)], during=during))
    assert SATO in office.acknowledged()


def test_a_mail_that_is_not_handed_over_for_a_day_is_held_for_a_person(office: Office) -> None:
    def during(office: Office) -> None:
        for _ in range(16):
            office.round()
            office.pass_time(timedelta(hours=2))
        assert office.rows("SELECT uid, disposition, why FROM ledger WHERE uid = 7") == [(7, "held", "unfetchable")]

    office.happen(Case("for a day", imap=[At("BODIES", refuses(7, KINDS["NO"]), times=0)], during=during))
    assert office.dispositions() == {"held": 1, "case": 1}
    assert office.acknowledged() == [SUZUKI]


def test_an_outage_of_all_bodies_makes_no_mail_suspect(office: Office) -> None:
    def during(office: Office) -> None:
        for _ in range(12):
            office.round()
            office.pass_time(timedelta(minutes=5))

    broken = Deed(lambda tag, _: tag + b" NO [UNAVAILABLE] no storage\r\n")
    office.play(Case("no storage", imap=[At("BODIES", broken, times=0)], during=during))


def test_the_size_of_a_mail_that_is_not_true_costs_no_more_than_twice_that_size(office: Office) -> None:
    flood = Deed(lambda tag, _: b"* 1 FETCH (UID 7 BODY[] {50000000}\r\n" + b"x" * 3_000_000 + tag + b" OK\r\n")

    def during(office: Office) -> None:
        assert office.round() == 75
        assert office.imap.sent < 4_000_000

    office.play(Case("flood", imap=[At("BODIES", flood)], during=during))
