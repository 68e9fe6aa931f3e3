"""The command parser reads what was typed, or says what is wrong, and never takes a command from a quoted line.

After "S" an input is the choices of which sound commands are built; else its first byte says whether bare numbers
may be lines of a digest, and the rest is the newest words of a staff mail.
"""

import re
import unicodedata
from collections.abc import Iterator
from random import Random

from mailbot.core.desk.commands import COMMANDS
from mailbot.core.desk.order import CONFIRM, DENY, MAX_COMMANDS, Order, read_order
from mailbot.core.reference import is_reference
from mailbot.steps.desk.lines import _serial
from tests.fuzz.assemble import any_of, spliced
from tests.fuzz.choices import Choices
from tests.fuzz.mutate import Change, cut_short, line_moved, other_number, piece_lost, repeated
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

_SOUND = b"S"
_INVISIBLE = "\u200b\u00ad\u2060\ufeff"
_ABOVE = re.compile("この行より上に返信|reply above this line", re.IGNORECASE)
_CODES = {"unknown", "ambiguous", "argument", "twice", "mixed", "many"}
_SECRET = re.compile(r"[a-km-np-z2-9]{10}")
_SUBJECTS = ("[mailbot] #12", "Re: [mailbot] 日次報告 #12", "[mailbot] #1234567890", "[mailbot] ＃１２", "#12")
_ROWS = (
    ("take", ("take", "担当"), "", ()),
    ("assign", ("assign", "割当", "割り当て"), "hana", ("hana",)),
    ("note", ("note", "メモ"), "called back", ()),
    ("type", ("type", "種別"), "開示", ("disclosure",)),
    ("ask", ("ask", "照会"), "本人", ("id",)),
    ("refuse", ("refuse", "不開示", "拒否"), "33-2-2", ("33-2-2",)),
    ("extend", ("extend", "延長"), "10営業日 still looking", ("10",)),
    ("close", ("close", "完了"), "withdrawn", ("withdrawn",)),
    ("hold", ("hold", "保全"), "解除", ("off",)),
    ("status", ("status", "状況"), "", ()),
    ("to", ("to", "宛先"), "taro@customer.test", ("taro@customer.test",)),
    ("undo", ("undo", "取消", "取り消し"), "", ()),
)
_TEXTS = {"note": "called back", "extend": "still looking"}


def words_of(data: bytes) -> str:
    return _sound(Choices(data[1:]))[0] if data[:1] == _SOUND else data[1:].decode("utf-8", "replace")


def read(data: bytes) -> tuple[Order, int]:
    """Return what the words order, and the serial number they would have as the subject of an answer."""
    words = words_of(data)
    return read_order(words, is_numbered=data[:1] != b"0"), _serial(words)


def judge(data: bytes, told: tuple[Order, int]) -> None:
    """Raise where a command was not typed, a line is lost, or a sound block is read as another one."""
    order, serial = told
    words = words_of(data)
    _check_typed(order, words)
    _check_codes(order)
    is_named = not serial or str(serial) in unicodedata.normalize("NFKC", words[:300])
    expect(kept=is_named and serial < 10**9, rule="the serial number of a digest stands in its subject", found=serial)
    if data[:1] == _SOUND:
        wanted, draft = _sound(Choices(data[1:]))[1:]
        found = [(one.name, one.words, one.text) for one in order.commands]
        expect(kept=(found, order.mistakes) == (wanted, ()), rule="a sound block is read as typed", found=order)
        expect(kept=order.text == draft, rule="what follows a block is the draft", found=order)


def _check_typed(order: Order, words: str) -> None:
    """Check that each command is a line above our marker that begins with a slash or a hash."""
    above = _ABOVE.split(words)[0]
    lines = {_shown(line) for line in above.split("\n")}
    typed = [*(one.line for one in order.commands), *(one.line for one in order.mistakes), *order.stray]
    for line in typed:
        is_line = line in lines or (len(line) == 200 and any(one.startswith(line) for one in lines))
        expect(kept=is_line, rule="what is read stands in a line of the mail", found=line)
    for line in (*(one.line for one in order.commands), *order.stray):
        expect(kept=line[:1] in {"/", "／", "#", "＃", "﹟"}, rule="a command begins with its mark", found=line)
    kept = order.text in above or not order.text
    expect(kept=kept, rule="the draft is a piece of the mail", found=order.text)


def _shown(line: str) -> str:
    return re.sub("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]", "", line).strip()


def _check_codes(order: Order) -> None:
    for one in order.commands:
        expect(kept=one.name in COMMANDS, rule="a command is one of ours", found=one)
        is_target = one.target == "" or one.target.isdecimal() or is_reference(one.target)
        expect(kept=is_target, rule="a target is a number or a reference", found=one)
        is_number = all(0 < number < 1000 for number in one.requests)
        expect(kept=is_number, rule="requests are numbers", found=one)
    expect(kept=all(one.code in _CODES for one in order.mistakes), rule="a mistake has a code", found=order)
    expect(kept=len(order.commands) <= MAX_COMMANDS and len(order.stray) <= MAX_COMMANDS, rule="commands are few")
    if found := order.confirmation:
        is_sound = found.verb in {CONFIRM, DENY} and _SECRET.fullmatch(found.secret)
        expect(kept=is_sound and not order.commands, rule="a confirmation has its code, and stands alone", found=order)


def _sound(rng: Random) -> tuple[str, list[tuple[str, tuple[str, ...], str]], str]:
    """Return a mail that begins with different commands, what they are, and the draft below them."""
    rows = list(_ROWS)
    rng.shuffle(rows)
    rows = rows[: 1 + rng.randrange(4)]
    lines = [_dressed(rng, rng.choice(words), rest) for _, words, rest, _ in rows]
    draft = rng.choice(("", "お待たせしました。\nご住所を訂正しました。", "Your address is corrected."))
    wanted = [(name, values, _TEXTS.get(name, "")) for name, _, _, values in rows]
    return rng.choice(("\n", "\n\n")).join([*lines, *([draft] if draft else [])]), wanted, draft


def _dressed(rng: Random, word: str, rest: str) -> str:
    """Return a command as keyboards write it: a wide slash or letters, capitals, invisible characters, blanks."""
    word = rng.choice(
        (
            word,
            word.upper(),
            "".join(chr(ord(one) + 0xFEE0) if one.isalpha() else one for one in word) if word.isascii() else word,
        )
    )
    mark = rng.choice(("/", "／", "/ ", "#", "＃", f"{rng.choice(_INVISIBLE)}/"))
    return f"{rng.choice(('', ' ', '　'))}{mark}{word}{rng.choice((' ', '　', ': ', '  ')) if rest else ''}{rest}"


def _page(rng: Random) -> bytes:
    lines = [
        rng.choice((_typed(rng), _typed(rng), rng.choice(_SUBJECTS), "> /take", "ご確認ください。", ""))
        for _ in range(1 + rng.randrange(6))
    ]
    return rng.choice((b"0", b"1")) + "\n".join(lines).encode()


def _typed(rng: Random) -> str:
    spec = rng.choice(list(COMMANDS.values()))
    usage = rng.choice(
        (spec.usage_en, spec.usage_ja, "送信 abcde-fgh23", "差戻 abcdefgh23 まだ", "/" + spec.words_en[0])
    )
    numbers = ("KJ-2026-000123-C", "#3", "2", "12/1", "33-2-2", "a@b.test", "hana", "reply above this line")
    return f"{usage} {rng.choice(numbers)}" if rng.randrange(2) else usage


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(60)


def _seeds() -> Iterator[bytes]:
    yield from assembled(150, _page)
    yield from assembled(80, _choices)


def _piece(rng: Random, data: bytes) -> bytes:
    marks = ("\n/", "／", "#", "＞", "\u200b", "　", "\n", "：", "この行より上に返信", "-", "ー")
    piece = _typed(rng) if rng.randrange(2) else rng.choice(marks)
    return spliced(rng, data, any_of(rng, "hidden") if not rng.randrange(5) else piece.encode())


def _new(rng: Random, _data: bytes) -> bytes:
    return _page(rng) if rng.randrange(2) else _choices(rng)


_CHANGES: tuple[Change, ...] = (
    *(_piece, _piece, _piece, _piece, _new, _new, line_moved, line_moved, other_number, repeated, cut_short),
    piece_lost,
)


def mail_of(data: bytes) -> bytes:
    head = b"From: hana@company.test\nTo: desk@company.test\nContent-Type: text/plain; charset=utf-8\n"
    return head + b"Content-Transfer-Encoding: 8bit\n\n" + words_of(data).encode("utf-8", "replace")


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
