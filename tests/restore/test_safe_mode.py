"""A restored database sends nothing until a manager says so, and then nothing twice; no other start is doubted."""

import pytest

from mailbot.core.events import Name
from mailbot.worker import OK, TEMPORARY
from tests.e2e.desk import by_kind
from tests.fakes.ground import BOSS, DESK, HANA
from tests.fakes.server import Answer, Lost
from tests.restore.office import Office

SATO, ITO, KATO, UEDA, MORI = (f"{name}@people.test" for name in ("sato", "ito", "kato", "ueda", "mori"))
PROCESSED, MARKER = "mailbot/Processed", "mailbot/Marker"
DOUBTED, TRUSTED = Name.DATABASE_DOUBTED, Name.DATABASE_TRUSTED


class Died(BaseException):
    """The worker is gone."""


def test_after_a_restore_only_the_question_leaves_and_then_nothing_twice_and_every_mail_is_a_case_again(
    any_office: Office,
) -> None:
    office = any_office
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO, KATO)
    lost = {one["received_at"]: one["ref"] for one in office.cases()}
    assert office.sent_to_others() == [SATO, ITO, KATO]

    office.ground.restore(backup)
    office.writes(UEDA)
    before = len(office.server.accepted)
    for _ in range(3):
        assert office.works(hours=1) == OK
    assert [one.recipient for one in office.server.accepted[before:]] == [BOSS]
    assert (office.questions(), office.happened()) == (1, [DOUBTED])
    assert office.health()["database_doubted"] is False
    assert len(office.server.raws("INBOX")) == 1, "what came meanwhile stays for the right database"

    office.approves()
    assert office.works(minutes=5) == OK
    assert office.happened() == [DOUBTED, TRUSTED]
    assert office.sent_to_others() == [SATO, ITO, KATO], "nobody got anything twice"
    again = {one["received_at"]: one["ref"] for one in office.cases()}
    assert lost.keys() < again.keys(), "every mail is a case, received when the server received it"
    assert not set(list(lost.values())[1:]) & set(again.values()), "no number stands for two people"
    assert office.outcomes("ack") == {"sent": 1, "unknown": 3}
    assert office.sent_to(HANA) >= 3 + 2 * 3, "the handler hears of each case and of each mail not sent"
    assert office.reconciled()[1] == []

    office.writes(MORI)
    assert office.works(minutes=10) == OK
    assert office.sent_to_others() == [SATO, ITO, KATO, MORI], "who writes from now on is answered"
    assert office.works(days=4) == OK
    assert office.happened() == [DOUBTED, TRUSTED]


def test_a_mail_that_waited_to_leave_when_the_backup_was_made_never_leaves_again(office: Office) -> None:
    office.writes(SATO)
    assert office.works("fetch", "receive") == OK
    backup = office.ground.save()
    assert office.outcomes("ack") == {"queued": 1}
    office.a_day_of_work(ITO)
    assert office.sent_to_others() == [SATO, ITO]
    office.ground.restore(backup)
    office.works(hours=1)
    office.approves()
    assert office.works(minutes=5) == OK
    assert office.sent_to_others() == [SATO, ITO]
    assert office.outcomes("ack") == {"unknown": 2}
    assert [one["acknowledged_at"] for one in office.cases()] == [None, None]


def test_a_mail_that_waited_to_be_read_when_the_backup_was_made_is_not_answered_again(office: Office) -> None:
    office.writes(SATO)
    assert office.works("fetch") == OK
    backup = office.ground.save()
    office.a_day_of_work()
    assert office.sent_to_others() == [SATO]
    office.ground.restore(backup)
    office.works(hours=1)
    office.approves()
    office.works(minutes=5)
    assert office.sent_to_others() == [SATO]
    assert len(office.cases()) == 1


def test_a_case_number_that_stands_in_a_mail_is_never_given_to_somebody_else(office: Office) -> None:
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    theirs = office.cases()[-1]["ref"]
    office.server.folders[PROCESSED].messages.popitem()
    office.ground.restore(backup)
    office.writes(KATO)
    office.works(hours=1)
    assert [one["ref"] for one in office.cases()][1:] != [theirs]


def test_another_database_is_doubted_and_sends_nothing(office: Office) -> None:
    office.a_day_of_work(SATO)
    office.ground.restore(office.ground.pristine)
    before = len(office.server.accepted)
    office.works(minutes=5)
    assert [one.recipient for one in office.server.accepted[before:]] == [BOSS]
    assert office.happened() == [DOUBTED]


def test_mail_that_was_dealt_with_and_is_unknown_gives_a_restore_away_where_the_marker_is_gone(office: Office) -> None:
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    del office.server.folders[MARKER]
    office.ground.restore(backup)
    office.works(hours=1)
    assert office.happened() == [DOUBTED]
    office.approves()
    office.works(minutes=5)
    assert office.sent_to_others() == [SATO, ITO]
    assert len(office.cases()) == 2


def test_a_manager_who_sends_it_back_keeps_everything_held_and_is_asked_again_the_next_day(office: Office) -> None:
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    office.ground.restore(backup)
    office.works(hours=1)
    office.approves("deny", " the wrong one")
    office.works(minutes=5)
    assert office.happened() == [DOUBTED, Name.APPROVAL_DENIED]
    before = len(office.server.accepted)
    office.works(hours=20)
    assert len(office.server.accepted) == before
    office.works(hours=6)
    assert (office.questions(), len(office.server.accepted)) == (2, before + 1)
    office.approves()
    office.works(minutes=5)
    assert office.happened()[-1] is TRUSTED


def test_the_same_backup_restored_again_is_doubted_again(office: Office) -> None:
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    for times in (1, 2):
        office.ground.restore(backup)
        office.works(hours=1)
        assert office.happened() == [DOUBTED]
        office.approves()
        office.works(minutes=5)
        assert office.questions() == times
    assert office.sent_to_others() == [SATO, ITO]


def test_a_first_start_a_normal_one_and_one_after_mail_was_held_are_never_doubted(office: Office) -> None:
    assert office.works() == OK
    office.a_day_of_work(SATO, "no sender at all")
    assert len(office.server.raws("mailbot/Held")) == 1
    for _ in range(3):
        assert office.works(hours=5) == OK
    assert (office.happened(), office.questions()) == ([], 0)


def test_a_mail_too_large_to_be_stored_makes_nobody_doubt(office: Office) -> None:
    office.holds_mails_up_to(1)
    office.a_day_of_work(SATO)
    office.writes(ITO, text="photographs " * 100_000)
    for _ in range(3):
        assert office.works(hours=5) == OK
    assert len(office.server.raws("mailbot/Held")) == 1
    assert (office.happened(), office.questions()) == ([], 0)


@pytest.mark.parametrize("action", ["move", "append", "expunge", "select", "search", "fetch", "smtp dot", "create"])
def test_a_worker_that_died_anywhere_is_not_doubted_when_it_starts_again(office: Office, action: str) -> None:
    deaths = 0

    def dies(done: str, *_: object) -> None:
        if done == action:
            raise Died

    for moment in ("before", "after"):
        for person in (SATO, ITO):
            office.writes(person)
            setattr(office.server, moment, dies)
            try:
                office.works(minutes=6)
            except Died:
                deaths += 1
            setattr(office.server, moment, lambda *_: None)
            assert office.works(minutes=6) == OK
    assert deaths > 0
    assert (office.happened(), office.questions()) == ([], 0)


@pytest.mark.parametrize("action", ["create", "append", "exists"])
def test_a_marker_that_cannot_be_left_stops_no_work_and_stands_in_the_digest(office: Office, action: str) -> None:
    def refuses(done: str, *arguments: object) -> None:
        if done == action and arguments[0] == MARKER:
            raise Lost

    office.server.before = refuses
    office.a_day_of_work(SATO, ITO)
    assert office.sent_to_others() == [SATO, ITO]
    assert office.health()["marker"] is False
    office.server.before = lambda *_: None
    office.a_day_of_work(KATO)
    assert "marker" not in office.health()
    assert len(office.server.raws(MARKER)) == 1


def test_while_the_mailbox_cannot_be_asked_nothing_leaves(office: Office) -> None:
    office.writes(SATO)
    office.works("fetch", "receive")

    def away(done: str, *_: object) -> None:
        if not done.startswith("smtp"):
            raise Lost

    office.server.before = away
    assert office.works(minutes=5) == TEMPORARY
    assert office.server.accepted == []
    office.server.before = lambda *_: None
    assert office.works(minutes=5) == OK
    assert office.sent_to_others() == [SATO]


def test_staff_hear_of_a_date_that_comes_near_although_the_mailbox_cannot_be_asked_and_nobody_hears_anything_else(
    office: Office,
) -> None:
    office.a_day_of_work(SATO)
    office.writes(ITO)
    office.works("fetch", "receive")
    before = len(office.server.accepted)
    assert office.waits_for_the_mailbox(days=12, minutes=9) == []
    warned = office.waits_for_the_mailbox(minutes=11)
    assert len(office.server.accepted) == before + len(warned) > before
    assert {person for person, kind in warned} <= {HANA, BOSS}
    assert {kind for person, kind in warned} <= {"warning", "escalation"}
    assert office.works(minutes=5) == OK
    assert office.sent_to_others() == [SATO, ITO]


def test_there_is_one_marker_and_nobody_stands_in_it(office: Office) -> None:
    office.a_day_of_work(SATO, ITO)
    [marker] = office.server.raws(MARKER)
    assert [word for word in (b"sato", b"ito@", b"KJ-", b"hana", b"boss") if word in marker] == []
    assert DESK.encode() in marker


def test_no_digest_is_issued_twice(office: Office) -> None:
    office.now = office.now.replace(day=24, hour=8, minute=0)
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.works(hours=25)
    digests = office.outcomes("digest")
    office.ground.restore(backup)
    office.works(minutes=5)
    assert office.questions() == 1, "the digest is all that happened"
    office.approves()
    office.works(minutes=5)
    assert office.outcomes("digest") == {"sent": digests["sent"] - 1}, "the one of that morning left already"
    office.works(days=1)
    assert office.outcomes("digest") == digests


def test_a_reminder_that_left_after_the_backup_does_not_leave_again(office: Office) -> None:
    office.a_day_of_work(SATO)
    [notice] = by_kind([one.data for one in office.server.accepted if one.recipient == HANA], "notice")
    office.answers(HANA, notice.as_bytes(), "/ask id")
    assert office.works(minutes=5) == OK
    assert office.sent_to(SATO) == 2, "the acknowledgement, and the letter that asks for papers"
    backup = office.ground.save()
    for _ in range(10):
        office.works(days=1)
    assert office.sent_to(SATO) == 3, "the reminder"
    office.ground.restore(backup)
    office.works(hours=1)
    office.approves()
    assert office.works(minutes=5) == OK
    assert office.sent_to(SATO) == 3
    assert office.outcomes("letter") == {"sent": 1, "unknown": 1}
    for _ in range(8):
        office.works(days=1)
    assert office.sent_to(SATO) == 4, "the second reminder, which never left"


def test_a_restore_in_the_middle_of_trouble_with_smtp_asks_when_it_is_over(office: Office) -> None:
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    office.ground.restore(backup)

    def busy(done: str, *_: object) -> None:
        if done == "smtp mail":
            raise Answer(451)

    office.server.before = busy
    office.works(hours=1)
    assert office.questions() == 0
    office.server.before = lambda *_: None
    office.works(minutes=5)
    assert (office.questions(), office.sent_to_others()) == (1, [SATO, ITO])
