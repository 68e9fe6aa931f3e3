"""A mail is cut into the parts its writer made, also where the boundaries, types and line ends are wrong."""

import base64
from collections.abc import Callable

import pytest

from mailbot.core.reader.headers.headers import Headers
from mailbot.core.reader.mime.media import media_types
from mailbot.core.reader.mime.mime import MAX_DEPTH, MAX_PARTS, Part, cut_mail, decoded, leaves
from tests.core.mails import HEAD, lone, multipart, nested, part, text
from tests.core.test_transfer import DATA, uuencoded, yencoded
from tests.effort import within

ONE, TWO = text("one"), text("two", "html")
PDF = b"Content-Type: application/pdf; name=a.pdf\n\n%PDF"


def shape(one: Part) -> str:
    """Return the types of a tree, "mixed(plain html)", the main types and the text left out."""
    kind = one.type.removeprefix("multipart/").removeprefix("text/")
    return f"{kind}({' '.join(map(shape, one.children))})" if one.children else kind


def shape_of(raw: bytes) -> str:
    return shape(cut_mail(raw)[0])


def held(raw: bytes) -> list[bytes]:
    """Return the decoded bytes of the leaves."""
    return [decoded(leaf) for leaf in leaves(cut_mail(raw)[0])]


def with_boundary(parameter: str, body: bytes) -> bytes:
    return HEAD + f"Content-Type: multipart/mixed{parameter}\n\n".encode() + body


BODY = b"--b\n" + ONE + b"\n--b\n" + TWO + b"\n--b--\n"


@pytest.mark.parametrize(
    "raw",
    [
        with_boundary("; boundary=b", BODY),
        with_boundary("; boundary='b'", BODY),
        with_boundary('; boundary="b "', BODY),
        with_boundary('; BOUNDARY = "b"', BODY),
        with_boundary('; boundary="b', BODY),
        with_boundary(' boundary="b"', BODY),
        with_boundary("", BODY),
        with_boundary("; boundary=", BODY),
        with_boundary("; boundary=lie", BODY),
        with_boundary('; boundary="--b"', BODY),
        with_boundary(";\n\n boundary=b", b"\n" + BODY),
        with_boundary("; boundary=b", BODY.replace(b"--b\n", b"--b \t\n")),
        with_boundary("; boundary=b", BODY.replace(b"\n--b--\n", b"")),
        with_boundary("; boundary=b", BODY.replace(b"\n--b--\n", b"\n--b\n--b--")),
        with_boundary("; boundary=b", BODY.replace(b"\n--b--\n", b"--b--\n")),
        with_boundary("; boundary=b", BODY.replace(b"one\n--b", b"one--b")),
        with_boundary("; boundary=b", b"preamble\n" + BODY + b"epilogue"),
        with_boundary("; boundary=b", BODY.replace(b"--b\nContent", b"--b\n\nContent")),
        with_boundary("; boundary=b", BODY.replace(b"utf-8\n\n", b"utf-8\n")),
        HEAD.replace(b"Subject", b"Content-Type: text\nSubject")
        + b"Content-Type: multipart/mixed; boundary=b\n\n"
        + BODY,
        HEAD + b"Content-Type: Multipart; boundary=b\n\n" + BODY,
        HEAD + b"Content-Type: multipart / mixed; boundary=b\n\n" + BODY,
        HEAD + b"\n" + BODY,
        HEAD + b"\nThis is a multi-part message in MIME format.\n\n" + BODY,
        lone(b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64", base64.encodebytes(BODY)),
        lone(b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit", BODY),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n").replace(b"\n", b"\r\n") + BODY.replace(b"\n", b"\r"),
        with_boundary("; boundary=b", BODY).replace(b"\n", b"\r\r\n"),
        with_boundary("; boundary=b", BODY).replace(b"\n", b"\r"),
        b"Received: x\r\n" + with_boundary("; boundary=b", BODY).replace(b"\n", b"\r"),
    ],
    ids=range(30),
)
def test_two_parts_stay_two_parts_however_their_boundary_is_written(raw: bytes) -> None:
    assert shape_of(raw) in {"mixed(plain html)", "mixed(plain html plain)"}
    assert [data.strip() for data in held(raw)][:2] == [b"one", b"two"]
    if b"\r" not in raw:
        assert shape_of(raw.replace(b"\n", b"\r\n")) == shape_of(raw)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            multipart("mixed", part("alternative", ONE, TWO, boundary="bb"), PDF),
            "mixed(alternative(plain html) application/pdf)",
        ),
        (
            multipart("mixed", part("alternative", ONE, TWO, boundary="b.1"), PDF),
            "mixed(alternative(plain html) application/pdf)",
        ),
        (
            multipart("mixed", part("alternative", ONE, TWO, boundary="c").replace(b"--c--", b""), PDF),
            "mixed(alternative(plain html) application/pdf)",
        ),
        (
            multipart("mixed", b'Content-Type: multipart/alternative; boundary="b"\n', ONE, TWO + b"\n--b--\n", PDF),
            "mixed(alternative(plain html) application/pdf)",
        ),
        (with_boundary("; boundary=b", b"--b\n" + ONE + b"\n--b--\n--b\n" + TWO + b"\n--b--"), "mixed(plain)"),
        (
            with_boundary("; boundary=b", b"--b\n" + PDF + b"\n--b--\n\n--b\n" + ONE + b"\n--b--"),
            "mixed(application/pdf plain)",
        ),
        (
            multipart("digest", b"\nSubject: inner\n\nwords", b"\nContent-Type: text/html\n\nx"),
            "digest(message/rfc822 message/rfc822)",
        ),
        (
            multipart("mixed", b"Content-Type: message/rfc822\n\n" + multipart("mixed", ONE, boundary="c")),
            "mixed(message/rfc822)",
        ),
        (multipart("mixed"), "plain"),
        (with_boundary("; boundary=b", b"just words"), "plain"),
        (with_boundary("; boundary=b", b"a line ------\n----------\n-- \nwords"), "plain"),
        (with_boundary("", b"words\n--\nTaro\n--x\n"), "plain"),
        (lone(b"Content-Type: text/plain", b"words\n" + BODY), "plain"),
        (lone(b"X: y", b"see --b\nContent-Type: text/html\n\nx"), "plain"),
        (multipart("mixed", text("visit --b for more\n--bc\n x--b--y"), PDF), "mixed(plain application/pdf)"),
    ],
    ids=range(15),
)
def test_the_tree_is_that_of_the_writer(raw: bytes, expected: str) -> None:
    assert shape_of(raw) == expected
    assert shape_of(raw.replace(b"\n", b"\r\n")) == expected


def test_a_multipart_without_a_boundary_is_cut_at_the_lines_that_close() -> None:
    assert held(with_boundary("", b"words\n--q\n\none\n--q\n\ntwo\n--q--\n")) == [b"one", b"two"]


def test_the_line_ends_inside_a_file_stay() -> None:
    data = b"\x00\r\r\n\r\rx\n\ry"
    raw = multipart("mixed", ONE, b"Content-Type: a/b\nContent-Transfer-Encoding: binary\n\n" + data)
    assert held(raw)[1] == held(raw.replace(b"\n", b"\r\n").replace(data.replace(b"\n", b"\r\n"), data))[1] == data


def test_a_longer_boundary_that_ends_as_ours_is_another() -> None:
    raw = multipart("mixed", part("alternative", ONE, TWO, boundary="--b"), PDF)
    assert shape_of(raw) == "mixed(alternative(plain html) application/pdf)"


@pytest.mark.parametrize(
    ("value", "kind", "parameters"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text", "text/plain", {}),
        ("plain", "text/plain", {}),
        ("HTML; charset=utf-8", "text/html", {"charset": "utf-8"}),
        ("text/", "text/plain", {}),
        ("", "text/plain", {}),
        ("text/plain text/html", "text/plain", {}),
        ("text / html;charset=a", "text/html", {"charset": "a"}),
        ("text/html charset=utf-8", "text/html", {"charset": "utf-8"}),
        ('"text/html"', "text/html", {}),
        ("(words) text/html", "text/html", {}),
        ("text/plain; charset=utf-8 (a comment)", "text/plain", {"charset": "utf-8"}),
        ("multipart; boundary=b", "multipart/mixed", {"boundary": "b"}),
        ("image; name=a.png", "application/octet-stream", {"name": "a.png"}),
        ("pdf; name=a.pdf", "application/octet-stream", {"name": "a.pdf"}),
        ("application/pdf; filename=x", "application/pdf", {"filename": "x"}),
    ],
)
def test_a_type_is_what_its_writer_meant(value: str, kind: str, parameters: dict[str, str]) -> None:
    assert media_types(Headers((("content-type", value.encode()),))) == [(kind, parameters)]


@pytest.mark.parametrize(
    ("headers", "is_attachment"),
    [
        ("Content-Type: text/plain", False),
        ("Content-Type: text/html\nContent-Disposition: inline", False),
        ("Content-Type: text/plain; name=a.txt", True),
        ("Content-Type: text/plain\nContent-Disposition: inline; filename=a.txt", True),
        ("Content-Type: text/plain\nContent-Disposition: attachment", True),
        ("Content-Type: text/calendar", True),
        ("Content-Type: text/csv", True),
        ("Content-Type: message/rfc822", True),
        ("Content-Type: message/global", True),
        ("Content-Type: message/partial; id=a; number=1", True),
        ("Content-Type: message/external-body; access-type=URL", True),
        ("Content-Type: image/png\nContent-Disposition: inline", True),
    ],
)
def test_what_is_not_the_text_is_an_attachment(headers: str, is_attachment: bool) -> None:  # noqa: FBT001 - a table
    second = leaves(cut_mail(multipart("mixed", ONE, headers.encode() + b"\n\nx"))[0])[1]
    assert second.is_attachment is is_attachment


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (multipart("signed", ONE, b"Content-Type: application/pgp-signature\n\nx"), 0),
        (multipart("signed", ONE, b"Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"), 1),
        (multipart("mixed", ONE, b"Content-Type: application/pgp-signature\n\nx"), 1),
        (multipart("alternative", ONE, TWO, text("x", "x-amp-html"), text("x", "enriched")), 0),
        (multipart("alternative", ONE, text("BEGIN:VCALENDAR", "calendar")), 1),
        (multipart("related", TWO, text("frame", "html", "\nContent-ID: <2>")), 1),
        (
            multipart(
                "related",
                text("frame", "html", "\nContent-ID: <2>"),
                text("page", "html", "\nContent-ID: <1>"),
                parameters='; start="<1>"',
            ),
            1,
        ),
        (multipart("related", TWO, text("more words")), 0),
    ],
    ids=range(8),
)
def test_what_belongs_to_another_part_is_no_file_of_its_own(raw: bytes, names: int) -> None:
    assert sum(leaf.is_attachment for leaf in leaves(cut_mail(raw)[0])) == names


@pytest.mark.parametrize(
    "block",
    [
        uuencoded(DATA, "a b.bin"),
        uuencoded(DATA, "a b.bin", check=b"X"),
        uuencoded(DATA, "a b.bin").replace(b"`\nend\n", b""),
        b"begin-base64 644 a b.bin\n" + base64.encodebytes(DATA) + b"====\n",
        yencoded(DATA).replace(b"a.bin", b"a b.bin"),
    ],
    ids=["uuencode", "check letters", "cut off", "base64", "yenc"],
)
def test_a_file_written_into_the_text_is_a_part_of_its_own(block: bytes) -> None:
    words, file = leaves(cut_mail(lone(b"X: y", b"words\n" + block))[0])[:2]
    assert (words.data, words.is_attachment) == (b"words\n", False)
    assert (file.is_attachment, file.headers.parameters("content-disposition")[1]) == (True, {"filename": "a b.bin"})
    assert decoded(file) == DATA


def test_words_around_and_between_such_files_stay_words() -> None:
    block = uuencoded(DATA).decode()
    for headers, body in (
        (b"X: y", f"one\n{block}two\n{block}three"),
        (
            b"Content-Transfer-Encoding: quoted-printable",
            f"one\n{block.replace('=', '=3D')}two\n{block.replace('=', '=3D')}three",
        ),
    ):
        found = leaves(cut_mail(lone(headers, body.encode()))[0])
        assert [decoded(leaf).strip() for leaf in found if not leaf.is_attachment] == [b"one", b"two", b"three"]
        assert [decoded(leaf) for leaf in found if leaf.is_attachment] == [DATA, DATA]


@pytest.mark.parametrize(
    "body",
    [
        "begin 644 reasons",
        "We begin 644 things\nMore words",
        "begin 644 a\nmore words in small letters\nend",
        "begin 644 a\nMORE WORDS\n",
    ],
)
def test_words_that_begin_like_a_file_stay_words(body: str) -> None:
    assert shape_of(lone(b"X: y", body.encode())) == "plain"


def test_the_name_of_such_a_file_is_read_in_the_charsets_of_japan() -> None:
    names = [f"{name}.txt" for name in ("表示", '"a"\\b', "a\\\\b")]
    for name in names:
        for charset in ("cp932", "utf-8"):
            block = uuencoded(DATA).replace(b"a.bin", name.encode(charset))
            file = leaves(cut_mail(lone(b"X: y", b"w\n" + block))[0])[1]
            assert file.headers.parameters("content-disposition")[1]["filename"] == name.strip('"')


def test_what_stands_outside_the_parts_is_kept() -> None:
    raw = with_boundary("; boundary=b", b"before\n" + BODY + b"behind")
    assert cut_mail(raw)[0].margin == b"before\nbehind"


@pytest.mark.parametrize(
    ("raw", "defects"),
    [
        (multipart("mixed", ONE), ()),
        (with_boundary('; boundary="b "', BODY), ()),
        (with_boundary("", BODY), ("boundary_missing",)),
        (with_boundary("; boundary=lie", BODY), ("boundary_wrong",)),
        (with_boundary("; boundary=b", BODY + b"--b\n" + PDF), ("parts_behind_end",)),
        (multipart("mixed", b"no header\n\nx"), ("part_headers_broken_off",)),
        (multipart("mixed", *[ONE] * (MAX_PARTS + 1)), ("parts_limit",)),
    ],
    ids=range(7),
)
def test_what_was_wrong_is_named(raw: bytes, defects: tuple[str, ...]) -> None:
    assert cut_mail(raw)[1] == defects


def test_depth_20_is_still_cut() -> None:
    assert held(nested(MAX_DEPTH)) == [b"x"]
    root, defects = cut_mail(nested(MAX_DEPTH + 1))
    assert (leaves(root)[0].type, defects) == ("multipart/mixed", ("too_deep",))


SAME = b"Content-Type: multipart/mixed; boundary=b\n\n"
BOMBS: dict[str, Callable[[], bytes]] = {
    "dashes": lambda: b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 38_000_000,
    "false marks": lambda: SAME + b"\n--b x" * 6_000_000,
    "marks in lines": lambda: SAME + b"x--b\nContent-Type:" * 2_000_000,
    "closing lines": lambda: SAME + b"--b\n\n--b--\n" * 2_000_000,
    "reused boundary": lambda: SAME + (b"--b\n" + SAME) * 400_000,
    "guesses": lambda: b"Content-Type: multipart/mixed\n\n" + b"--x\n" * 9_000_000,
    "long guesses": lambda: b"Content-Type: multipart/mixed\n\n" + (b"--" + b"x" * 199 + b" " * 1_000) * 30_000,
    "returns": lambda: b"A: b\r\r" + b"\r" * 39_000_000 + b"\n",
    "wrong boundaries": lambda: nested(19) + b"--x\n" * 9_000_000,
    "encoded as a whole": lambda: (
        b"Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(b"--b\n\n" + b"x" * 25_000_000)
    ),
    "beginnings of files": lambda: b"\n" + b"begin 644 a\n" * 3_000_000,
    "many files": lambda: b"\n" + (b"begin 644 a\nM" + b"A" * 60 + b"\nend\n") * 400_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_forty_megabytes_of_anything_are_cut_in_two_seconds(name: str) -> None:
    raw = BOMBS[name]()
    root, _ = within(2, lambda: cut_mail(raw))
    assert len(leaves(root)) <= 2 * MAX_PARTS + 1
    assert sum(leaf.is_attachment for leaf in leaves(root)) <= MAX_PARTS + 1
