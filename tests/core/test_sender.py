"""Nobody is the sender where two programs could disagree who it is (threats A2, A3, A4)."""

import pytest

from mailbot.core.sender import addresses, normalise_address, shown_sender, strict_address

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
        ("=?utf-8?q?staff=40kajitaku=2Etest?= <taro@customer.test>", "taro@customer.test"),
        ('"staff@kajitaku.test" <taro@customer.test>', "taro@customer.test"),
        ("O'Neil <o'neil@customer.test>", "o'neil@customer.test"),
        ("taro@xn--wgv71a119e.test", "taro@xn--wgv71a119e.test"),
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
        ("a@x.test," * 500, ("a@x.test",) * 100),
    ],
)
def test_lists_of_addresses_are_taken_apart(header: str, listed: tuple[str, ...]) -> None:
    assert addresses([header]) == listed
