"""Bytes become the right text under every label Japanese mail carries, true or lying."""

import pytest

from mailbot.core.reader.charset.charset import decode_text
from mailbot.core.reader.charset.labels import canonical
from tests.effort import within

KANA = "個人情報の開示を請求します。①㈱髙Ⅲ№～ｱｲｳ"
PLAIN = "個人データの利用停止をお願いします。"
JIS_KANA = b"\x1b$B8D?M>pJs$N\x1b(B \x1b$B-!-j-7|b\x1b(B"


SHIFT_JIS = "shift_jis|Shift-JIS|x-sjis|SJIS|cp932|windows-31j|MS932|ms_kanji|'shift_jis'|cp943|ibm-943|x-IBM943C|932"
ISO_2022_JP = "iso-2022-jp|ISO-2022-JP-MS|cp50220|cp50221|50222|csISO2022JP|jis7|iso-2022-jp-2004|iso2022-jp|x-jis"
EUC_JP = (
    "euc-jp|x-euc-jp|cp51932|ujis|eucJP-ms|eucJP-win|x-euc|EUC-JIS-2004|Extended_UNIX_Code_Packed_Format_for_Japanese"
)


@pytest.mark.parametrize(
    ("labels", "codec"),
    [
        (f"{SHIFT_JIS}|shift_jis-2004|Shift_JISX0213|csWindows31J|x-mac-japanese|sjis-win", "cp932"),
        (ISO_2022_JP, "iso-2022-jp"),
        (EUC_JP, "euc-jp"),
        ("utf-8|UTF8|utf_8|utf-8n|unicode-1-1-utf-8|utf8mb4|cp65001", "utf-8"),
        ("utf-8*ja|utf-8; format=flowed|text/html; charset=utf-8|<utf-8>| utf-8 ", "utf-8"),
        ("us-ascii|ASCII|ANSI_X3.4-1968|iso-8859-1|iso_8859-1:1987|latin1|l1|windows-1252|cp-1252|x-ansi", "cp1252"),
        ("ks_c_5601-1987|ksc5601|euc-kr|korean|cp949|windows-949", "cp949"),
        ("gb2312|GBK|gb18030|x-gbk|cp936|GB_2312-80|euc-cn|chinese", "gb18030"),
        ("big5|cn-big5|x-x-big5|cp950", "cp950"),
        ("unicode|ucs-2|utf-16|iso-10646-ucs-2", "utf-16"),
        ("koi8-u|koi8-ru", "koi8-u"),
        ("windows-874|tis-620|iso-8859-11", "cp874"),
        ("iso-8859-15|latin9|ISO8859-15", "iso8859-15"),
        ("macintosh|x-mac-roman", "mac-roman"),
    ],
)  # fmt: skip
def test_a_charset_is_known_by_all_its_names(labels: str, codec: str) -> None:
    assert {label: canonical(label) for label in labels.split("|")} == dict.fromkeys(labels.split("|"), codec)
    assert canonical(codec) == codec


@pytest.mark.parametrize("label", SHIFT_JIS.split("|"))
def test_every_name_of_shift_jis_reads_the_nec_and_ibm_characters(label: str) -> None:
    assert decode_text(KANA.encode("cp932"), label) == (KANA, "cp932")


@pytest.mark.parametrize("label", [*ISO_2022_JP.split("|"), None, "us-ascii", "utf-8", "x-none", "utf-16"])
def test_escapes_mean_iso_2022_jp_whatever_the_label_says(label: str | None) -> None:
    assert decode_text(JIS_KANA, label) == ("個人情報の ①㈱Ⅲ髙", "iso-2022-jp")


@pytest.mark.parametrize("label", [*EUC_JP.split("|"), None, "utf-8", "iso-8859-1", "iso-2022-jp", "shift_jis"])
def test_euc_jp_reads_nec_characters_and_half_width_kana(label: str | None) -> None:
    assert decode_text(PLAIN.encode("euc_jp") + b"\xad\xa1\x8e\xb1", label) == (PLAIN + "①ｱ", "euc-jp")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b(I123\x1b(B", "ｱｲｳ"),
        (b"\x1b$B\x1b(I123\x1b$B8D\x1b(B", "ｱｲｳ個"),
        (b"\x1b(J\\100~\x1b(B\\", "¥100~\\"),
        (b"\x1b$@8D?M\x1b(J!", "個人!"),
        (b"\x1b$B8D\nabc", "個\nabc"),
        (b"\x1b$B8D?\x1b(B.", "個."),
        (b"\x1b$(D0!\x1b(B", "丂"),
        (b"\x1b$B8D\x1b(B \xe4\xba\xba", "個 人"),
        (b"\x1b$B8D\x1b(B \xb1\xb2\xb3\xde", "個 ｱｲｳﾞ"),
        (b"\x0e123\x0fa", "ｱｲｳa"),
        (b"\x1b)I\x0e123\x0fa", "ｱｲｳa"),
        (b"\x1b$B8D\x0e123\x0f?M\x1b(B", "個ｱｲｳ人"),
        (b"\x1b&@\x1b$B8D\x1b(B", "個"),
        (b"\x1b$(O.!\x1b(B", "俱"),
        (b"\x1b$(P!!\x1b(B", "𠂉"),
        (b"\x1b$A!!VPND\x1b(B", "\u3000中文"),
        (b"\x1b$(CGQ19\x1b(B", "한국"),
        (b"\x1b$B8D\x1b(B\x1b.ARen\x1bNi", "個René"),
        (b"\x1b$B.!\x1b(B", "俱"),
        (b"\x1b$Bu!~~\x1b(B!", "\ue000\ue3ab!"),
        (b"\x1b$(?u!\x1b(B!", "\ue3ac!"),
        (b"\x1b$B8D\n?M\x1b(B!", "個\n人!"),
        (b"\x1b$B8D\r\n?M\r\n>pJs\x1b(B!", "個\r\n人\r\n情報!"),
        (b"\x1b$B8D?M\nabcd\n\x1b$B>pJs\x1b(B", "個人\nabcd\n情報"),
        (b"\x1b$B8D?M", "個人"),
        (b"\x1b$B8D?", "個"),
        (b"\x1b$B8D?M abc\ndef", "個人 abc\ndef"),
        (b"\x1b$B8D?M <a@b.test>", "個人 <a@b.test>"),
        (b"\x1b$B8D?\t M>pJs\x1b(B", "個人情報"),
        (b"\x1b$B8D ?M\x1b(B", "個 人"),
        (b"$B8D?M>pJs(B, (Best)", "個人情報, (Best)"),
        (b"$($(Bg$3(B", "$($(Bg$3(B"),
        (b"$B$($(Bg$3(B", "ええ大こ"),
        (b"US$Billion (Bx) $B12(B", "US$Billion (Bx) $B12(B"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
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


@pytest.mark.parametrize("label", ["iso-2022-jp", "shift_jis"])
def test_a_word_cut_inside_a_character_stays_japanese(label: str) -> None:
    assert decode_text("ます".encode("cp932")[:-1], label) == ("ま\ufffd", "cp932")


def test_three_bytes_of_utf_8_are_no_chance() -> None:
    assert decode_text("鬱".encode(), "shift_jis") == ("鬱", "utf-8")


@pytest.mark.parametrize("word", ["個人情報開示", "山田", "鈴木様"])
@pytest.mark.parametrize("codec", ["cp932", "euc-jp", "utf-8"])
def test_a_few_kanji_without_a_label_are_enough(word: str, codec: str) -> None:
    assert decode_text(word.encode(codec), None) == (word, codec)


WAVES = "～∥－￠￡￢"


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (b"\x81\x60\x81\x61\x81\x7c\x81\x91\x81\x92\x81\xca", "shift_jis"),
        (b"\xa1\xc1\xa1\xc2\xa1\xdd\xa1\xf1\xa1\xf2\xa2\xcc", "euc-jp"),
        (b'\x1b$B!A!B!]!q!r"L\x1b(B', "iso-2022-jp"),
    ],
)
def test_the_wave_dash_and_its_family_read_as_in_cp932(data: bytes, label: str) -> None:
    assert decode_text(data, label)[0] == WAVES


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x8f\xb0\xa1", "丂"),
        (b"\x8e\xb1\x8e\xb2\x8e\xde", "ｱｲﾞ"),
        (b"\x8f\xf3\xf3\x8f\xf4\xab\x8f\xf4\xac\x8f\xf4\xfe", "ⅰ㈱№黑"),
        (b"\xad\xa1\xf9\xa1\xfc\xe2", "①纊髙"),
        (b"\xf5\xa1\x8f\xf5\xa1", "\ue000\ue3ac"),
        (b"\xae\xa1", "俱"),
        (b"\xa4\xa2\xa4", "あ\ufffd"),
    ],
)
def test_the_corners_of_euc_jp(data: bytes, text: str) -> None:
    assert decode_text("個人".encode("euc-jp") + data, "eucJP-ms") == ("個人" + text, "euc-jp")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xf8\x9f\xf9\x5b", "\ue63e\ue6b7"),
        (b"\xf3\x40\xf7\x60", "\ue234\ue544"),
        (b"\xf0\x40", "\ue000"),
        (b"\x1b$GjG\x0f", "〓〓"),
        (b"\xfb\xfc\xed\x40\xee\xfc", "髙纊＂"),
    ],
)
def test_gaiji_and_pictures_of_carriers_spoil_nothing_around_them(data: bytes, text: str) -> None:
    raw = "はい".encode("cp932") + data + "です".encode("cp932")
    assert decode_text(raw, "shift_jis") == (f"はい{text}です", "cp932")


@pytest.mark.parametrize("codec", ["cp932", "euc-jp", "utf-8"])
@pytest.mark.parametrize("text", ["ﾔﾏﾀﾞ ﾀﾛｳ", "個人ﾃﾞｰﾀ", "A社", "03-0000-0000 山田", "東京tower", "1ｶ月"])
def test_half_width_kana_and_letters_among_kanji_need_no_label(text: str, codec: str) -> None:
    assert decode_text(text.encode(codec), None) == (text, codec)


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "us-ascii", "utf-8", "shift_jis", "iso-2022-jp", None])
@pytest.mark.parametrize(
    "text", ["Café “très” señor", "I don’t", "it’s", "Frösche", "£100", "20° C", "ação", "for you – Zoë", "© 2024"]
)
def test_western_letters_are_not_taken_for_kanji(text: str, label: str | None) -> None:
    assert decode_text(text.encode("cp1252"), label) == (text, "cp1252")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("gb2312", "你好，世界"),
        ("big5", "您好，世界"),
        ("euc-kr", "안녕하세요"),
        ("koi8-r", "Привет"),
        ("gb18030", "中文"),
        ("big5", "您"),
        ("johab", "안녕"),
        ("hz", "你好"),
        ("iso2022_kr", "안녕"),
        ("utf-7", "個人+情報"),
    ],
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
        "oem",
        "cp037",
        "cp500",
        "palmos",
        "x-user-defined",
        "unknown-8bit",
        "default",
        "a\0b",
        "../x",
        "x" * 5_000,
        "",
    ],
)
def test_what_is_no_character_set_is_an_unknown_label(label: str) -> None:
    assert canonical(label) is None
    assert decode_text(b"abc \\u3042 xn--", label) == ("abc \\u3042 xn--", "ascii")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("label", [None, "iso-8859-1", "utf-8", "utf-16be"])
def test_a_byte_order_mark_decides_and_disappears(codec: str, label: str | None) -> None:
    assert decode_text(PLAIN.encode(codec), label)[0] == PLAIN


@pytest.mark.parametrize("text", [PLAIN, "Please delete my data.\r\n", "はい\r\n", "あ"])
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-16be", "unicode"])
def test_utf_16_without_a_mark_is_read_either_way(text: str, codec: str, label: str) -> None:
    assert decode_text(text.encode(codec), label) == (text, codec)


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (PLAIN.encode("utf-16-le") + b"\r\0\n\0", None, PLAIN + "\r\n"),
        (PLAIN.encode("utf-32-be"), "utf-32", PLAIN),
        ("Please delete my data.".encode("utf-16-be"), None, "Please delete my data."),
        (b"plain words", "utf-16", "plain words"),
        (PLAIN.encode(), "utf-16", PLAIN),
        (PLAIN.encode("cp932"), "unicode", PLAIN),
        (PLAIN.encode(), "utf-7", PLAIN),
        (b"a\0b", None, "a\0b"),
        (b"\0\0", "iso-2022-jp", "\0\0"),
        (b"\xef\xbb\xbf" + PLAIN.encode("cp932"), "utf-8", PLAIN),
    ],
)
def test_bytes_that_a_wide_label_contradicts(data: bytes, label: str | None, text: str) -> None:
    assert decode_text(data, label)[0] == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (PLAIN.encode() + b"\xe3\x81", PLAIN + "\ufffd"),
        ("個人".encode() + b"\xe6", "個人\ufffd"),
        (PLAIN.encode() + b"\xc0\xaf\xf8\x88\x80\x80\x80", PLAIN + "\ufffd" * 7),
        (
            "開示".encode() + b" \xf8\x88\x80\x80\x80 \xfc\x84\x80\x80\x80\x80",
            "開示 " + "\ufffd" * 5 + " " + "\ufffd" * 6,
        ),
        (b"\xed\xa0\xbd\xed\xb8\x80" + PLAIN.encode(), "😀" + PLAIN),
        (b"\xed\xa0\xbd" + PLAIN.encode(), "\ufffd" * 3 + PLAIN),
    ],
)
def test_broken_bytes_spoil_themselves_only(data: bytes, text: str) -> None:
    assert decode_text(data, "utf-8") == (text, "utf-8")


@pytest.mark.parametrize(
    ("above", "below"),
    [("utf-8", "cp932"), ("utf-8", "euc-jp"), ("cp932", "utf-8"), ("euc-jp", "utf-8"), ("iso2022_jp", "cp932")],
)
def test_a_footer_of_another_charset_is_read_by_itself(above: str, below: str) -> None:
    data = PLAIN.encode(above) + b"\nabc\n" + "この下は署名です。".encode(below)
    assert decode_text(data, above)[0] == f"{PLAIN}\nabc\nこの下は署名です。"


def test_lines_of_shift_jis_2004_are_read_where_cp932_has_no_character() -> None:
    data = "俱楽部の剝製\n①㈱".encode("shift_jis_2004")
    assert decode_text(data, "shift_jis-2004")[0] == "俱楽部の剝製\n①㈱"


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
        b"\x1b$B" + b"\xff\n" * 500_000,
        b"\x1b$B" + b"\xe3\x81\n" * 330_000,
        b"\xe3\x81\x82" + b"\xa4\xa2\n" * 330_000,
        b"\xff\n" * 500_000,
        b"$B!!" * 250_000 + b"(B",
        b"\x1b$B! " * 200_000,
        b"don\x92t " * 160_000,
        b"\x1b$G!" * 250_000 + b"\x0f",
    ],
    ids=range(13),
)
@pytest.mark.parametrize("label", ["euc-jp", None, "utf-16"])
def test_a_million_hostile_bytes_take_less_than_two_seconds(data: bytes, label: str | None) -> None:
    within(2, lambda: decode_text(data, label))
