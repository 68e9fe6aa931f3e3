"""TLS and the password: shown to nobody who has not proved who they are, and not offered again to who refused it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from mailbot.worker import run_once
from tests.faults.bad_certificates import Contexts, make_contexts
from tests.faults.case import ABILITIES, Case, Scene
from tests.faults.imap_server import PASSWORD
from tests.faults.listener import Listener
from tests.faults.office import Office, config_for
from tests.faults.script import CLOSES, HANGS, At, adds, raw, says

Security = Literal["tls", "starttls"]
CERTIFICATES = ("expired", "of_another_host", "signed_by_itself", "old")
EXTENSIONS = ("STARTTLS", "AUTH PLAIN")


@dataclass
class Secured:
    """An office whose two servers speak TLS; what is shown to which can be changed."""

    office: Office
    contexts: Contexts

    def play(self, case: Case, security: Security) -> None:
        office = self.office
        for server in (office.imap, office.smtp):
            server.tls, server.is_tls_at_once = self.contexts.good, security == "tls"
        both = {"security": security, "ca_file": self.contexts.ca_file}
        office.play(case, config_for(office.ground, office.imap, office.smtp, **both))


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    folder: Path = tmp_path_factory.mktemp("certificates")
    return make_contexts(folder)


@pytest.fixture
def secured(office: Office, contexts: Contexts) -> Iterator[Secured]:
    yield Secured(office, contexts)
    for server in (office.imap, office.smtp):
        server.tls, server.is_tls_at_once = None, False


def one_of(office: Office, side: str) -> Listener:
    found: Listener = getattr(office, side)
    return found


def case_of(name: str, **more: object) -> Case:
    known = {"abilities": ABILITIES | {"STARTTLS"}, "extensions": EXTENSIONS, "hits": False}
    return Case(name, **(known | more))  # type: ignore[arg-type]


def nobody_logged_in(side: str) -> Scene:
    """No password was shown while the fault lasted, and the worker said that something is wrong."""

    def during(office: Office) -> None:
        assert office.round() == 75
        assert one_of(office, side).offered == 0

    return during


@pytest.mark.parametrize("certificate", CERTIFICATES)
@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_a_server_that_does_not_prove_who_it_is_gets_no_password(
    secured: Secured, side: str, security: Security, certificate: str
) -> None:
    def show(office: Office) -> None:
        one_of(office, side).tls = getattr(secured.contexts, certificate)

    def mend(office: Office) -> None:
        one_of(office, side).tls = secured.contexts.good

    secured.play(case_of(certificate, before=show, during=nobody_logged_in(side), after=mend), security)


def test_a_file_of_certificates_that_is_gone_for_a_while_loses_and_doubles_nothing(secured: Secured) -> None:
    file = secured.contexts.ca_file
    hidden = file.with_suffix(".away")

    def during(office: Office) -> None:
        assert run_once(office.parts, office.clock, ("fetch", "receive")) == 0
        file.rename(hidden)
        assert office.round() == 75

    def after(_: Office) -> None:
        hidden.rename(file)

    secured.play(case_of("no certificates", during=during, after=after), "tls")


STRIPPED: dict[str, dict[str, dict[str, Any]]] = {
    "imap": {
        "STARTTLS is not offered": {"abilities": ABILITIES, "imap": [At("STARTTLS", says("BAD what"), times=0)]},
        "STARTTLS is refused": {"imap": [At("STARTTLS", says("NO not today"), times=0)]},
        "an answer is put in before TLS": {
            "imap": [At("STARTTLS", adds(after=b"* CAPABILITY IMAP4rev1\r\n"), times=0)]
        },
        "whole answers are put in before TLS": {
            "imap": [At("STARTTLS", adds(after=b"* OK x\r\nA1 OK LOGIN done\r\nA2 OK y\r\n"), times=0)]
        },
        "the handshake is cut off": {"imap": [At("STARTTLS", CLOSES, times=0)]},
        "a session that is already logged in": {"imap": [At("GREETING", raw(b"* PREAUTH welcome\r\n"), times=0)]},
    },
    "smtp": {
        "STARTTLS is not offered": {"extensions": ("AUTH PLAIN",)},
        "STARTTLS is refused": {"smtp": [At("STARTTLS", says("454 4.7.0 no TLS now"), times=0)]},
        "the handshake is cut off": {"smtp": [At("STARTTLS", CLOSES, times=0)]},
    },
}
ROWS = [(side, name) for side, rows in STRIPPED.items() for name in rows]


@pytest.mark.parametrize(("side", "name"), ROWS)
def test_a_connection_is_never_brought_down_to_clear_text(secured: Secured, side: str, name: str) -> None:
    def restore(office: Office) -> None:
        office.imap.abilities, office.smtp.extensions = ABILITIES | {"STARTTLS"}, EXTENSIONS

    values = STRIPPED[side][name]
    secured.play(case_of(name, **values, during=nobody_logged_in(side), after=restore), "starttls")


def test_what_was_put_in_before_the_tls_of_smtp_is_not_taken_for_an_answer(secured: Secured) -> None:
    injected = adds(after=b"250 mail.company.test\r\n250 AUTH PLAIN\r\n235 welcome\r\n")
    secured.play(case_of("injected", smtp=[At("STARTTLS", injected, times=0)], hits=True), "starttls")


def test_a_session_that_is_already_logged_in_is_refused_under_tls_too(secured: Secured) -> None:
    preauth = [At("GREETING", raw(b"* PREAUTH welcome\r\n"), times=0)]
    secured.play(case_of("preauth", imap=preauth, during=nobody_logged_in("imap")), "tls")


@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_a_server_without_tls_on_a_port_for_it_gets_no_password(secured: Secured, side: str) -> None:
    def strip(office: Office) -> None:
        one_of(office, side).is_tls_at_once = False

    def mend(office: Office) -> None:
        one_of(office, side).is_tls_at_once = True

    secured.play(case_of("clear", before=strip, during=nobody_logged_in(side), after=mend), "tls")


@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_a_handshake_that_is_never_answered_ends(secured: Secured, side: str) -> None:
    mute = {side: [At("STARTTLS", HANGS, times=0)]}
    secured.play(case_of("mute", **mute, is_hasty=True, during=nobody_logged_in(side)), "starttls")


REFUSALS = {
    "imap": At("LOGIN", says("NO [AUTHENTICATIONFAILED] no such pair"), times=0),
    "smtp": At("AUTH", says("535 5.7.8 no such pair"), times=0),
}


@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_a_refused_password_is_offered_once_and_then_ever_more_rarely(office: Office, side: str) -> None:
    offers: list[int] = []

    def during(office: Office) -> None:
        for _ in range(10 * 60 // 5):  # ten hours, every five minutes
            assert office.round() == 75
            offers.append(one_of(office, side).script.met[REFUSALS[side].point])
            office.pass_time(timedelta(minutes=5))

    office.play(Case("refused", **{side: [REFUSALS[side]]}, during=during))  # type: ignore[arg-type]
    assert offers[0] == 1, "a password that was refused was offered again at once"
    first_hour, last_75_minutes = offers[11] - offers[0], offers[-1] - offers[-16]
    assert 2 <= first_hour <= 6
    assert 1 <= last_75_minutes <= 2, "the longest wait is an hour, give or take a tenth"


@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_a_server_in_trouble_with_its_passwords_is_asked_again_soon(office: Office, side: str) -> None:
    trouble = {
        "imap": At("LOGIN", says("NO [UNAVAILABLE] try later")),
        "smtp": At("AUTH", says("454 4.7.0 try later")),
    }

    def during(office: Office) -> None:
        office.round()
        assert "credentials" not in office.log
        office.pass_time(timedelta(seconds=10))
        office.round()
        assert one_of(office, side).offered >= 1

    office.play(Case("trouble", **{side: [trouble[side]]}, during=during))  # type: ignore[arg-type]


def test_no_password_stands_in_any_log(office: Office) -> None:
    office.play(Case("refused", imap=[REFUSALS["imap"]], smtp=[REFUSALS["smtp"]], rounds=3))
    assert office.log
    assert PASSWORD not in office.log
