"""What a mail's way proves is never more than a grammar of its own reads: any bytes as Authentication-Results.

An input is the values of the headers, one a line. After "S" it is the choices of which sound ones are built.
"""

from collections.abc import Iterator
from random import Random

from mailbot.edge.auth import Transport, transport
from tests.fuzz.assemble import any_of, spliced
from tests.fuzz.choices import Choices
from tests.fuzz.claims import may_pass
from tests.fuzz.mutate import Change, cut_short, line_moved, piece_lost, repeated, word_in_a_value
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled

OWN_ID, SENDER, DOMAIN = "mx.company.test", "taro@customer.test", "customer.test"
_SOUND = b"S"
_BLANKS = (b" ", b"  ", b"\t", b" (a comment) ", b" (in (a) \\) comment) ")
_IDS = (b"mx.company.test", b"MX.Company.Test", b"mx.other.test", b"mx.company.test.evil.test", b"company.test")
_DOMAINS = (b"customer.test", b"Customer.TEST", b"evil.test", b"customer.test.evil.test")
_SPLINTERS = (
    *(b"mx.company.test", b"dmarc=pass", b"header.from=customer.test", b";", b"(", b")", b'"', b"\\", b"\0", b"/1"),
    *(b'smtp.mailfrom="x; dmarc=pass header.from=customer.test"', b"(; dmarc=pass header.from=customer.test)", b"/2"),
    *(b"dmarc=fail", b"none", b"reason=x", b'reason="', b" 1;", b"\xc2\xa0", b"\x0b", b"\xe2\x84\xaa", b"\n", b"="),
)


def values_of(data: bytes) -> list[str]:
    """Return the values as the reader of headers gives them."""
    lines = _sound(Choices(data[1:]))[0] if data[:1] == _SOUND else data.split(b"\n")
    return [line.decode("utf-8", "replace") for line in lines]


def read(data: bytes) -> Transport:
    return transport(values_of(data), OWN_ID, SENDER)


def judge(data: bytes, told: Transport) -> None:
    """Raise where a pass is believed that the grammar does not read, or a sound header is read as another one."""
    values = values_of(data)
    if told.dmarc == "pass":
        expect(kept=may_pass(values, OWN_ID, DOMAIN), rule="a pass stands under our name, once", found=values)
    if data[:1] == _SOUND:
        result = _sound(Choices(data[1:]))[1]
        expect(kept=told.dmarc == result, rule="a sound header is read as written", found=(result, told, values))


def _sound(rng: Random) -> tuple[list[bytes], str | None]:
    """Return values that leave no doubt, and the result they prove for the sender."""
    rows = [_header(rng) for _ in range(1 + rng.randrange(3))]
    ours = [found for own_id, found, _ in rows if own_id.lower() == OWN_ID.encode()]
    values = [value for _, _, value in rows]
    if ("fail", True) in ours or ("fail", False) in ours:
        return values, "fail"
    told, is_sender = ours[0] if len(ours) == 1 else ("", False)
    return values, told if is_sender else None


def _header(rng: Random) -> tuple[bytes, tuple[str, bool], bytes]:
    own_id, result, domain = rng.choice(_IDS), rng.choice(("pass", "fail", "none")), rng.choice(_DOMAINS)
    gap = rng.choice(_BLANKS)
    others = [b"spf=pass smtp.mailfrom=" + domain, b"dkim=pass header.d=" + domain, b'dkim=fail reason="a; dmarc=pass"']
    parts = [b"dmarc=" + result.encode() + gap + b"header.from=" + domain, *others[: rng.randrange(4)]]
    rng.shuffle(parts)
    value = own_id + rng.choice((b"", b" 1")) + b"".join(b";" + gap + part for part in parts)
    return own_id, (result, domain.lower() == DOMAIN.encode()), value


def _lines(rng: Random) -> bytes:
    return b"\n".join(_sound(rng)[0])


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(60)


def _seeds() -> Iterator[bytes]:
    yield from assembled(80, _lines)
    yield from assembled(80, _choices)


def _splinter(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, rng.choice(_SPLINTERS))


def _new(rng: Random, _data: bytes) -> bytes:
    return _lines(rng) if rng.randrange(2) else _choices(rng)


def _twin(rng: Random, data: bytes) -> bytes:
    """Return the input with one of its lines a second time, a splinter in it."""
    line = rng.choice(data.split(b"\n"))
    return data + b"\n" + spliced(rng, line, rng.choice((*_SPLINTERS, any_of(rng, "hidden"))))


def mail_of(data: bytes) -> bytes:
    lines = "".join(f"Authentication-Results: {value}\n" for value in values_of(data))
    return lines.encode("utf-8", "replace") + f"From: {SENDER}\nTo: desk@company.test\nSubject: x\n\nx\n".encode()


_CHANGES: tuple[Change, ...] = (
    *(_splinter, _splinter, _splinter, _twin, _twin, _new, line_moved, repeated, cut_short, piece_lost),
    word_in_a_value,
)

TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
