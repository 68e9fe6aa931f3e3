"""The picture is small, has a panel for each language, and is the same every time."""

from pathlib import Path

from PIL import Image

from mailbot.learning.curve import draw
from mailbot.learning.evaluate import CUES, FAST, NGRAMS, TEXTCAT, WHOLE
from mailbot.learning.metrics import Answer
from tests.learning.written import row


def answers(count: int) -> list[Answer]:
    rows = [row(str(number), "erase", lang=("ja", "en")[number % 2]) for number in range(count)]
    told = [frozenset({"erase"} if hash((number, count)) % 7 > 1 else {"correct"}) for number in range(count)]
    return [
        Answer(one, kinds, number / count, number > count / 2)
        for number, (one, kinds) in enumerate(zip(rows, told, strict=True))
    ]


def test_the_picture_is_small_and_the_same_every_time(tmp_path: Path) -> None:
    found = {stage: answers(500 + 9 * number) for number, stage in enumerate((WHOLE, FAST, NGRAMS, CUES, TEXTCAT))}
    path = draw(found, tmp_path / "curve.png")
    assert path == tmp_path / "curve.png"
    assert path.stat().st_size < 60_000
    assert draw(found, tmp_path / "again.png").read_bytes() == path.read_bytes()
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width > 700


def test_a_language_of_few_mails_is_drawn_without_a_line(tmp_path: Path) -> None:
    assert draw({WHOLE: answers(4)}, tmp_path / "curve.png").stat().st_size > 1000
