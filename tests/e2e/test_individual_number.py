"""A mail with an individual number is a request like any other, and no copy of the number stays with the desk."""

from email import message_from_bytes

import pytest
from sqlalchemy import select

from mailbot.compose import open_stores
from mailbot.config import load
from mailbot.store.blobs import texts
from mailbot.store.engine import read
from mailbot.store.tables import blob
from tests.e2e.by_mail import Person
from tests.e2e.desk import Desk
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real
NUMBER = "123456789018"


def test_no_sealed_text_of_the_desk_holds_the_number(sqlite_desk: Desk, mail_lab: MailLab) -> None:
    desk = sqlite_desk
    customer = Person(desk, mail_lab, mail_lab.fresh_mailbox("sato@people.test"), is_proved=False)
    customer.write("開示のお願い", f"私の個人データを開示してください。個人番号は {NUMBER} です。")
    desk.once()
    [ack] = customer.got("ack")
    customer.reply(ack, f"念のため、個人番号は {NUMBER} です。")
    desk.once()
    [case] = desk.cases()
    assert "individual_number" in case["flags"]

    stores = open_stores(load(desk.config_file))
    with read(stores.engine) as connection:
        found = texts(connection, stores.vault, connection.execute(select(blob.c.id)).scalars().all())
    assert len(found) > 4
    for raw in found.values():
        parts = message_from_bytes(raw.partition(b"\n")[2] if not raw.startswith((b"From", b"to")) else raw)
        said = b"".join(bytes(one.get_payload(decode=True) or b"") for one in parts.walk())
        assert NUMBER.encode() not in raw + said
