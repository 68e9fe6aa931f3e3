"""Who a mail is from: one strict address or nobody, and never a forged one; nobody is not answered."""

from email.headerregistry import Address

import pytest

from tests.e2e.desk import Desk, mail, parsed
from tests.servers.lab import MailLab

pytestmark = pytest.mark.real

WISH = "Please send me a copy of my data."


def with_from(field: str, to: str, number: int) -> bytes:
    """A mail whose From field stands exactly as given; "@@" in it begins another From line."""
    lines = "\r\n".join(f"From: {one}" for one in field.split("@@"))
    head = f"{lines}\r\nTo: {to}\r\nSubject: data\r\nMessage-ID: <{number}.from@people.test>"
    return f"{head}\r\nDate: Fri, 21 Nov 2025 14:10:00 +0900\r\n\r\n{WISH}\r\n".encode()


def test_an_ambiguous_sender_is_held_and_never_acknowledged(sqlite_desk: Desk) -> None:
    desk, eve, hana = sqlite_desk, "eve@people.test", sqlite_desk.hana
    fields = [
        f"{hana} <{eve}>",
        f"<{hana}> <{eve}>",
        f"Hana <{hana}>@@Eve <{eve}>",
        f"{hana}, {eve}",
        f"Hana <{hana}>, Eve <{eve}>",
        f"Staff: {hana}, {eve};",
        f"Staff: {hana};",
        f"{hana} ({eve})",
        f"({eve}) {hana}",
        f"<@people.test:{hana}>",
        f'"{hana}"@people.test',
        '"a b" <"eve eve"@people.test>',
        f"=?utf-8?Q?{hana.replace('@', '=40')}?= <{eve}> <{hana}>",
        f"=?utf-8?Q?Hana?= =?utf-8?Q?=3C{hana.replace('@', '=40')}=3E?=",
        f"=?utf-8?Q?<{hana}>?= <{eve}>",
        f"Hana <{hana}\u2028,{eve}>",
        "Hana <hana＠company.test>",
        "Hana <hаna@people.test>",
        f"Hana <{hana}.>",
        f"Eve <{'e' * 250}@people.test>",
        "Eve <eve>",
        "Eve",
        "",
    ]
    desk.put(*(with_from(field, desk.mailbox, number) for number, field in enumerate(fields)))
    desk.once()
    assert desk.sum() == desk.sum() | {"in": len(fields), "held": len(fields)}
    assert desk.acknowledged() == []


def test_an_acknowledgement_goes_to_the_sender_and_to_no_other_address_in_the_mail(
    sqlite_desk: Desk, mail_lab: MailLab
) -> None:
    desk, sender = sqlite_desk, mail_lab.fresh_mailbox("sato@people.test")
    other = "other@people.test"
    desk.put(
        mail(
            sender, f"{desk.mailbox}, {other}", "data", WISH, Reply_To=other, Cc=other, Sender=other, Return_Path=other
        )
    )
    desk.once()
    assert desk.recipients() == [sender, desk.hana]
    [ack] = map(parsed, mail_lab.received(sender))
    assert other not in str(ack)


def test_an_unusual_but_lawful_address_is_answered_exactly_as_it_is_written(
    sqlite_desk: Desk,
) -> None:
    desk = sqlite_desk
    lawful = ["o'brien+news@people.test", "SATO@people.test", "a=b{c}|d~e@people.test", f"{'x' * 64}@sub.people.test"]
    names = ["O'Brien, Pat", "佐藤 (さとう)", 'the "best" <of> all', "x" * 500]
    for number, (name, address) in enumerate(zip(names, lawful, strict=True)):
        message = parsed(mail(address, desk.mailbox, "data", WISH, number))
        del message["From"]
        message["From"] = Address(name, addr_spec=address)
        desk.put(message.as_bytes())
    desk.once()
    written_to = {row.recipient for row in desk.sent()} - {desk.hana}
    assert written_to == set(lawful)


def test_forged_mail_is_held_whatever_the_forger_writes_above_or_below(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    ours, passes = "mx.company.test; dmarc=fail header.from=people.test", "dmarc=pass header.from=people.test"
    forged = [
        [ours],
        [f"MX.Company.Test 1;\r\n\tspf=pass smtp.mailfrom=eve@evil.test;\r\n\t{ours.partition('; ')[2]}"],
        [ours, f"evil.test; {passes}"],
        [f"evil.test; {passes}", ours],
        [ours, f"mx.company.test; {passes}"],
        [f"mx.company.test; {passes}", ours],
        [ours, f"mx.company.test (; ; {passes}"],
        [f"mx.company.test; dmarc=fail ({passes}) header.from=people.test"],
        ["mx.company.test; dmarc=fail"],
    ]
    honest = [[], [f"mx.company.test; {passes}"], ["elsewhere.test; dmarc=fail header.from=people.test"]]
    for number, fields in enumerate([*forged, *honest]):
        claims = "".join(f"Authentication-Results: {field}\r\n" for field in fields).encode()
        desk.put(claims + mail(f"victim-{number}@people.test", desk.mailbox, "data", WISH))
    desk.once()
    assert set(desk.acknowledged()) == {f"victim-{len(forged) + number}@people.test" for number in range(len(honest))}
    assert desk.sum()["held"] == len(forged)
