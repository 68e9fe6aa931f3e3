"""The quote stripper keeps the newest words, and what it cuts; of a sound reply it keeps those words and no others.

After "S" an input is the choices of which a sound reply is built, else it is the text of a mail.
"""

import re
from collections.abc import Iterator
from random import Random

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse
from mailbot.core.reader.reply.reply import newest
from mailbot.core.reader.text.body import MAX_TEXT_BYTES
from tests.fuzz.assemble import any_of, spliced, text
from tests.fuzz.choices import Choices
from tests.fuzz.mutate import Change, cut_short, line_moved, other_number, piece_lost, repeated, word
from tests.fuzz.promises import check, expect
from tests.fuzz.target import Target, assembled, corpus_mails

_SOUND = b"S"
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SAID = (
    "お世話になっております。住所を訂正してください。",
    "会員番号は A-1234 です。",
    "Please correct my address as soon as you can.",
    "/note 電話しました",
    "The second line says more.",
)
_QUOTED = ("ご依頼を受け付けました。", "Dear customer,", "/refuse 33-2-2", "送信 abcde-fgh23", "")
_INTRODUCED = (
    "On Fri, Nov 20, 2026 at 2:10 PM Desk <desk@company.test> wrote:",
    "2026年11月20日(金) 14:10 Desk <desk@company.test>:",
    "-----Original Message-----\nFrom: Desk <desk@company.test>\nSent: Friday, November 20, 2026\nSubject: x\n",
)


def text_of(data: bytes) -> str:
    """Return the text an input stands for, as the reader of bodies leaves it."""
    whole = _sound(Choices(data[1:]))[0] if data[:1] == _SOUND else data.decode("utf-8", "replace")
    return _UNREADABLE.sub("", whole.replace("\r\n", "\n"))[:MAX_TEXT_BYTES].strip("\n")


def read(data: bytes) -> Incoming:
    whole = text_of(data)
    words, cuts = newest(whole)
    return Incoming(text=whole, reply_text=words, cuts=cuts)


def judge(data: bytes, told: Incoming) -> None:
    """Raise where words are lost, changed or made up, or a sound reply is cut anywhere but at its quotation."""
    check(told)
    again = newest(told.text)
    expect(kept=again == (told.reply_text, told.cuts), rule="the same text is cut in the same way")
    if data[:1] == _SOUND:
        said = _sound(Choices(data[1:]))[1]
        expect(kept=told.reply_text.strip() == said, rule="a sound reply is cut at its quotation", found=told)


def _sound(rng: Random) -> tuple[str, str]:
    """Return a reply above a quotation, and what is said in it."""
    said = "\n".join(rng.choice(_SAID) for _ in range(1 + rng.randrange(3)))
    introduced = rng.choice(_INTRODUCED)
    mark = rng.choice(("> ", ">", "＞ ")) if not introduced.startswith("---") else ""
    quoted = "\n".join(mark + rng.choice(_QUOTED) for _ in range(1 + rng.randrange(5)))
    return f"{said}\n\n{introduced}\n{quoted}\n", said


def _page(rng: Random) -> bytes:
    pieces = [text(rng).encode("utf-8", "replace") for _ in range(1 + rng.randrange(3))]
    pieces.insert(rng.randrange(len(pieces) + 1), any_of(rng, "attribution_utf8"))
    return b"\n".join(pieces)


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(40)


def _seeds() -> Iterator[bytes]:
    for raw in corpus_mails():
        if len(raw) < 20_000:
            yield parse(raw).text.encode("utf-8", "replace")
    yield from assembled(100, _page)
    yield from assembled(60, _choices)


def _phrase(rng: Random, data: bytes) -> bytes:
    marks = (b"> ", b"\n> ", b"\n-- \n", b"\n\n", "＞".encode(), b"\n_______\n", b"wrote:\n", "様\n".encode())
    piece = any_of(rng, rng.choice(("attribution", "attribution_utf8"))) if rng.randrange(2) else rng.choice(marks)
    return spliced(rng, data, piece)


def _new(rng: Random, _data: bytes) -> bytes:
    return _page(rng) if rng.randrange(2) else _choices(rng)


_CHANGES: tuple[Change, ...] = (
    *(_phrase, _phrase, _phrase, _phrase, _new, _new, line_moved, line_moved, other_number, repeated, cut_short),
    *(piece_lost, word),
)


def mail_of(data: bytes) -> bytes:
    head = b"From: taro@customer.test\nTo: desk@company.test\nContent-Type: text/plain; charset=utf-8\n"
    return head + b"Content-Transfer-Encoding: 8bit\n\n" + text_of(data).encode("utf-8", "replace")


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
