"""`mailbot inspect` says what was read, what was cut and why, and what would be done; a stream outlives bad lines."""

import base64
import json
from collections.abc import Iterator

import pytest

from mailbot.core.message import Asked, Attachment, Bounce, Cut, Incoming, Machine, Verdict
from mailbot.edge.sandbox import Sandbox, Unreadable
from mailbot.inspect_view import view
from mailbot.inspecting import Inspector, Seen, by_name
from tests.edge.poison import CHILD

READ = Incoming(
    sender="sato@people.test",
    sender_name="佐藤",
    from_address="sato@people.test",
    subject="開示",
    text="開示をお願いします。\n\nprivacy@company.test のメール:\n> 1\n> 2\n> 3\n> 4\n> 5\n> 6\n> 7\n> 8\n以上です。",
    reply_text="開示をお願いします。\n\n以上です。",
    cuts=(Cut(3, 3, "introduction"), Cut(4, 11, "quotation")),
    charsets=("iso-2022-jp",),
    attachments=(Attachment("書類.zip", "image/png", 12_345, "0" * 64, "application/zip", is_encrypted=True),),
    individual_numbers=1,
    defects=("duplicate_subject",),
)
ASKS = Verdict(asked=(Asked("disclosure", 0.97, ("開示をお願いします",)),), confidence=0.97, is_sure=True)


def test_the_view_shows_the_whole_text_and_why_a_line_was_cut() -> None:
    shown = view("a.eml", Seen(READ, ASKS, ("open a case: disclosure",))).plain
    assert shown.splitlines() == [
        "a.eml",
        "  from        佐藤 <sato@people.test>   strict sender: sato@people.test",
        "  subject     開示",
        "  arrived     not said   language: ja   machine: no",
        "  read as     iso-2022-jp   defects: duplicate_subject",
        "  masked      1 individual number(s)",
        "  asks        disclosure 0.97  because: 開示をお願いします",
        "  route       auto (confidence 0.97)   flags: none",
        "  would       open a case: disclosure",
        "  attachment  書類.zip (image/png, 12,345 bytes, looks like application/zip, needs a password)",
        "  text        (│ is what the bot goes by, the rest is kept but cut)",
        "                   │ 開示をお願いします。",
        "                   │",
        "  introduction       privacy@company.test のメール:",
        "  quotation          > 1",
        "                     > 2",
        "                     > 3",
        "                     … 2 more lines …",
        "                     > 6",
        "                     > 7",
        "                     > 8",
        "                   │ 以上です。",
    ]


def test_the_view_names_a_bounce_and_a_mail_that_cannot_be_read() -> None:
    back = Bounce(("gone@people.test",), "5.1.1", "<ack.1@company.test>")
    shown = view("b.eml", Seen(Incoming(machine=Machine.BOUNCE, bounce=back), Verdict(), ())).plain
    assert "  bounce      gone@people.test, status 5.1.1, of <ack.1@company.test>" in shown.splitlines()
    assert view("c.eml", Unreadable("too_slow")).plain == "c.eml\n  cannot be read: too_slow\n"


def test_a_list_post_is_a_persons_and_a_bounce_is_not() -> None:
    posts = {machine: Incoming(machine=machine, automatic=True) for machine in Machine}
    auto = {machine for machine, one in posts.items() if by_name(Seen(one, Verdict(), ()))["auto"]}
    assert auto == set(Machine) - {Machine.LIST}


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    one = Inspector(Sandbox(CHILD, 4.0))  # the next mail waits for the start of a new child
    yield one
    one.close()


def asked(inspector: Inspector, line: str) -> dict[str, object]:
    answer: dict[str, object] = json.loads(inspector.stream_line(line))
    return answer


def line_of(raw: bytes) -> str:
    return json.dumps({"id": 7, "raw_b64": base64.b64encode(raw).decode()})


def test_the_stream_goes_on_after_a_bad_line_and_a_mail_that_kills_its_reader(inspector: Inspector) -> None:
    for bad in ("", "no json", "[]", '{"id": 7}', '{"id": 7, "raw_b64": "é"}', '{"id": 7, "raw_b64": 3}'):
        assert set(asked(inspector, bad)) == {"id", "error"}
    for word in (b"die", b"sleep", b"raise", b"chatter"):
        assert set(asked(inspector, line_of(word))) == {"id", "error"}
    answer = asked(inspector, line_of("From: a@b.test\n\n個人データを開示してください。".encode()))
    assert (answer["id"], answer["from"], answer["language"]) == (7, "a@b.test", "ja")
    assert [one["kind"] for one in answer["requests"]] == ["disclosure"]  # type: ignore[attr-defined]


def test_an_answer_has_every_name_of_the_interface(inspector: Inspector) -> None:
    names = [
        "id",
        "from",
        "to",
        "cc",
        "subject",
        "message_id",
        "in_reply_to",
        "references",
        "received_at",
        "language",
        "text",
        "reply_text",
        "attachments",
        "auto",
        "machine",
        "bounce",
        "auth",
        "sender_strict",
        "requests",
        "confidence",
        "route",
        "flags",
        "would",
    ]
    answer = asked(inspector, line_of(b"Date: Fri, 20 Nov 2026 14:10:00 +0900\n\nx"))
    assert [name for name in names if name not in answer] == []
    assert answer["received_at"] == "2026-11-20T05:10:00+00:00"
