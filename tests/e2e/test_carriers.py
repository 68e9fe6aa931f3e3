"""Each carrier of a token alone brings a staff mail to its case; a subject tag alone acts on nothing."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.e2e.by_mail import PROVED, Person, text_of
from tests.e2e.desk import Desk, mail
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real


def by_reply_to(notice: EmailMessage, _: Desk) -> tuple[str, str, dict[str, str]]:
    address = str(notice["Reply-To"])
    assert re.fullmatch(r"[^+@]+\+[a-z2-9]{39}@company\.test", address)
    return address, "", {}


def by_message_id(notice: EmailMessage, desk: Desk) -> tuple[str, str, dict[str, str]]:
    return desk.mailbox, "", {"In_Reply_To": str(notice["Message-ID"])}


def by_references(notice: EmailMessage, desk: Desk) -> tuple[str, str, dict[str, str]]:
    return desk.mailbox, "", {"References": f"<other@company.test> {notice['Message-ID']}"}


def by_last_line(notice: EmailMessage, desk: Desk) -> tuple[str, str, dict[str, str]]:
    return desk.mailbox, f"\n\n> {text_of(notice).splitlines()[-1]}", {}


CARRIERS = [by_reply_to, by_message_id, by_references, by_last_line]


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_each_carrier_alone_brings_a_command_to_its_case(
    carrier: Callable[[EmailMessage, Desk], tuple[str, str, dict[str, str]]], sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    desk.set(MAILBOT_COMPANY__PLUS_ADDRESSES="true")
    hana = _with_one_case(desk, mail_lab)
    to, below, headers = carrier(hana.got("notice")[0], desk)
    words = mail(hana.address, to, "taken", f"/take{below}", 7, Authentication_Results=PROVED, **headers)
    mail_lab.deliver(words, to)
    desk.once()
    assert desk.cases()[0]["handler"] == "hana"
    assert len(hana.got("receipt")) == 1


def test_a_subject_tag_alone_changes_nothing_and_the_person_is_told(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    hana = _with_one_case(desk, mail_lab)
    hana.write(f"Re: [{desk.cases()[0]['ref']}] x", "/take")
    desk.once()
    assert desk.cases()[0]["handler"] is None
    assert desk.sum()["held"] == 1
    [told] = hana.got("warning")
    hana.reply(told, "/take")
    desk.once()
    assert desk.cases()[0]["handler"] == "hana"


def test_a_revoked_key_brings_nothing_any_more(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    hana = _with_one_case(desk, mail_lab)
    desk.command("keys", "rotate")
    hana.reply(hana.got("notice")[0], "/take")
    desk.once()
    assert desk.cases()[0]["handler"] == "hana"
    desk.command("keys", "revoke")
    hana.reply(hana.got("notice")[0], "/hold")
    desk.once()
    assert "hold" not in desk.cases()[0]["flags"]
    assert len(hana.got("receipt")) == 1


def _with_one_case(desk: Desk, mail_lab: MailLab) -> Person:
    customer = mail_lab.fresh_mailbox("sato@people.test")
    desk.put(mail(customer, desk.mailbox, "data", "Please send me a copy of my data."))
    desk.once()
    return Person(desk, mail_lab, desk.hana)
