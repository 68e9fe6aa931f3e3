"""Nobody is the sender where two programs could disagree who it is (threats A2, A3, A4)."""

import pytest

from mailbot.core.reader.headers.mailboxes import _entries
from mailbot.core.reader.headers.sender import addresses, normalise_address, shown_sender, strict_address
from tests.effort import within

STAFF = "staff@kajitaku.test"


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("taro@customer.test", "taro@customer.test"),
        ("<taro@customer.test>", "taro@customer.test"),
        ("Taro Yamada <Taro.Yamada+1@Customer.TEST>", "Taro.Yamada+1@customer.test"),
        ('"Yamada, Taro" <taro@customer.test>', "taro@customer.test"),
        ('"Taro \\"T\\" Yamada" <taro@customer.test>', "taro@customer.test"),
        ("山田 太郎 <taro@customer.test>", "taro@customer.test"),
        ('"山田、太郎" <taro@customer.test>', "taro@customer.test"),
        ("=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <taro@customer.test>", "taro@customer.test"),
        ("=?utf-8?Q?=E5=B1=B1?=\t=?utf-8?Q?=E7=94=B0?= <taro@customer.test>", "taro@customer.test"),
        ("=?utf-8?q?Taro Yamada?= <taro@customer.test>", "taro@customer.test"),
        ("=?a/b?B?PiA+IOOBig==?= <taro@customer.test>", "taro@customer.test"),
        ("=?utf-8?b?5bGx 55Sw <taro@customer.test>", "taro@customer.test"),
        ("=?utf-8?q?staff=40kajitaku=2Etest?= <taro@customer.test>", "taro@customer.test"),
        ('"staff@kajitaku.test" <taro@customer.test>', "taro@customer.test"),
        ("O'Neil <o'neil@customer.test>", "o'neil@customer.test"),
        ("taro@xn--wgv71a119e.test", "taro@xn--wgv71a119e.test"),
        ("postMaster@customer.test", "postMaster@customer.test"),
        ('"Taro <taro@customer.test>" <taro@customer.test>', "taro@customer.test"),
    ],
)
def test_one_plain_address_is_the_sender(header: str, address: str) -> None:
    assert strict_address([header]) == address


@pytest.mark.parametrize(
    "header",
    [
        f"{STAFF} <attacker@evil.test>",
        f"{STAFF}, attacker@evil.test",
        f"attacker@evil.test, {STAFF}",
        f"<{STAFF}> <attacker@evil.test>",
        f"<attacker@evil.test> {STAFF}",
        f"Staff: {STAFF};",
        f"{STAFF};",
        f"{STAFF}\0@evil.test",
        f"{STAFF}\0",
        f"attacker@evil.test\r\nFrom: {STAFF}",
        f"{STAFF} (comment)",
        f"(comment) {STAFF}",
        f"staff(comment)@kajitaku.test <{STAFF}>",
        f"=?utf-8?q?<{STAFF}>?= <attacker@evil.test>",
        f"=?utf-8?q?<attacker@evil.test>?= <{STAFF}>",
        f"=?utf-8?q?a,?= <{STAFF}>",
        "=?utf-8?q?staff?=@kajitaku.test",
        f"<@relay.test:{STAFF}>",
        f"<@relay.test,@b.test:{STAFF}>",
        '"staff@kajitaku.test"@evil.test',
        '"staff"@kajitaku.test',
        f'"<{STAFF}>" attacker@evil.test',
        f'" <{STAFF}>',
        f'"a\\" <{STAFF}>',
        f"{STAFF}@evil.test",
        f"<{STAFF}>x",
        f"<<{STAFF}>>",
        f"< {STAFF} >",
        f"{STAFF}.",
        "staff@[192.0.2.1]",
        "staff@kajitaku",
        "staff@localhost",
        "staff＠kajitaku.test",
        "staff@kаjitaku.test",  # Cyrillic а
        "staff@ｋajitaku.test",
        "staff@kajitaku。test",
        "stàff@kajitaku.test",
        "st..aff@kajitaku.test",
        ".staff@kajitaku.test",
        "staff@-kajitaku.test",
        "staff@xn--zzzz.test",
        "s" * 65 + "@kajitaku.test",
        "staff@" + "a" * 60 + (".k" * 100) + ".test",
        f"Staff\u2028<{STAFF}>",
        f"Staff\x1b[0m <{STAFF}>",
        f"\x1b$B;3ED\x1b(B <{STAFF}>",
        f'"Staff <{STAFF}>" <x@evil.test>',
        f'"Staff<{STAFF}>"<x@evil.test>',
        f'"Staff \\"<{STAFF}>\\"" <x@evil.test>',
        f'"Staff <{STAFF}" <x@evil.test>',
        "staff@test",
        "=?utf-8?q?a:b?= <staff@kajitaku.test>",
        "=?utf:8?q?a?= <staff@kajitaku.test>",
        "=?utf-8?q?a <b?=staff@kajitaku.test>",
        "a <b=?utf-8?q?c@kajitaku.test>",
        '=??q?"?=@evil.test" <staff@kajitaku.test>',
        "=??B?GyRCJCpAE9?==??Q?=A2<staff@kajitaku.test>",
        "=?x?b?h0CJ?= =?utf-8?q?=A4 Taro <staff@kajitaku.test>",
        "taro..yamada@customer.test",
        "taro.@customer.test",
        '"taro..yamada"@customer.test',
        f"{STAFF} (=?utf-8?q?Staff?=)",
        "@kajitaku.test",
        "staff@",
        "<>",
        "Staff",
        "",
        " ",
    ],
)
def test_any_doubt_makes_it_nobody(header: str) -> None:
    assert strict_address([header]) is None


def jis(text: str) -> bytes:
    return text.encode("iso2022_jp")


@pytest.mark.parametrize(
    "name",
    [
        "山田 太郎".encode(),
        "山田 太郎".encode("cp932"),
        "山田 太郎".encode("euc-jp"),
        '"山田\u3000太郎"'.encode("cp932"),  # U+3000 ends in an @
        '"田中、花子"'.encode(),
        b'"' + jis("山田") + b'"',
        b'"' + jis("石川") + b" " + jis("太郎") + b'"',  # 川 begins with an @
        b"=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=",
        b"Taro",
    ],
)
def test_a_name_in_raw_letters_is_no_doubt_where_an_ascii_program_reads_the_same(name: bytes) -> None:
    assert strict_address([name + b" <taro@Customer.test>"]) == "taro@customer.test"


@pytest.mark.parametrize(
    "header",
    [
        jis("山田") + b" <staff@kajitaku.test>",  # ESC ( B opens a comment
        b'"' + jis("あえ") + b'" <staff@kajitaku.test>',  # あ ends in a quote
        b"\x1b$B<attacker@evil.test>\x1b(B <staff@kajitaku.test>",
        b'"\x1b$B!"<attacker@evil.test>!"\x1b(B" <staff@kajitaku.test>',
        b'"\x1b$B;3ED" <staff@kajitaku.test>',  # for a program that knows JIS the quotation goes on
        b"\x87@<staff@kajitaku.test>",  # ① ends in an @
        "山田\u3000太郎 <staff@kajitaku.test>".encode("cp932"),
        '"表" <staff@kajitaku.test>'.encode("cp932"),  # 表 ends in a backslash
        '"A表" x "<attacker@evil.test>" <staff@kajitaku.test>'.encode("cp932"),
        b"\xff\xfe<\0s\0>\0 <staff@kajitaku.test>",
        b"\xef\xbc\xa0 <staff@kajitaku.test>, x",
        "staff＠kajitaku.test".encode(),
        b"\x1b[0m <staff@kajitaku.test>",
        b"Staff\0 <staff@kajitaku.test>",
        b"",
    ],
)
def test_bytes_that_an_ascii_program_reads_otherwise_are_nobody(header: bytes) -> None:
    assert strict_address([header]) is None


@pytest.mark.parametrize("headers", [[], [STAFF, STAFF], [STAFF, "attacker@evil.test"], [STAFF, ""]])
def test_there_must_be_exactly_one_from_header(headers: list[str]) -> None:
    assert strict_address(headers) is None


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("Staff@Kajitaku.test", STAFF, True),
        ("staff@evilkajitaku.test", STAFF, False),
        ("staff@kajitaku.test.evil.test", STAFF, False),
        ("\u212aa@kajitaku.test", "ka@kajitaku.test", False),  # the Kelvin sign lower-cases to an ASCII k
        ("ＳＴＡＦＦ@kajitaku.test", STAFF, False),
    ],
)
def test_addresses_are_compared_whole_and_by_ascii_case_alone(first: str, second: str, *, is_same: bool) -> None:
    assert (normalise_address(first) == normalise_address(second)) is is_same


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ('"Yamada, Taro" <taro@customer.test>', "Yamada, Taro", "taro@customer.test"),
        ("=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <taro@customer.test>", "山田", "taro@customer.test"),
        ("taro@customer.test (Taro)", "Taro", "taro@customer.test"),
        (f"{STAFF} <x@evil.test>", STAFF, "x@evil.test"),
        ("=?utf-8?q?a=E2=80=AEb=0D=0ABcc:_x?= <x@evil.test>", "ab Bcc: x", "x@evil.test"),
        ("MAILER-DAEMON <>", "MAILER-DAEMON", ""),
        ("\x1b$B;3ED\x1b(B <taro@customer.test>", "山田", "taro@customer.test"),
        ("\x1b$B$($,$*\x1b(B <taro@customer.test>", "えがお", "taro@customer.test"),
        ('"\x1b$B$"$(\x1b(B" <taro@customer.test>', "あえ", "taro@customer.test"),
        ("taro@customer.test (\x1b$B;3ED\x1b(B)", "山田", "taro@customer.test"),
        ("\x1b$B;3ED <taro@customer.test>", "山田", "taro@customer.test"),
        ('"山田" <taro@customer.test>', "山田", "taro@customer.test"),
        ("山田(営業) <taro@customer.test>", "山田(営業)", "taro@customer.test"),
        ("[営業] 山田 <taro@customer.test>", "[営業] 山田", "taro@customer.test"),
        ("Yamada, Taro <taro@customer.test>", "Yamada, Taro", "taro@customer.test"),
        ('"Taro" Yamada <taro@customer.test>', "Taro Yamada", "taro@customer.test"),
        ("'Taro' <taro@customer.test>", "Taro", "taro@customer.test"),
        ('"=?utf-8?B?5bGx55Sw?=" <taro@customer.test>', "山田", "taro@customer.test"),
        ("=?utf-8?B?IuWxseeUsCI=?= <taro@customer.test>", "山田", "taro@customer.test"),
        ("=?utf-8?B?5bGx55SwIDx0YXJvQGN1c3RvbWVyLnRlc3Q+?=", "山田", "taro@customer.test"),
        ("<taro@customer.test> Taro", "Taro", "taro@customer.test"),
        ("(Taro) taro@customer.test", "Taro", "taro@customer.test"),
        ("Taro taro@customer.test", "Taro", "taro@customer.test"),
        ("Taro <taro@customer.test", "Taro", "taro@customer.test"),
        ("Taro taro@customer.test>", "Taro", "taro@customer.test"),
        ('"Taro <taro@customer.test>', "Taro", "taro@customer.test"),
        ('"taro@customer.test"', "", "taro@customer.test"),
        ("'taro@customer.test'", "", "taro@customer.test"),
        ("Taro <Sales> <taro@customer.test>", "Taro <Sales>", "taro@customer.test"),
        ("Taro < taro @ customer.test >", "Taro", "taro@customer.test"),
        ("Taro <mailto:taro@customer.test>", "Taro", "taro@customer.test"),
        ("Taro <@relay.test,@b.test:taro@customer.test>", "Taro", "taro@customer.test"),
        ("Team: taro@customer.test;", "", "taro@customer.test"),
        ('"a..b"@docomo.example', "", '"a..b"@docomo.example'),
        ('Taro <"a..b"@docomo.example>', "Taro", '"a..b"@docomo.example'),
        ("a..b@docomo.example", "", "a..b@docomo.example"),
        ("Taro <.a.@docomo.example>", "Taro", ".a.@docomo.example"),
        ("taro@customer.test, hanako@customer.test", "", "taro@customer.test"),
        ("Taro", "Taro", ""),
        ("", "", ""),
    ],
)
def test_the_shown_sender_is_decoded_and_harmless(header: str, name: str, address: str) -> None:
    assert shown_sender(header) == (name, address)


@pytest.mark.parametrize(
    ("header", "listed"),
    [
        ('"A, B" <a@x.test>, c@x.test (C, D), E <e@x.test>', ("a@x.test", "c@x.test", "e@x.test")),
        ("Friends: a@x.test, b@x.test;", ("a@x.test", "b@x.test")),
        ("undisclosed-recipients:;", ()),
        ("<>", ()),
        ("Yamada, Taro <a@x.test>; \x1b$B$,\x1b(B <b@x.test>", ("a@x.test", "b@x.test")),
        ('"a@x.test, b@x.test" <c@x.test>', ("c@x.test",)),
        ("a@x.test," * 500, ("a@x.test",) * 100),
    ],
)
def test_lists_of_addresses_are_taken_apart(header: str, listed: tuple[str, ...]) -> None:
    assert addresses([header]) == listed


def test_every_entry_of_a_list_has_its_own_name() -> None:
    value = 'Team: "A, B" <a@x.test>, C, D <c@x.test>; e@x.test (E), <f@x.test>'
    assert list(_entries(value)) == [("A, B", "a@x.test"), ("C, D", "c@x.test"), ("E", "e@x.test"), ("", "f@x.test")]


@pytest.mark.parametrize(
    "piece", ["<", "<a@b", '"', "\\", "(", "@", ",", "a b,", ":", "=?u?q?", "<a,", "\x1b$B", "<a@b.test>"]
)
def test_a_million_hostile_characters_take_less_than_two_seconds_each_time(piece: str) -> None:
    value = piece * (1_000_000 // len(piece))
    within(2, lambda: shown_sender(value))
    within(2, lambda: addresses([value]))
    within(2, lambda: strict_address([value]))
    within(2, lambda: strict_address([value.encode()]))
