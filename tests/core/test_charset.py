"""Bytes become the right text under every label Japanese mail carries, true or lying."""

import time

import pytest

from mailbot.core.charset import canonical, decode_text

KANA = "個人情報の開示を請求します。①㈱髙Ⅲ№～ｱｲｳ"
PLAIN = "個人データの利用停止をお願いします。"
JIS_KANA = b"\x1b$B8D?M>pJs$N\x1b(B \x1b$B-!-j-7|b\x1b(B"


@pytest.mark.parametrize(
    "label", ["shift_jis", "Shift-JIS", "x-sjis", "SJIS", "cp932", "windows-31j", "MS932", "ms_kanji", '"shift_jis"']
)
def test_every_name_of_shift_jis_reads_the_nec_and_ibm_characters(label: str) -> None:
    assert decode_text(KANA.encode("cp932"), label) == (KANA, "cp932")


@pytest.mark.parametrize(
    "label", ["iso-2022-jp", "ISO-2022-JP-MS", "cp50220", "csISO2022JP", None, "us-ascii", "utf-8", "x-none"]
)
def test_escapes_mean_iso_2022_jp_whatever_the_label_says(label: str | None) -> None:
    assert decode_text(JIS_KANA, label) == ("個人情報の ①㈱Ⅲ髙", "iso-2022-jp")


@pytest.mark.parametrize("label", ["euc-jp", "x-euc-jp", "cp51932", "ujis", "eucJP-ms", None, "utf-8", "iso-8859-1"])
def test_euc_jp_reads_nec_characters_and_half_width_kana(label: str | None) -> None:
    assert decode_text(PLAIN.encode("euc_jp") + b"\xad\xa1\x8e\xb1", label) == (PLAIN + "①ｱ", "euc-jp")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b(I123\x1b(B", "ｱｲｳ"),
        (b"\x1b$B\x1b(I123\x1b$B8D\x1b(B", "ｱｲｳ個"),
        (b"\x1b(J100\\\x1b(B", "100\\"),
        (b"\x1b$@8D?M\x1b(J!", "個人!"),
        (b"\x1b$B8D\nabc", "個\nabc"),
        (b"\x1b$B8D?\x1b(B.", "個."),
        (b"\x1b$(D0!\x1b(B", "丂"),
        (b"\x1b$B8D\x1b(B \xe4\xba\xba", "個 人"),
    ],
)
def test_the_dialects_of_iso_2022_jp(data: bytes, text: str) -> None:
    assert decode_text(data, "iso-2022-jp")[0] == text


@pytest.mark.parametrize(
    "label", ["iso-2022-jp", "shift_jis", "euc-jp", "us-ascii", "iso-8859-1", "big5", None, "", "unknown-8bit"]
)
def test_utf_8_is_seen_under_any_label(label: str | None) -> None:
    assert decode_text(PLAIN.encode(), label) == (PLAIN, "utf-8")


@pytest.mark.parametrize("label", ["utf-8", "us-ascii", "iso-8859-1", "euc-jp", None, "x-user-defined"])
def test_shift_jis_is_seen_under_any_label(label: str | None) -> None:
    assert decode_text(PLAIN.encode("cp932"), label) == (PLAIN, "cp932")


@pytest.mark.parametrize("word", ["個人情報開示", "山田", "鈴木様"])
@pytest.mark.parametrize("codec", ["cp932", "euc-jp", "utf-8"])
def test_a_few_kanji_without_a_label_are_enough(word: str, codec: str) -> None:
    assert decode_text(word.encode(codec), None) == (word, codec)


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "us-ascii", "utf-8", "shift_jis", None])
def test_western_letters_are_not_taken_for_kanji(label: str | None) -> None:
    assert decode_text("Café “très” señor".encode("cp1252"), label)[0] == "Café “très” señor"


@pytest.mark.parametrize(
    ("label", "text"),
    [("gb2312", "你好，世界"), ("big5", "您好，世界"), ("euc-kr", "안녕하세요"), ("koi8-r", "Привет")],
)
def test_a_true_label_of_another_country_is_believed(label: str, text: str) -> None:
    assert decode_text(text.encode(label), label)[0] == text


@pytest.mark.parametrize(
    "label",
    [
        "rot13",
        "rot_13",
        "zlib",
        "bz2",
        "hex",
        "base64",
        "uu",
        "quopri",
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "utf_8_sig",
        "a\0b",
        "../x",
        "x" * 5_000,
        "",
    ],
)
def test_what_is_no_character_set_is_an_unknown_label(label: str) -> None:
    assert canonical(label) is None
    assert decode_text(b"abc \\u3042 xn--", label) == ("abc \\u3042 xn--", "ascii")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("label", [None, "iso-8859-1", "utf-8"])
def test_a_byte_order_mark_decides_and_disappears(codec: str, label: str | None) -> None:
    assert decode_text(PLAIN.encode(codec), label)[0] == PLAIN


def test_one_broken_byte_spoils_one_character_only() -> None:
    assert decode_text(PLAIN.encode() + b"\xe3\x81", "utf-8") == (PLAIN + "\ufffd", "utf-8")


def test_half_a_surrogate_pair_never_comes_out() -> None:
    assert decode_text(b"+2AA-", "utf-7")[0].encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b$B\x1b(B" * 160_000,
        b"\x1b$B" + b"!!" * 500_000,
        b"\x8f" * 1_000_000,
        b"\xff " * 500_000,
        bytes(range(256)) * 4_000,
    ],
    ids=["escapes", "spaces", "8f", "ff", "all"],
)
def test_a_million_hostile_bytes_take_less_than_two_seconds(data: bytes) -> None:
    began = time.process_time()
    decode_text(data, "euc-jp")
    assert time.process_time() - began < 2
