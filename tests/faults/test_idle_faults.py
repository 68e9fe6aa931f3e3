"""Waiting for news: a server that cannot, will not, or only pretends to tell; the mail is found all the same."""

import pytest

from mailbot.edge.errors import Transient
from tests.faults.case import ABILITIES, Case, Scene
from tests.faults.office import LATE, Office, wish
from tests.faults.script import CLOSES, HANGS, At, adds, raw, says

WAIT_S = 0.05


def waits(*answers: bool | type[Exception]) -> Scene:
    """Wait so often and see these answers; a mail arrived before, of which the server says nothing any more."""

    def during(office: Office) -> None:
        office.round()
        office.write_late()
        assert waited(office) is True
        for expected in answers:
            assert waited(office) == expected
        office.round()

    return during


def waited(office: Office) -> bool | type[Exception]:
    try:
        return office.parts.mailbox.wait("INBOX", WAIT_S)
    except Transient as error:
        return type(error)


def acknowledges_three(office: Office) -> None:
    assert LATE in office.acknowledged()


CASES = [
    Case("no IDLE", abilities=ABILITIES - {"IDLE"}, during=waits(False, False), hits=False),
    Case("IDLE with NO", imap=[At("IDLE", says("NO not here"), times=0)], during=waits(False, False, False)),
    Case("IDLE with BAD", imap=[At("IDLE", says("BAD what"), times=0)], during=waits(False, False, False)),
    Case("news before the consent", imap=[At("IDLE", adds(b"* 3 EXISTS\r\n"))], during=waits(False)),
    Case("news after the consent", imap=[At("IDLE", adds(after=b"* 3 EXISTS\r\n"))], during=waits(True)),
    Case(
        "only chatter",
        imap=[At("IDLE", adds(after=b"* OK still here\r\n* 3 FETCH (FLAGS ())\r\n"))],
        during=waits(False),
    ),
    Case("closed at IDLE", imap=[At("IDLE", CLOSES)], during=waits(Transient, False)),
    Case("closed in IDLE", imap=[At("IDLE", raw(b"+ idling\r\n", then="close"))], during=waits(Transient, False)),
    Case(
        "BYE in IDLE",
        imap=[At("IDLE", raw(b"+ idling\r\n* BYE idle too long\r\n", then="close"))],
        during=waits(False, Transient),
    ),
    Case("half-open", imap=[At("IDLE", raw(b"+ idling\r\n", then="hang"))], during=waits(False, False), is_hasty=True),
    Case("never a consent", imap=[At("IDLE", HANGS)], during=waits(Transient, False), is_hasty=True),
    Case("NO to DONE", imap=[At("DONE", says("NO stay"))], during=waits(False)),
    Case("closed at DONE", imap=[At("DONE", CLOSES)], during=waits(False)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_while_waiting_keeps_no_mail_waiting_for_good(office: Office, case: Case) -> None:
    office.play(case)
    acknowledges_three(office)


def test_a_server_that_refuses_idle_is_not_asked_and_joined_again_each_second(office: Office) -> None:
    def during(office: Office) -> None:
        office.round()
        for _ in range(5):
            waited(office)
        assert office.imap.script.met["LOGIN"] == 1
        assert office.imap.script.met["IDLE"] == 1

    office.play(Case("refused", imap=[At("IDLE", says("NO not here"), times=0)], during=during))


def test_a_mail_arrives_while_the_server_is_asked_to_wait(office: Office) -> None:
    def during(office: Office) -> None:
        office.round()
        assert waited(office) is False
        office.imap.deliver(wish(LATE), office.clock.now())
        office.round()

    office.play(Case("arrives", during=during, hits=False))
    acknowledges_three(office)


def test_a_server_whose_numbers_always_grow_is_waited_for_all_the_same(office: Office) -> None:
    def during(office: Office) -> None:
        office.round()
        answers = []
        for _ in range(4):
            office.imap.folders["INBOX"].next_uid += 1
            answers.append(waited(office))
            office.parts.mailbox.end_idle()
            office.parts.mailbox.select("INBOX")
        assert answers == [True, False, True, False]

    office.play(Case("growing", during=during, hits=False))
