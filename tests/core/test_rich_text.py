"""RTF as Outlook packs it becomes the text a reader of it would see."""

import struct

import pytest

from mailbot.core.reader.text.rich_text import MAX_RTF_BYTES, rtf_text
from tests.effort import within

# The two examples of MS-OXRTFCP §4.1.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
    "68656c090020627705b06c647d0a800fa0"
)  # fmt: skip
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b5141000420575859 5a0d6e7d010eb0".replace(" ", ""))

FONTS = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset128 MS Gothic{\*\falt x};}}"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (HELLO, "hello world"),
        (CROSSING, "WXYZWXYZWXYZWXYZWXYZ"),
        (struct.pack("<II4sI", 20, 9, b"MELA", 0) + b"{\\rtf1 a}", "a"),
        (rb"{\rtf1 a\par b\line c\tab d}", "a\nb\nc\td"),
        (rb"{\rtf1\ansi\ansicpg1252 caf\'e9 \'93x\'94}", "café “x”"),
        (rb"{\rtf1\ansi\ansicpg932 \'8aJ\'8e\'a6\'82\'f0\'90\'bf\'8b\'81}", "開示を請求"),
        (rb"{\rtf1\ansi\ansicpg932 \'83\\\'83\'5c}", "ソソ"),
        (rb"{\rtf1\ansi\ansicpg1252" + FONTS + rb"\f0 a\f1 \'8aJ\'8e\'a6\f0 b}", "a開示b"),
        (rb"{\rtf1\ansi\ansicpg1252" + FONTS + rb"{\f1 \'8aJ}\'e9}", "開é"),
        (rb"{\rtf1 \u12354?\u12356?b}", "あいb"),
        (rb"{\rtf1\uc2 \u12354\'82\'a0b}", "あb"),
        (rb"{\rtf1\uc0 \u12354 b}", "あb"),
        (rb"{\rtf1 \u-10179?\u-8701?}", "\U0001f603"),
        (rb"{\rtf1 a\u-10179?b}", "ab"),
        (rb"{\rtf1 \{a\}\\ \~\_x}", "{a}\\ \xa0-x"),
        (rb"{\rtf1 a\ldblquote b\rdblquote\emdash c\bullet}", "a“b”—c•"),
        (
            rb"{\rtf1{\info{\title t}}{\*\generator g;}{\pict\wmetafile8 0102}{\stylesheet{\s0 Normal;}}{\header h}a}",
            "a",
        ),
        (rb"{\rtf1 a" + b"\r\n" + rb"b\cell c\row}", "ab\tc\n"),
        (rb"{\rtf1 {\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}}", "shown"),
        (b"", ""),
        (b"{\\rtf1", ""),
        (b"\x00\xff\\'zz\\", "ÿ'zz"),
        (b"}}}a{{{", "a"),
    ],
)
def test_the_text_of_rtf(data: bytes, text: str) -> None:
    assert rtf_text(data).strip(" \x00\r") == text


def test_html_inside_of_rtf_is_read_as_html_once() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg932\fromhtml1 {\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 "
        rb"\'8aJ\'8e\'a6{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 x{\*\htmltag116 <br>}\htmlrtf \line\htmlrtf0 y"
        rb"{\*\htmltag72 </p>}{\*\mhtmltag64 <p>}}"
    )
    assert rtf_text(rtf).strip() == "開示<x\ny"


BOMBS = {
    "a window that repeats itself": struct.pack("<II4sI", 9, 0xFFFFFFFF, b"LZFu", 0) + b"\xfe{" + b"\x0c\xef" * 400_000,
    "open groups": b"{" * 1_000_000,
    "closed groups": b"}" * 1_000_000,
    "words": rb"\u12354" * 150_000,
    "fonts": rb"{\fonttbl" + rb"{\f1\fcharset128" * 60_000,
    "breaks": rb"\par" * 250_000,
    "bytes": rb"\'82" * 250_000,
    "marks": b"\\" * 1_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_three_seconds(name: str) -> None:
    assert len(within(3, lambda: rtf_text(BOMBS[name]))) <= MAX_RTF_BYTES
