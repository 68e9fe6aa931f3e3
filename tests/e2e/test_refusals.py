"""An acknowledgement the server does not take: refused for good, staff are told once; put off, it is tried again."""

import pytest

from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."
WEDNESDAY = "2025-11-26T10:00:00+09:00"


def ack_id(desk: Desk, ref: str) -> str:
    [ack] = [one for one in desk.case(ref)["messages"] if one["kind"] == "ack"]
    return str(ack["message_id"])


def told_of(lab: MailLab, staff: str, message_id: str) -> int:
    """In how many mails staff were told of a mail of ours by its Message-ID."""
    letters = map(parsed, lab.received(staff))
    bodies = [body.get_content() for letter in letters if (body := letter.get_body(("plain",)))]
    return sum(message_id in body for body in bodies)


def test_a_refused_acknowledgement_is_told_once_and_one_put_off_leaves_later_or_is_given_up_and_told(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk = sqlite_desk
    senders = [f"sato@{name}.test" for name in ("refused", "busy")]
    desk.put(*(mail(one, desk.mailbox, "data", WISH) for one in senders), at=WEDNESDAY)
    desk.once(WEDNESDAY)
    refused, busy = (case["ref"] for case in desk.cases())
    assert [case["state"] for case in desk.cases()] == ["unacknowledged", "received"]
    assert "acknowledgement_failed" in [event["name"] for event in desk.case(refused)["events"]]
    ids = ack_id(desk, refused), ack_id(desk, busy)
    assert [told_of(mail_lab, desk.hana, one) for one in ids] == [1, 0]

    for moment in ("2025-11-26T10:05:00+09:00", "2025-11-26T14:00:00+09:00"):
        desk.once(moment)
    tries = [row.recipient for row in desk.sent() if row.status == "refused"]
    assert [tries.count(one) for one in senders] == [1, 3]
    assert [told_of(mail_lab, desk.hana, one) for one in ids] == [1, 0]

    for moment in ("2025-12-02T10:00:00+09:00", "2025-12-03T10:00:00+09:00"):
        desk.once(moment)
    tries = [row.recipient for row in desk.sent() if row.status == "refused"]
    assert [tries.count(one) for one in senders] == [1, 4]
    assert [told_of(mail_lab, desk.hana, one) for one in ids] == [1, 1]
    assert [case["state"] for case in desk.cases()] == ["unacknowledged"] * 2
