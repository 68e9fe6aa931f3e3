"""Changes one mail into another: where a mail is cut, what a line says, how much there is of it.

One change in three is libFuzzer's own, blind to what a mail is; the others know lines, headers, bodies and words.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.assemble import any_of, body, coded, encoded_word, header, html, mail, part, phrase, spliced, text
from tests.fuzz.words import ALL_WORDS, WORDS

Change = Callable[[Random, bytes], bytes]

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_DIGITS = re.compile(rb"\d+")
_PUMPS = tuple(bytes([char]) for char in b" \t\n>=<-_.:;,\"'(&?*x0@")  # what patterns repeat
_COLON = re.compile(rb": ?|[;=,\"<]")


def mutated(
    rng: Random, data: bytes, max_size: int, blind: Callable[[bytes], bytes], changes: Sequence[Change]
) -> bytes:
    """Return the input changed one to four times; `blind` is the engine's own mutation."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        data = blind(data) if not rng.randrange(3) else rng.choice(changes)(rng, data)
        data = data[:max_size]
    return data


def _cut(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the header block, the blank line and the body."""
    blank = _BLANK_LINE.search(data)
    return (data[: blank.start()], blank[0], data[blank.end() :]) if blank else (data, b"", b"")


def word(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, rng.choice(ALL_WORDS))


def word_in_a_value(rng: Random, data: bytes) -> bytes:
    """Return the data with a word behind a colon, semicolon, equals sign or quote."""
    places = [match.end() for match in _COLON.finditer(data, 0, 4_000)]
    if not places:
        return word(rng, data)
    at = rng.choice(places)
    piece = rng.choice((encoded_word, phrase, lambda one: any_of(one, rng.choice(list(WORDS)))))(rng)
    return data[:at] + piece + data[at + rng.choice((0, len(piece))) :]


def new_header(rng: Random, data: bytes) -> bytes:
    head, blank, rest = _cut(data)
    lines = head.split(b"\n")
    lines.insert(rng.randrange(len(lines) + 1), header(rng) + b"\r" * head.endswith(b"\r"))
    return b"\n".join(lines) + blank + rest


def other_value(rng: Random, data: bytes) -> bytes:
    """Return the mail with one header line replaced, its name kept or not."""
    head, blank, rest = _cut(data)
    lines = head.split(b"\n")
    at = rng.randrange(len(lines))
    name, colon, _ = lines[at].partition(b":")
    lines[at] = name + colon + b" " + phrase(rng) if colon and rng.randrange(2) else header(rng)
    return b"\n".join(lines) + blank + rest


def line_moved(rng: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    for _ in range(rng.choice((0, 1, 1, 2))):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def repeated(rng: Random, data: bytes) -> bytes:
    """Return the data with a piece of it, or a word, many times over."""
    return grown(rng, data, rng.choice((20, 20, 20, 200, 2_000, 16_000)))


def grown(rng: Random, data: bytes, size: int) -> bytes:
    """Return the data with about `size` bytes more, all of them one piece of it, a word, or a single character.

    Half of the time they stand in the body, since headers are cut off at a limit.
    """
    blank = _BLANK_LINE.search(data)
    start = rng.randrange(blank.end() if blank and rng.randrange(2) else 0, len(data) + 1)
    piece = rng.choice((data[start : start + rng.choice((2, 4, 16, 80))], rng.choice(ALL_WORDS), rng.choice(_PUMPS)))
    return data[:start] + piece * (size // max(len(piece), 1)) + data[start:]


def other_number(rng: Random, data: bytes) -> bytes:
    numbers = list(_DIGITS.finditer(data, 0, 4_000))
    if not numbers:
        return word(rng, data)
    number = rng.choice(numbers)
    return data[: number.start()] + any_of(rng, "number") + data[number.end() :]


def other_body(rng: Random, data: bytes) -> bytes:
    """Return the mail's headers with a body of another kind, its own MIME headers put above theirs."""
    head, _, _ = _cut(data)
    return head + b"\n" + part(rng)


def longer_body(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, html(rng) if rng.randrange(2) else coded(rng, text(rng)))


def encoded_body(rng: Random, data: bytes) -> bytes:
    head, blank, rest = _cut(data)
    is_base64 = rng.randrange(2)
    lines = b"\nContent-Transfer-Encoding: " + (b"base64" if is_base64 else b"quoted-printable")
    return head + lines + (blank or b"\n\n") + (base64.encodebytes(rest) if is_base64 else binascii.b2a_qp(rest))


def wrapped(rng: Random, data: bytes) -> bytes:
    """Return the mail as a part of a greater one."""
    kind = rng.choice((b"mixed", b"alternative", b"report; report-type=delivery-status", b"digest", b"related"))
    headers, other = body(rng)
    lines = [b"Content-Type: multipart/" + kind + b"; boundary=w", b"", b"--w", data, b"--w", *headers, b"", other]
    return b"\n".join([*lines, b"--w--", b""])


def cut_short(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def piece_lost(rng: Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 2, 8, 64, 512)) :]


def other_line_ends(rng: Random, data: bytes) -> bytes:
    plain = data.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", rng.choice((b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n")))


def other_mail(rng: Random, _data: bytes) -> bytes:
    return mail(rng)


MAIL_CHANGES: tuple[Change, ...] = (
    *(word, word_in_a_value, word_in_a_value, word_in_a_value, new_header, new_header, other_value, other_value),
    *(line_moved, repeated, other_number, other_body, longer_body, encoded_body, wrapped, cut_short, piece_lost),
    *(other_line_ends, other_mail, other_mail),
)
