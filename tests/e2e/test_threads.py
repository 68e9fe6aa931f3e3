"""Which case a mail joins, and what a stranger or a member of staff can do with a case number: nothing."""

import pytest

from tests.e2e.by_mail import html_of, text_of
from tests.e2e.desk import Desk, by_kind, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def test_a_reply_joins_its_case_a_stranger_opens_his_own_and_staff_words_stay_inside(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    requester, stranger = mail_lab.fresh_mailbox("sato@people.test"), mail_lab.fresh_mailbox("eve@people.test")
    desk.put(mail(requester, desk.mailbox, "data", WISH))
    desk.once()
    [ack] = by_kind(mail_lab.received(requester), "ack")
    [notice] = by_kind(mail_lab.received(desk.hana), "notice")
    [first] = [case["ref"] for case in desk.cases()]
    by_ack = {
        "In_Reply_To": str(ack["Message-ID"]),
        "References": str(ack["References"]) + " " + str(ack["Message-ID"]),
    }
    by_notice = {"In_Reply_To": str(notice["Message-ID"]), "References": str(notice["Message-ID"])}
    tag = f"Re: [{first}] data"
    desk.put(
        mail(requester, desk.mailbox, tag, "Please delete my account too.", 2, **by_ack),
        mail(requester, desk.mailbox, tag, "I forgot to thank you.", 3),
        mail(stranger, desk.mailbox, tag, f"{WISH} It is the case of my friend.", 4, **by_ack),
        mail(desk.hana, desk.mailbox, tag, "Without a token: zebra.", 5),
        mail(desk.hana, desk.mailbox, tag, "/note with the token of the notice: zebra", 6, **by_notice),
        mail(stranger, desk.mailbox, tag, "/note I am not Hana: zebra", 7, **by_notice),
        mail(desk.boss, desk.mailbox, tag, "/note I am not Hana either: zebra", 8, **by_notice),
        mail(requester, desk.mailbox, f"不在: {tag}", WISH, 9, Auto_Submitted="auto-replied", **by_ack),
        mail(desk.hana, desk.mailbox, f"不在: {tag}", "zebra", 10, Auto_Submitted="auto-replied", **by_notice),
    )
    desk.once()

    counted = desk.sum()
    wanted = {"in": 10, "cases": 2, "follow-ups": 2, "staff": 1, "machine": 2, "held": 3}
    assert {name: counted[name] for name in wanted} == wanted
    assert desk.acknowledged() == [requester, stranger]
    cases = {case["ref"]: case for case in desk.cases()}
    assert [request["kind"] for request in cases[first]["requests"]] == ["disclosure", "erase"]
    [other] = [case for ref, case in cases.items() if ref != first]
    assert "possibly_related" in other["flags"]
    assert "possibly_related" not in cases[first]["flags"]

    [put] = [one for one in by_kind(mail_lab.received(desk.hana), "notice") if other["ref"] in str(one["Subject"])]
    assert first in text_of(put), "staff are told which case it may belong to"

    [told] = map(parsed, mail_lab.received(stranger))
    assert f"[{other['ref']}]" in told["Subject"]
    assert first not in text_of(told) + html_of(told) + str(told["Subject"])
    for box in (requester, stranger):
        letters = map(parsed, mail_lab.received(box))
        assert not [letter for letter in letters if "zebra" in text_of(letter) + html_of(letter)]
