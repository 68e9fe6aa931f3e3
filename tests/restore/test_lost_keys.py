"""A keys database older than the other: what cannot be opened is held and told, and everything else goes on."""

from mailbot import reports
from mailbot.edge.clock import Clock
from mailbot.worker import OK
from tests.e2e.by_mail import text_of
from tests.e2e.desk import parsed
from tests.fakes.ground import HANA
from tests.fakes.parts import fake_parts
from tests.restore.office import Office

SATO, ITO, KATO, UEDA = (f"{name}@people.test" for name in ("sato", "ito", "kato", "ueda"))


def with_older_keys(office: Office) -> None:
    """Open a case, copy the keys, go on, and put the copy back while one mail waits to leave and one to be read."""
    office.a_day_of_work(SATO)
    backup = office.ground.save()
    office.a_day_of_work(ITO)
    office.writes(KATO)
    assert office.works("fetch", "receive") == OK
    office.writes(UEDA)
    assert office.works("fetch") == OK
    now = office.ground.save()
    kept = {name: data for name, data in now.items() if not name.startswith("keys")}
    office.ground.restore(kept | {name: data for name, data in backup.items() if name.startswith("keys")})


def held(office: Office) -> list[str]:
    with fake_parts(office.ground.config, Clock(office.now), office.server) as parts:
        return reports.held(parts, "list", None, "", office.now)


def test_what_cannot_be_opened_is_held_and_told_and_the_rest_goes_on(any_office: Office) -> None:
    office = any_office
    with_older_keys(office)
    assert office.works(minutes=5) == OK
    [waiting] = held(office)
    assert "key_lost" in waiting
    assert office.outcomes("ack") == {"failed": 1, "sent": 2}
    assert [one["flags"] for one in office.cases()] == [[], ["texts_lost"], ["texts_lost"]]
    assert office.health()["keys_lost"] is False
    told = [text_of(parsed(one.data)) for one in office.server.accepted if one.recipient == HANA]
    assert any("key_lost" in words for words in told), "the handler hears of the mail that will not leave"
    assert office.happened() == []
    before = office.sent_to(HANA)
    assert office.works(days=10) == OK
    assert office.sent_to(HANA) > before, "dates are warned of as ever"
    assert office.reconciled()[1] == []
    office.writes(ITO)
    assert office.works(minutes=5) == OK
    assert len(office.cases()) == 4


def test_nothing_is_looked_for_while_the_keys_are_there(office: Office) -> None:
    office.a_day_of_work(SATO, ITO)
    assert [one["flags"] for one in office.cases()] == [[], []]
    assert "keys_lost" not in office.health()
