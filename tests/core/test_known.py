"""Addresses, phones and names are found however they are written, in the form in which the desk looks them up."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.desk.known import MAX_CANDIDATES, addresses_in, name_key, names_in, phones_in
from tests.effort import within

HANA = "hana@people.test"
ADDRESSES = [
    (f"Contact {HANA}.", {HANA}),
    (f"<{HANA}>", {HANA}),
    (f"mailto:{HANA}", {HANA}),
    ("HANA@People.TEST", {HANA}),
    ("ｈａｎａ＠ｐｅｏｐｌｅ．ｔｅｓｔ", {HANA}),
    (f"メールは{HANA}です", {HANA}),
    (f"「{HANA}」、x.y@mail.people.test", {HANA, "x.y@mail.people.test"}),
    (f"{HANA},{HANA}", {HANA}),
    (f"'{HANA}'", {HANA}),
    (f"to={HANA}", {HANA}),
    (f"..{HANA}", {HANA}),
    ("'hana+shop@people.test", {HANA, "hana+shop@people.test"}),
    ("hana.@people.test", {"hana.@people.test"}),
    ("hana+shop@people.test", {HANA, "hana+shop@people.test"}),
    ("hana_s-1.x@people.test", {"hana_s-1.x@people.test"}),
    ("a@b", set()),
    ("@people.test", set()),
    ("hana@", set()),
    ("hana at people dot test", set()),
    ("", set()),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_is_found(text: str, expected: set[str]) -> None:
    found = set(addresses_in(text))
    assert found >= expected
    assert bool(found) == bool(expected)
    assert all(one.endswith("people.test") for one in found)


TOKYO, MOBILE, FREE = "0312345678", "09012345678", "0120123456"
PHONES = [
    ("03-1234-5678", [TOKYO]),
    ("０３（１２３４）５６７８", [TOKYO]),
    ("(03) 1234-5678", [TOKYO]),
    ("03 1234 5678", [TOKYO]),
    ("03.1234.5678", [TOKYO]),
    ("0312345678", [TOKYO]),
    ("電話は03‐1234―5678です", [TOKYO]),
    ("03−1234－5678", [TOKYO]),
    ("03ー1234ー5678", [TOKYO]),
    ("03ｰ1234ｰ5678", [TOKYO]),
    ("03─1234–5678", [TOKYO]),
    ("03 - 1234 - 5678", [TOKYO]),
    ("+81-3-1234-5678", [TOKYO]),
    ("+81 (0)3 1234 5678", [TOKYO]),
    ("+81 (3) 1234-5678", [TOKYO]),
    ("+81 03-1234-5678", [TOKYO]),
    ("+81312345678", [TOKYO]),
    ("＋８１－３－１２３４－５６７８", [TOKYO]),
    ("81-3-1234-5678", [TOKYO]),
    ("0081 3 1234 5678", [TOKYO]),
    ("010-81-3-1234-5678", [TOKYO]),
    ("℡03-1234-5678 内線123", [TOKYO]),
    ("TEL:03-1234-5678 FAX:090-1234-5678", [TOKYO, MOBILE]),
    ("03-1234-5678 090-1234-5678", [TOKYO, MOBILE]),
    ("03-1234-5678/090-1234-5678", [TOKYO, MOBILE]),
    ("03-1234-5678, 03-1234-5678", [TOKYO]),
    ("03-1234-5678 123", [TOKYO]),
    ("12:30 03-1234-5678", [TOKYO]),
    ("2026-11-20 03-1234-5678", [TOKYO]),
    ("2026-01-02 03-1234-5678", [TOKYO]),
    ("01/02/2026 03-1234-5678", [TOKYO]),
    ("12:05 03-1234-5678", [TOKYO]),
    ("+810312345678", [TOKYO]),
    ("あ" * 1_000 + "０３－１２３４－５６７８", [TOKYO]),
    ("担当3 03-1234-5678", [TOKYO]),
    ("+81-90-1234-5678", [MOBILE]),
    ("090 1234 5678", [MOBILE]),
    ("0120-123-456", [FREE]),
    ("0800-123-4567", ["08001234567"]),
    ("050-1234-5678", ["05012345678"]),
    ("0466-12-3456", ["0466123456"]),
    ("+44 20 7946 0958", ["442079460958"]),
    ("0044 20 7946 0958", ["442079460958"]),
    ("+44 (0)20 7946 0958", ["442079460958"]),
    ("+44 20 7946 0958 12345678", ["442079460958"]),
    ("020 7946 0958", ["02079460958"]),
    ("+44 20 7946 0958 090-1234-5678", ["442079460958", MOBILE]),
    ("No.01 03-1234-5678", ["010312345678", TOKYO]),
    ("0161 496 0123 090-1234-5678", ["01614960123", MOBILE]),
    ("+1 415 555 0132", ["4155550132"]),
    ("(415) 555-0132", ["4155550132"]),
    ("1-415-555-0132", ["4155550132"]),
    ("", []),
    ("2026-11-20", []),
    ("2026-11-20 14:10", []),
    ("2026/11/20 09:00:00 +0900", []),
    ("2026年11月20日14時10分", []),
    ("01-02-2026 10", []),
    ("20/11/2026", []),
    ("KJ-2026-000123-C", []),
    ("kj-2026-000123-c 12", []),
    ("KJ-2026-001234567-8", []),
    ("〒123-4567", []),
    ("1,000,000円", []),
    ("1234-5678-9012-3456", []),
    ("123456789", []),
    ("192.168.10.1", []),
    ("version 0.9.10.2024", []),
    ("0-1-2-3-4-5-6-7-8-9", []),
    ("03-1234", []),
    ("0" * 16, []),
    ("0123456789012345", []),
    ("+44 1234", []),
    ("第3条第2項", []),
]


@pytest.mark.parametrize(("text", "expected"), PHONES)
def test_a_phone_is_found_in_one_form_and_nothing_else_is(text: str, expected: list[str]) -> None:
    assert list(phones_in(text)) == expected


NAMES = [
    ("佐藤花子様", "佐藤花子"),
    ("佐藤 花子 様", "佐藤 花子"),
    ("佐藤\u3000花子さま", "佐藤花子"),
    ("担当の佐藤花子さんに伝えました", "佐藤花子"),
    ("本日、佐藤花子氏より", "佐藤花子"),
    ("佐藤殿", "佐藤"),
    ("王偉様", "王偉"),
    ("高橋さくら様のご依頼", "高橋さくら"),
    ("高橋 さくら", "高橋さくら"),
    ("スズキ ハナコ", "スズキハナコ"),
    ("ｽｽﾞｷ･ﾊﾅｺ様", "スズキ ハナコ"),
    ("ジョン・スミス様", "ジョン・スミス"),
    ("アレクサンドラ・コンスタンチノワ様", "アレクサンドラ・コンスタンチノワ"),
    ("アレクサンドラコンスタンチノワ様", "アレクサンドラ・コンスタンチノワ"),
    ("佐藤花子の契約について", "佐藤花子"),
    ("契約者:長谷川 勘三郎", "長谷川勘三郎"),
    ("契約者:佐藤 花子", "佐藤花子"),
    ("佐々木次郎", "佐々木次郎"),
    ("ご契約者は長谷川花子です", "長谷川花子"),
    ("東京都 佐藤花子 090-1234-5678", "佐藤花子"),
    ("Dear Hanako Sato,", "Hanako Sato"),
    ("Dear SATO Hanako,", "Hanako Sato"),
    ("the address of Sato, Hanako", "Hanako Sato"),
    ("Hanako Satoさん", "Hanako Sato"),
    ("Ｈａｎａｋｏ Ｓａｔｏ", "Hanako Sato"),
    ("John Q. Public called", "John Q. Public"),
    ("Ana Maria de Souza and Ana Maria Souza", "Ana Maria Souza"),
    ("Jean-Luc O’Neil", "Jean-Luc O'Neil"),
    ("José Núñez", "JOSÉ NÚÑEZ"),
    ("Jose\u0301 Nu\u0301n\u0303ez", "José Núñez"),
    ("Mr. Taro Yamada Jr. wrote", "Taro Yamada"),
]


@pytest.mark.parametrize(("text", "display_name"), NAMES)
def test_a_name_is_found_in_the_form_of_its_sender(text: str, display_name: str) -> None:
    key = name_key(display_name)
    assert key
    assert key in names_in(text)


NO_NAMES = [
    ("Dear Hanako\nSato is here", "Hanako Sato"),
    ("hanako sato", "Hanako Sato"),
    ("We wrote to Hanako. Mr Sato answered", "Hanako Sato"),
    ("佐藤様、花子", "佐藤花子"),
    ("佐藤です。花子です。", "佐藤花子"),
    ("花子佐", "佐藤花子"),
    ("", "佐藤花子"),
]


@pytest.mark.parametrize(("text", "display_name"), NO_NAMES)
def test_words_that_do_not_stand_together_are_no_name(text: str, display_name: str) -> None:
    assert name_key(display_name) not in names_in(text)


def test_the_likeliest_names_come_first() -> None:
    assert names_in("個人情報取扱規程に基づき佐藤花子様へ")[:3] == ("花子", "藤花子", "佐藤花子")


KEYS = [
    ("佐藤花子", "佐藤花子"),
    ("佐藤 花子", "佐藤花子"),
    ("佐藤\u3000花子\u200b", "佐藤花子"),
    ("佐藤花子様", "佐藤花子"),
    ("佐藤花子 さん", "佐藤花子"),
    ("佐藤花子 (Hanako Sato)", "佐藤花子"),
    ("佐藤花子【至急】", "佐藤花子"),
    ("ｻﾄｳ ﾊﾅｺ", "サトウハナコ"),
    ("阿部", "阿部"),
    ("服部 太郎", "服部太郎"),
    ("長谷部", "長谷部"),
    ("Hanako Sato", "hanakosato"),
    ("HANAKO SATO", "hanakosato"),
    ('"Sato, Hanako"', "hanakosato"),
    ("Sato, Hanako (Osaka)", "hanakosato"),
    ("Ms. Hanako Sato", "hanakosato"),
    ("Dr Hanako Sato", "hanakosato"),
    ("Amr Hassan", "amrhassan"),
    ("Drew Msumba", "drewmsumba"),
    ("José Núñez", "josénúñez"),
    ("O'Neil", "oneil"),
    ("Li", "li"),
    ("", None),
    ("  ", None),
    ("A", None),
    ("佐", None),
    ("様", None),
    ("hana@people.test", None),
    ("'hana@people.test'", None),
    ("ｈａｎａ＠ｐｅｏｐｌｅ．ｔｅｓｔ", None),
    ("12345", None),
    ("info", None),
    ("Info 2", None),
    ("no-reply", None),
    ("Do Not Reply", None),
    ("Customer Support", None),
    ("Privacy Team", "privacyteam"),
    ("お客様相談室", None),
    ("個人情報相談窓口", None),
    ("株式会社いえのこと", None),
    ("いえのこと 営業部", None),
    ("営業部", None),
    ("総務部 人事課", None),
    ("サポートセンター", None),
    ("Example Inc.", None),
    ("Example Co., Ltd.", None),
    ("Weekly Newsletter", None),
    ("匿名", None),
    ("x" * 41, None),
    ("x" * 40, "x" * 40),
]


@pytest.mark.parametrize(("display_name", "expected"), KEYS)
def test_a_display_name_has_one_form_or_names_nobody(display_name: str, expected: str | None) -> None:
    assert name_key(display_name) == expected


@given(st.text())
def test_any_text_is_read_without_an_error_and_in_one_form(text: str) -> None:
    assert all(one == one.lower() and "@" in one for one in addresses_in(text))
    assert all(one.isdigit() and 9 <= len(one) <= 15 for one in phones_in(text))
    assert all(one.isalnum() or not one for one in names_in(text))


HOSTILE = [
    *("1 " * 100_000, "0" * 200_000, "0 1-" * 50_000, "+81" * 60_000, "-" * 200_000, "(0)" * 60_000, "20-1-" * 40_000),
    *("a" * 200_000 + "@", "a@" * 100_000, "a.b@c." * 40_000, "'" * 200_000 + "@x.test", "a@b.test " * 20_000),
    *("様" * 200_000, "佐" * 200_000, "佐 " * 100_000, "Aa " * 66_000, "A" * 200_000, "・" * 200_000, "Aa-" * 66_000),
    *("佐" * 1_000_000, "様" * 1_000_000, "あ" + "\u0301\u0316" * 100_000),
    "".join(f"佐藤{chr(0x4E00 + number)}花子様、Ab{number} X{number}@people.test " for number in range(5_000)),
]


@pytest.mark.parametrize("read", [addresses_in, phones_in, names_in], ids=lambda read: str(read.__name__))
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: str(text[:8]))
def test_no_text_takes_long_or_gives_too_much(read: object, text: str) -> None:
    assert callable(read)
    assert len(within(1, lambda: read(text))) <= MAX_CANDIDATES


def test_a_long_key_takes_no_time() -> None:
    for text in (
        "あ" + "\u0301\u0316" * 100_000,
        "窓" * 200_000,
        "info" * 50_000,
        "(" * 200_000,
        " " * 200_000,
        "【" * 200_000,
    ):
        within(1, partial(name_key, text))
