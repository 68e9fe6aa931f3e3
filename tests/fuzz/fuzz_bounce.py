"""The bounce reader: any bytes as the parts of a delivery report keep its promises; of a sound one it finds all.

The first byte of an input chooses: "S" makes the rest the choices of which a sound report is built, "O" the text of
an old-style report, anything else the three parts of a report.
"""

import re
from collections.abc import Iterator
from random import Random

from mailbot.core.message import Incoming
from mailbot.core.reader.parse import parse
from tests.fuzz.assemble import any_of
from tests.fuzz.choices import Choices
from tests.fuzz.mutate import MAIL_CHANGES
from tests.fuzz.promises import check, expect
from tests.fuzz.report import BETWEEN, Report, old_report, raw_report, sound_report
from tests.fuzz.target import Target, assembled, corpus_mails

_RAW, _OLD, _SOUND = b"R", b"O", b"S"
_PART = re.compile(rb"\r?\n--[^\n]+\n(?:[^\n]+\n)*\r?\n")  # a boundary line and the header block below it


def mail_of(data: bytes) -> bytes:
    """Return the mail an input stands for."""
    if data[:1] == _SOUND:
        return _sound(data).raw
    return (old_report if data[:1] == _OLD else raw_report)(data[1:])


def _sound(data: bytes) -> Report:
    return sound_report(Choices(data[1:]))


def read(data: bytes) -> Incoming:
    return parse(mail_of(data))


def judge(data: bytes, one: Incoming) -> None:
    """Raise where a promise is broken, or where a sound report is read as anything but what was put into it."""
    check(one)
    if data[:1] == _SOUND:
        put = _sound(data)
        expect(kept=one.bounce, rule="a sound report is a bounce", found=one.machine)
        assert one.bounce
        expect(kept=one.bounce.recipients == put.recipients, rule="recipients of a sound report", found=one.bounce)
        expect(kept=one.bounce.status == put.status, rule="status of a sound report", found=(put.status, one.bounce))
        is_ours = one.bounce.original_message_id == put.message_id
        expect(kept=is_ours, rule="our id in a sound report", found=(put.message_id, one.bounce))


def _seeds() -> Iterator[bytes]:
    for raw in corpus_mails():
        if b"delivery-status" in raw:
            yield _RAW + BETWEEN.join(_PART.split(raw)[1:4])
        elif b"daemon" in raw.lower():
            yield _OLD + raw.partition(b"\n\n")[2]
    yield from assembled(60, _fields)
    yield from assembled(60, _choices)


def _fields(rng: Random) -> bytes:
    pieces = [b"".join(any_of(rng, kind) for _ in range(6)) for kind in ("attribution_utf8", "dsn", "id")]
    return rng.choice((_RAW, _RAW, _OLD)) + BETWEEN.join(pieces)


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(80)


def _new_fields(rng: Random, _data: bytes) -> bytes:
    return _fields(rng) if rng.randrange(2) else _choices(rng)


def _field(rng: Random, data: bytes) -> bytes:
    at = rng.choice([match.start() for match in re.finditer(rb"\n|\Z", data)])
    return data[:at] + any_of(rng, "dsn") + data[at:]


TARGET = Target(
    seeds=_seeds,
    changes=(_new_fields, _new_fields, _field, _field, _field, *MAIL_CHANGES),
    read=read,
    judge=judge,
    mail_of=mail_of,
)
