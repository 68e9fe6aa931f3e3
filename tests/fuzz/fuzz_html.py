"""HTML becomes text: never an exception, nothing that is hidden shows, all that is seen stays, in its order.

After "S" an input is the choices of which a page is built whose seen and hidden words are known.
"""

import re
from collections.abc import Iterator
from random import Random

from mailbot.core.reader.text.html import html_to_text
from tests.fuzz.assemble import any_of, html, spliced, text
from tests.fuzz.choices import Choices
from tests.fuzz.mutate import Change, cut_short, piece_lost, repeated, word
from tests.fuzz.promises import expect
from tests.fuzz.target import Target, assembled, corpus_mails

_SOUND = b"S"
_SEEN, _HIDDEN = re.compile(r"seen\d+x"), re.compile(r"hidden\d+x")
_HIDING = (
    "<script>{}</script>",
    "<style>p::before {{ content: '{}' }}</style>",
    "<!-- {} -->",
    '<p style="display:none">{}</p>',
    '<div style="color: red; visibility : hidden"><b>{}</b></div>',
    "<span hidden>{}</span>",
    '<p title="{}" class="{}"></p>',
    "<template>{}</template>",
    '<img src="https://{}.test/pixel.gif" width=1>',
)
_SHOWING = (
    "<p>{}</p>",
    "<div><b>{}</b></div>",
    "{}<br>",
    "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td></tr></table>",
    "<blockquote>{}</blockquote>",
    '<a href="https://customer.test/">{}</a> ',
    "<pre>{}</pre>",
    "<h1>{}</h1>",
    "&lt;{}&gt; ",
)


def source_of(data: bytes) -> str:
    return _sound(Choices(data[1:]))[0] if data[:1] == _SOUND else data.decode("utf-8", "replace")


def read(data: bytes) -> str:
    return html_to_text(source_of(data))


def judge(data: bytes, told: str) -> None:
    """Raise where a known page shows what is hidden or loses what is seen, or marks of our own are left in the text."""
    expect(
        kept=len(told) <= 8 * len(source_of(data)) + 8_000, rule="text does not grow past all bounds", found=len(told)
    )
    if data[:1] == _SOUND:
        seen = _sound(Choices(data[1:]))[1]
        expect(kept=not _HIDDEN.search(told), rule="what is hidden does not show", found=told)
        expect(kept=_SEEN.findall(told) == seen, rule="what is seen stays, in its order", found=(seen, told))


def _sound(rng: Random) -> tuple[str, list[str]]:
    """Return a page, and its words that are seen."""
    pieces, seen = [], ["seen0x"]
    for number in range(1, 2 + rng.randrange(12)):
        if rng.randrange(2):
            seen.append(f"seen{number}x")
            pieces.append(rng.choice(_SHOWING).format(f"seen{number}x"))
        else:
            pieces.append(rng.choice(_HIDING).replace("{}", f"hidden{number}x").replace("{{", "{").replace("}}", "}"))
    page = "<p>seen0x</p>" + rng.choice(("", "\n", " ")).join(pieces)
    return rng.choice(("{}", "<html><head><title>x</title></head><body>{}</body></html>")).replace("{}", page), seen


def _choices(rng: Random) -> bytes:
    return _SOUND + rng.randbytes(60)


def _seeds() -> Iterator[bytes]:
    for raw in corpus_mails():
        at = raw.lower().find(b"<html")
        if at > 0 and len(raw) < 20_000:
            yield raw[at:]
    yield from assembled(120, html)
    yield from assembled(80, _choices)


def _tag(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, any_of(rng, "html"))


def _words(rng: Random, data: bytes) -> bytes:
    return spliced(rng, data, text(rng).encode("utf-8", "replace"))


def _new(rng: Random, _data: bytes) -> bytes:
    return html(rng) if rng.randrange(2) else _choices(rng)


_CHANGES: tuple[Change, ...] = (*(_tag, _tag, _tag, _tag, _words, _new, _new, repeated, cut_short, piece_lost, word),)


def mail_of(data: bytes) -> bytes:
    head = b"From: taro@customer.test\nTo: desk@company.test\nContent-Type: text/html; charset=utf-8\n"
    return head + b"Content-Transfer-Encoding: 8bit\n\n" + source_of(data).encode("utf-8", "replace")


TARGET = Target(seeds=_seeds, changes=_CHANGES, read=read, judge=judge, mail_of=mail_of)
