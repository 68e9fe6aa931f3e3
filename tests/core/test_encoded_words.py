"""Encoded words are opened as mailers really write them, and what comes out is harmless."""

import base64

import pytest

from mailbot.core.reader.headers.encoded_words import clean, decode_words, loose_base64, shown
from tests.effort import within

NAME = "山田太郎です"
JIS = NAME.encode("iso2022_jp")
UTF_8 = NAME.encode()
SJIS = NAME.encode("cp932")
RAW_JIS = "\x1b$B;3ED\x1b(B"
TARO = "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?="


def word(data: bytes, label: str = "utf-8") -> str:
    return f"=?{label}?B?{base64.b64encode(data).decode()}?="


def bare(data: bytes, label: str = "utf-8") -> str:
    """Return a B word without its padding."""
    return word(data, label).replace("=?=", "?=").replace("=?=", "?=")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (word(JIS, "iso-2022-jp"), NAME),
        (TARO, "山田"),
        ("=?ISO-2022-JP?b?GyRCOzNFRBsoQg==?=", "山田"),
        ("=?utf-8?q?=e5=b1=b1?=", "山"),
        ("=?utf-8?Q?a_b=20c?=", "a b c"),
        ("=?iso-2022-jp?Q?=1B$B;3ED=1B(B?=", "山田"),
        ("=?iso-2022-jp*ja?B?GyRCOzNFRBsoQg==?=", "山田"),
        ("=?windows-31j?B?h0A=?=", "①"),
        ("=?utf-16?B?" + base64.b64encode("山田".encode("utf-16")).decode() + "?=", "山田"),
        ("=?utf-7?Q?+XHF1MA-?=", "山田"),
        ("=?utf-8?B?77u/5bGx55Sw?=", "山田"),
        ("=?utf-8?Q??=", ""),
    ],
)
def test_a_word_is_opened(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 10, 14])
@pytest.mark.parametrize(("data", "label"), [(JIS, "iso-2022-jp"), (UTF_8, "UTF-8"), (SJIS, "Shift_JIS")])
def test_words_cut_anywhere_are_joined_before_they_are_decoded(data: bytes, label: str, at: int) -> None:
    for gap in (" ", "\r\n ", "\t", ""):
        assert decode_words(word(data[:at], label) + gap + word(data[at:], label.lower())) == NAME


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (f"{TARO} {TARO}", "山田山田"),
        (f"{TARO} and {TARO}", "山田 and 山田"),
        (f"Re:{TARO}様", "Re:山田様"),
        (f'"{TARO}"', '"山田"'),
        (f"{TARO} <a@b.test>", "山田 <a@b.test>"),
        (word(JIS, "iso-2022-jp") + " " + word(UTF_8), NAME + NAME),
        ("=?utf-8?B?5bGx?= =?utf-8?Q?=E7=94=B0?=", "山田"),
        ("=?utf-8?B?5bGx5?= =?utf-8?B?5Sw?=", "山田"),
        (bare(UTF_8[:4]) + " " + bare(UTF_8[4:]), NAME),
        (bare("山田a".encode()) + " " + bare("太郎b".encode()), "山田a太郎b"),
        ("=?utf-8?Q?=E5=B?= =?utf-8?Q?1=B1?=", "山"),
        (word(b"\x1b$B;3ED", "iso-2022-jp") + " " + word(b"abcd", "iso-2022-jp"), "山田abcd"),
        (word(b"\x1b$B;3E", "iso-2022-jp") + " " + word(b"DB@O:\x1b(B", "iso-2022-jp"), "山田太郎"),
        (word(b"\x1b$B;3ED", "jis") + word(b"B@O:", "jis") + word(b"MM\x1b(B", "jis"), "山田太郎様"),
    ],
    ids=range(14),
)
def test_neighbours(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?ISO-2022-JP?B?GyRCOzNFRBsoQg?=", "山田"),
        ("=?ISO-2022-JP?B?GyRCOzNF\r\n RBsoQg==?=", "山田"),
        ("=?utf-8?B?8J-YgA==?=", "😀"),
        ("=?utf-8?B?5bGx=55Sw?=", "山田"),
        ("=? utf-8 ? B ?5bGx55Sw?=", "山田"),
        ("=??B?5bGx55Sw?=", "山田"),
        ("=?x-unknown?B?5bGx55Sw?=", "山田"),
        ("=?rot13?B?5bGx55Sw?=", "山田"),
        ("=?utf-8?Q?a b c?=", "a b c"),
        ("=?utf-8?Q?a_\r\n b?=", "a b"),
        ("=?utf-8?Q?=E5=B1\r\n\t=B1?=", "山"),
        ("=?utf-8?Q?What?_=E5=B1=B1?=", "What? 山"),
        ("=?utf-8?Q?=E5=B1=B1?=E7=94=B0?=", "山?田"),
        (f"=?iso-2022-jp?Q?{RAW_JIS}?=", "山田"),
        ("=?utf-8?B?5bGx55Sw =?utf-8?B?5bGx55Sw?=", "山田山田"),
        ("=?utf-8?B?5bGx55Sw?=?utf-8?B?5bGx55Sw?=", "山田山田"),
        ("a =?utf-8?B?5bGx55Sw", "a 山田"),
        ("a =?utf-8?Q?=E5=B1=B1", "a 山"),
    ],
    ids=range(18),
)
def test_broken_words_are_read_as_far_as_they_go(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize("label", ["utf-8", "iso-2022-jp", "iso-8859-1", "us-ascii", "", "x-unknown"])
def test_a_label_that_lies_is_overruled(label: str) -> None:
    assert decode_words(word(SJIS, label)) == NAME
    assert decode_words(word(UTF_8, label)) == NAME


@pytest.mark.parametrize(
    ("label", "text"), [("ks_c_5601-1987", "한민"), ("gb2312", "你好"), ("big5", "您好"), ("euc-kr", "안녕")]
)
def test_the_words_of_neighbour_countries_are_theirs(label: str, text: str) -> None:
    codec = "euc-kr" if label.startswith("ks") else label
    assert decode_words(word(text.encode(codec), label)) == text


@pytest.mark.parametrize(
    "raw",
    [
        *("", "a", "=?", "=?=", "=?utf-8?", "=?utf-8?X?abc?=", "a =? b", "=?utf-8?B?", "=?=?=?=?=", "5 =?> 3"),
        *("=?utf-8?Q?no end", "=?utf-8?B?no end!", "Zoë $5 (Best) $B", "$Bar(Baz", "US$Billion (Bx)"),
    ],
)
def test_what_is_no_word_stays(raw: str) -> None:
    assert decode_words(raw) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (RAW_JIS, "山田"),
        (f"Re: {RAW_JIS} (1)", "Re: 山田 (1)"),
        (f"é {RAW_JIS}", "é 山田"),
        ("\x1b$B;3ED <taro@customer.test>", "山田 <taro@customer.test>"),
        ("Re: $B;3EDB@O:(B", "Re: 山田太郎"),
        ("\x1b$Gj\x0f!", "〓!"),
        (f"{RAW_JIS}\x1b$GjG\x0f", "山田〓〓"),
    ],
)
def test_raw_jis_is_read(raw: str, text: str) -> None:
    assert decode_words(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (word(b"a\r\nBcc: x@evil.test"), "a Bcc: x@evil.test"),
        ("=?utf-8?q?a=00=1B=5B31m=C2=9B=E2=80=AE=E2=80=A8b?=", "a[31m b"),
        (" a\r\n\tb ", "a b"),
        ("a\u200b\ufeff\u2066b\ud800", "ab"),
    ],
)
def test_what_is_shown_is_one_harmless_line(raw: str, text: str) -> None:
    assert shown(raw) == text
    assert clean(text) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"5bGx", "山"),
        (b"5b\r\nGx", "山"),
        (b"!5*bGx", "山"),
        (b"YQ", "a"),
        (b"YQ==YQ==", "aa"),
        (b"YWJjZ", "abc"),
        (b"=", ""),
        (b"", ""),
    ],
)
def test_base64_is_read_as_far_as_it_can_be(data: bytes, text: str) -> None:
    assert loose_base64(data).decode() == text


@pytest.mark.parametrize(
    "piece",
    ["=?", "=?u?q?", "=?utf-8?B?AA", "=?utf-8?Q?a?=30", f"{TARO} ", "?=", " ", "\x1b$B", "\x1b$B!!", "$B!!", "(B"],
)
def test_a_million_hostile_characters_take_less_than_two_seconds(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    within(2, lambda: shown(text))
