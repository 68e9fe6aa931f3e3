"""The parameters of MIME headers are read as mailers really write them."""

import pytest

from mailbot.core.reader.headers.parameters import MAX_PARAMETERS, read_parameters
from tests.effort import within

KAIJI = "開示.pdf"
CODED = "%E9%96%8B%E7%A4%BA.pdf"


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        ('TEXT/Plain;charset="UTF-8";format=flowed', "text/plain", {"charset": "UTF-8", "format": "flowed"}),
        ('text/plain; charset = "utf-8"', "text/plain", {"charset": "utf-8"}),
        ("text/plain charset=utf-8 format=flowed", "text/plain", {"charset": "utf-8", "format": "flowed"}),
        ("text/plain, charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain (a); (b) charset=us-ascii (c)", "text/plain", {"charset": "us-ascii"}),
        ('"text/plain"; charset=utf-8', "text/plain", {"charset": "utf-8"}),
        ("text / html; charset=x", "text/html", {"charset": "x"}),
        ("text/plain; charset=a; charset=b", "text/plain", {"charset": "a"}),
        ("text/plain; charset=; name=x", "text/plain", {"charset": "", "name": "x"}),
        ("multipart/mixed; boundary=----=_Part_1", "multipart/mixed", {"boundary": "----=_Part_1"}),
        ('multipart/mixed;\tboundary="a (b) c"', "multipart/mixed", {"boundary": "a (b) c"}),
        ("multipart/mixed; boundary=a b", "multipart/mixed", {"boundary": "a b"}),
        ("charset=utf-8", "", {"charset": "utf-8"}),
        ("; charset=utf-8", "", {"charset": "utf-8"}),
        ("text", "text", {}),
        (";;;", "", {}),
        ("=", "", {}),
        ("", "", {}),
    ],
)
def test_value_and_parameters(value: str, kind: str, parameters: dict[str, str]) -> None:
    assert read_parameters(value) == (kind, parameters)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("filename=a.pdf", "a.pdf"),
        ("filename=My file name.pdf", "My file name.pdf"),
        ("filename=report (1).pdf; size=10", "report (1).pdf"),
        ("filename=a.pdf size=10", "a.pdf"),
        ('filename="a.pdf" size=10', "a.pdf"),
        ('filename="a;b.pdf"', "a;b.pdf"),
        ("filename=a;b.pdf", "a;b.pdf"),
        ('filename="見積"最終".pdf"; size=3', '見積"最終".pdf'),
        ('filename="abc.pdf; size=3', "abc.pdf"),
        ('filename="a \\"b\\".pdf"', 'a "b".pdf'),
        (r'filename="C:\dir\x.pdf"', r"C:\dir\x.pdf"),
        ('FileName*0="a"; FILENAME*1="b"', "ab"),
        ("filename=開示 1.pdf", "開示 1.pdf"),
        ('filename="\x1b$B3+<(\x1b(B.pdf"', KAIJI),
        ("filename=\x1b$B3+<(\x1b(B.pdf", KAIJI),
        ('filename="=?utf-8?B?6ZaL56S6?=.pdf"', KAIJI),
        ("filename==?utf-8?B?6ZaL56S6?=.pdf", KAIJI),
        ('filename="=?utf-8?B?6ZaL?=\t=?utf-8?B?56S6?=.pdf"', KAIJI),
        ("filename==?utf-8?B?6ZaL?= =?utf-8?B?56S6?=.pdf; x=y", KAIJI),
        (f'filename="{CODED}"', KAIJI),
        ('filename="100%E3.pdf"', "100%E3.pdf"),
        ('filename="a%20b.pdf"', "a%20b.pdf"),
    ],
)
def test_plain_names(value: str, name: str) -> None:
    assert read_parameters(f"attachment; {value}")[1]["filename"] == name


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (f"filename*=utf-8''{CODED}", KAIJI),
        (f"filename*=UTF-8'ja'{CODED}", KAIJI),
        (f"filename*=\"utf-8''{CODED}\"", KAIJI),
        (f"filename*=''{CODED}", KAIJI),
        (f"filename*={CODED}", KAIJI),
        (f"filename*=utf-8'{CODED}", KAIJI),
        ("filename*=shift_jis''%8AJ%8E%A6.pdf", KAIJI),
        ("filename*=euc-jp''%B3%AB%BC%A8.pdf", KAIJI),
        ("filename*=iso-2022-jp'ja'%1B%24B3%2B%3C%28%1B%28B.pdf", KAIJI),
        ("filename*=iso-2022-jp''%1B$B3+<(%1B(B.pdf", KAIJI),
        ("filename*=utf-8''%8AJ%8E%A6%90%BF%8B%81.pdf", "開示請求.pdf"),
        ("filename*=It%27s.pdf", "It's.pdf"),
        ("filename*=It's%20me.pdf", "It's me.pdf"),
        ("filename*0*=shift_jis''%8AJ%8E; filename*1*=%A6; filename*2=\".pdf\"", KAIJI),
        ("filename*2=\".pdf\"; filename*1*=%A6; filename*0*=shift_jis''%8AJ%8E", KAIJI),
        ("filename*1=long; filename*2=er.pdf", "longer.pdf"),
        ("filename*0*=utf-8''%E9%96%8B; filename*2*=%E7%A4%BA.pdf", KAIJI),
        ('filename*0="utf-8\'\'%E9%96%8B"; filename*1="%E7%A4%BA.pdf"', KAIJI),
        ("filename*0*=utf-8''%E9%96%8B; filename*1=%E7%A4%BA.pdf", KAIJI),
        ("filename*0*=utf-8''a; filename*1=50%.pdf", "a50%.pdf"),
        ('filename*0="=?utf-8?B?6ZaL"; filename*1="56S6?=.pdf"', KAIJI),
        (f"filename=x.pdf; filename*=utf-8''{CODED}", KAIJI),
        (f"filename*=utf-8''{CODED}; filename=x.pdf", KAIJI),
        ("filename*=utf-8''%E9%96%8B%E7%A4.pdf; filename=x.pdf", "x.pdf"),
        ("filename*=utf-8''; filename=x.pdf", "x.pdf"),
        ("filename*=utf-8''", ""),
    ],
)
def test_extended_names(value: str, name: str) -> None:
    assert read_parameters(f"attachment; {value}")[1]["filename"] == name


def test_no_more_parameters_are_read_than_the_limit() -> None:
    value = "a/b" + "".join(f";a{number}=b" for number in range(2 * MAX_PARAMETERS)) + ";"
    assert len(read_parameters(value + " c*0=d")[1]) == MAX_PARAMETERS


@pytest.mark.parametrize(
    "piece",
    ["a*0=b;", 'a="x;b', '"', " ", "(", "x=y(", "()", "=", "x ", "filename=x ", '"\\', " x-", "'", "/ ", ";a=b", "%E3"],
)
@pytest.mark.parametrize("before", ["", "text/plain;", "text/plain; filename=", "a/b; filename*="])
def test_a_million_hostile_characters_take_less_than_two_seconds(before: str, piece: str) -> None:
    value = before + piece * (1_000_000 // len(piece))
    within(2, lambda: read_parameters(value))
