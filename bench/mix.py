"""The mail of a real day for measurements: texts the classifier never saw, in the shares of `learning.speed.MIX`."""

import random
from collections.abc import Sequence

from mailbot.learning.rows import Row, rows_of
from mailbot.learning.speed import MIX
from mailbot.resources import models_folder
from tests.e2e.desk import mail

SEED = 7


def mails_of_a_day(to: str, count: int, people: Sequence[str] = ()) -> list[bytes]:
    """Mails of `count` different people to the desk; `people` are their addresses where they need to be real."""
    writers = people or [f"person{number}.{random.getrandbits(32):x}@people.test" for number in range(count)]
    return [
        _written(row, to, writer, place) for place, (row, writer) in enumerate(zip(texts(count), writers, strict=True))
    ]


def texts(count: int) -> list[Row]:
    """Rows of the test sets, each sort as often as on a real day, in no order."""
    known, dice = _known(), random.Random(SEED)  # noqa: S311 -- chooses texts, guards nothing
    found = [row for share, fits in MIX.values() for row in _some([*filter(fits, known)], round(share * count), dice)]
    found += _some(known, count - len(found), dice)
    dice.shuffle(found)
    return found[:count]


def _known() -> list[Row]:
    return [row for place in sorted(models_folder().glob("test*")) for row in rows_of(place)]


def _some(rows: Sequence[Row], count: int, dice: random.Random) -> list[Row]:
    return [dice.choice(rows) for _ in range(count)]


def _written(row: Row, to: str, person: str, number: int) -> bytes:
    return mail(person, to, row.subject, f"{row.text}\n\n({number})\n", number)
