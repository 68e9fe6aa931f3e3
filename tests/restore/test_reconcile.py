"""Every difference between mail server, ledger and inbox is seen, told once a day, and told no more when it is gone."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, update

from mailbot.edge.clock import Clock
from mailbot.store.engine import write
from mailbot.store.tables import inbox, ledger
from mailbot.worker import OK
from tests.e2e.by_mail import text_of
from tests.e2e.desk import by_kind, mail
from tests.fakes.ground import BOSS, DESK, HANA
from tests.fakes.parts import fake_parts
from tests.restore.office import WISH, Office

SATO, ITO = "sato@people.test", "ito@people.test"
Damage = Callable[[Office], None]


def changed(office: Office, *statements: object) -> None:
    """Change the database behind the desk's back."""
    with fake_parts(office.ground.config, Clock(office.now), office.server) as parts, write(parts.engine) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


def strands(office: Office) -> None:
    """A mail has no disposition, and nothing will ever read it."""
    changed(office, update(ledger).where(ledger.c.uid == 1).values(disposition=None))


def haunts(office: Office) -> None:
    """A mail would be read again though it was dealt with."""
    later = office.now.replace(year=2030)
    changed(office, insert(inbox).values(key="imap:INBOX:1:1", ledger_id=1, due_at=later))


def miscounts(office: Office) -> None:
    """A mail has a disposition that no word of the sum counts."""
    changed(office, update(ledger).where(ledger.c.uid == 1).values(disposition="lost"))


def comes_back(office: Office) -> None:
    """A mail that was filed lies in the folder where it arrived."""
    message = office.server.folders["mailbot/Processed"].messages[1]
    office.server.folders["INBOX"].messages[1] = message._replace(uid=1)


DAMAGES = {
    strands: "1 in the ledger without a disposition, and nobody will read it (message 1)",
    miscounts: "1 counted under no known disposition (message 1)",
    comes_back: "INBOX: 1 filed by the ledger and still in the folder where it arrived (UID 1)",
}


def told(office: Office, address: str = BOSS) -> list[str]:
    """The mails that tell of a difference."""
    mails = [one.data for one in office.server.accepted if one.recipient == address]
    return [text_of(one) for one in by_kind(mails, "warning") if "Mailbox and database differ" in str(one["Subject"])]


@pytest.mark.parametrize(("damage", "line"), DAMAGES.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_difference_is_named_by_the_command_and_told_to_the_manager_once_a_day(
    office: Office, damage: Damage, line: str
) -> None:
    office.a_day_of_work(SATO, ITO)
    assert office.reconciled()[1] == []
    damage(office)
    assert line in office.reconciled()[1]
    assert office.works(hours=2) == OK
    assert told(office) == [], "one look is not enough"
    for _ in range(5):
        assert office.works(minutes=61) == OK
    assert len(told(office)) == 1, "once a day"
    assert "differ" in told(office)[0]
    assert told(office, HANA) == [], "managers and deputies alone"
    assert office.health()["reconcile_differs"] is False
    office.works(days=1)
    assert len(told(office)) == 2


def test_a_mail_that_would_be_read_again_is_a_difference(office: Office) -> None:
    office.a_day_of_work(SATO)
    haunts(office)
    assert office.reconciled()[1] == ["1 waiting to be read though it has a disposition (message 1)"]


def test_a_mail_that_was_dealt_with_and_not_filed_is_a_difference_after_an_hour(office: Office) -> None:
    office.a_day_of_work(SATO)
    office.writes(ITO)
    office.works("fetch", "receive", minutes=5)
    assert office.reconciled()[1] == []
    office.works("fetch", minutes=61)
    assert office.reconciled()[1] == ["INBOX: 1 dealt with more than an hour ago and not filed (message 2)"]


def test_mail_the_ledger_lacks_is_a_difference_with_its_uid(office: Office) -> None:
    office.a_day_of_work(SATO)
    office.server.deliver(mail(ITO, DESK, "お願い", WISH, 9), office.now)
    line, differences = office.reconciled()
    assert differences == ["INBOX: 1 on the server and not in the ledger (UID 2)"]
    assert line.startswith("in 2 = cases 1 + ")


def test_mail_that_waits_to_be_read_is_a_difference_for_the_command_and_no_alarm(office: Office) -> None:
    office.writes(SATO)
    office.works("fetch")
    assert office.reconciled()[1] == ["1 not read yet"]
    for _ in range(4):
        office.works("fetch", "reconcile", "send", minutes=61)
    assert told(office) == []


def test_a_difference_that_is_gone_is_told_by_the_digest_alone(office: Office) -> None:
    office.a_day_of_work(SATO, ITO)
    strands(office)
    for _ in range(3):
        office.works(minutes=61)
    assert len(told(office)) == 1
    changed(office, update(ledger).where(ledger.c.uid == 1).values(disposition="case"))
    office.works(minutes=61)
    assert office.health()["reconcile_gone"] is True
    assert "reconcile_differs" not in office.health()
    office.works(days=2)
    assert "reconcile_gone" not in office.health()
    assert len(told(office)) == 1


def test_a_database_that_stands_still_is_looked_at_once_an_hour(office: Office) -> None:
    office.a_day_of_work(SATO)
    looked: list[str] = []
    office.server.after = lambda done, *_: looked.append(done)
    counts = []
    for _ in range(4):
        looked.clear()
        office.works(minutes=21)
        counts.append(looked.count("search"))
    assert counts[1] == counts[3], "the comparison of the mailbox is no part of every round"
    assert max(counts) > min(counts)
