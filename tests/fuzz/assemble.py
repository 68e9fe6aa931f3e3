"""Assembles mails out of a source of choices: headers, encoded words, parts in parts, texts in any charset.

Most pieces are sound, some are torn or mislabelled, so that what is built reaches deep into the reader.
"""

import base64
import binascii
from collections.abc import Callable
from random import Random
from urllib.parse import quote_from_bytes

from tests.fuzz.words import ALL_WORDS, WORDS

_MAX_DEPTH = 3
_CODECS = ("utf-8", "iso2022_jp_ext", "cp932", "euc_jp", "cp1252", "utf-7", "utf-16", "gb18030")
_SENTENCES = (
    "お世話になっております。株式会社架空の山田太郎です。",
    "私の個人データをすべて開示してください。",
    "①会員番号 ㈱架空 髙橋 ｱｲｳ ～",
    "ご確認のほど、よろしくお願いいたします。",
    "Please delete all personal data you hold about me.",
    "Kind regards, Taro",
    "Größe, café, naïve, 2 × 3 €",
    "",
)


def any_of(rng: Random, kind: str) -> bytes:
    """Return one word of a kind, one time in forty any word at all."""
    return rng.choice(ALL_WORDS if not rng.randrange(40) else WORDS[kind])


def line_end(rng: Random) -> bytes:
    return rng.choice((b"\r\n", b"\r\n", b"\n", b"\n", b"\n", b"\r"))


def text(rng: Random) -> str:
    """Return lines as people write them: sentences, quotations with their introductions, signatures."""
    lines = []
    for _ in range(rng.randrange(1, 8)):
        choice = rng.randrange(8)
        line = rng.choice(_SENTENCES)
        if choice == 0:
            line = any_of(rng, rng.choice(("attribution", "attribution_utf8", "digits"))).decode("utf-8", "replace")
        lines.append(rng.choice(("> ", "> > ", "＞", "|")) + line if choice == 1 else line)
    return "\n".join(lines)


def html(rng: Random) -> bytes:
    pieces = []
    for _ in range(rng.randrange(1, 12)):
        word = any_of(rng, rng.choice(("html", "html", "html", "hidden")))
        pieces.append(word * (rng.choice((2, 50)) if not rng.randrange(20) else 1))
        pieces.append(text(rng).encode("utf-8", "replace") if not rng.randrange(3) else b"")
    return b"".join(pieces)


def coded(rng: Random, words: str) -> bytes:
    """Return text in some charset, and now and then what no charset holds within it."""
    data = words.encode(rng.choice(_CODECS), "ignore")
    if not rng.randrange(4):
        data = spliced(rng, data, any_of(rng, rng.choice(("escape", "hidden"))))
    return data


def spliced(rng: Random, data: bytes, word: bytes) -> bytes:
    """Return the data with a word set in, or written over what stands there."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + word + data[at + rng.choice((0, 0, len(word))) :]


def encoded_word(rng: Random) -> bytes:
    """Return an encoded word (RFC 2047) with any label; one in eight is torn."""
    data = coded(rng, text(rng).replace("\n", " ")[: rng.randrange(1, 30)])
    letter = rng.choice((b"B", b"Q", b"b", b"q"))
    inner = base64.b64encode(data) if letter in b"Bb" else _q_coded(data)
    word = b"=?" + any_of(rng, "charset") + b"?" + letter + b"?" + inner + b"?="
    return word if rng.randrange(8) else word[: rng.randrange(len(word))]


def _q_coded(data: bytes) -> bytes:
    return binascii.b2a_qp(data, quotetabs=True, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")


def phrase(rng: Random) -> bytes:
    pieces: tuple[Callable[[], bytes], ...] = (
        lambda: encoded_word(rng),
        lambda: encoded_word(rng),
        lambda: coded(rng, rng.choice(_SENTENCES)),
        lambda: b'"' + coded(rng, rng.choice(_SENTENCES)) + b'"',
        lambda: any_of(rng, rng.choice(("word", "hidden", "address", "escape"))),
    )
    gap = rng.choice((b" ", b" ", b"", b"\r\n ", b"\n\t"))
    return gap.join(rng.choice(pieces)() for _ in range(rng.randrange(1, 4)))


def mailbox(rng: Random) -> bytes:
    pieces = [phrase(rng), any_of(rng, "address")] if rng.randrange(2) else [any_of(rng, "address")]
    return b" ".join(pieces)


def ids(rng: Random) -> bytes:
    return rng.choice((b" ", b"\r\n ", b"", b",")).join(any_of(rng, "id") for _ in range(rng.randrange(1, 4)))


def parameter(rng: Random, name: bytes) -> bytes:
    """Return one parameter as clients write it: plain, quoted, as encoded words, or in sections (RFC 2231)."""
    data = coded(rng, rng.choice(_SENTENCES)[:20] + rng.choice((".txt", ".exe", "/../x", "")))
    label = any_of(rng, "charset")
    number = any_of(rng, "number")
    return rng.choice(
        (
            b"; " + name + b"=" + data,
            b"; " + name + b'="' + data + b'"',
            b"; " + name + b'="' + encoded_word(rng) + b'"',
            b"; " + name + b"*=" + label + b"'ja'" + quote_from_bytes(data).encode(),
            b"; " + name + b"*0*=" + label + b"''" + quote_from_bytes(data).encode() + b";\r\n " + name + b'*1="x"',
            b"; " + name + b"*" + number + b"*=" + quote_from_bytes(data).encode(),
        )
    )


def content_type(rng: Random, kind: bytes = b"") -> bytes:
    kind = kind or any_of(rng, "mime")
    charset = b"; charset=" + any_of(rng, "charset") if rng.randrange(4) else b""
    extra = any_of(rng, "parameter") if not rng.randrange(6) else b""
    name = parameter(rng, b"name") if not rng.randrange(4) else b""
    return b"Content-Type: " + kind + charset + extra + name


def header(rng: Random) -> bytes:
    """Return one header line of a kind the reader looks at, or of none."""
    name = any_of(rng, "header").strip()
    value: Callable[[], bytes]
    if name in {b"From:", b"To:", b"Cc:", b"Sender:", b"Reply-To:", b"Return-Path:", b"X-Failed-Recipients:"}:
        value = lambda: mailbox(rng)  # noqa: E731
    elif name in {b"Message-ID:", b"In-Reply-To:", b"References:"}:
        value = lambda: ids(rng)  # noqa: E731
    elif name == b"Content-Type:":
        return content_type(rng)
    elif name == b"Content-Disposition:":
        value = lambda: rng.choice((b"attachment", b"inline", b"")) + parameter(rng, b"filename")  # noqa: E731
    else:
        value = lambda: phrase(rng) if rng.randrange(3) else any_of(rng, "parameter")  # noqa: E731
    return name + b" " + value()


def body(rng: Random) -> tuple[list[bytes], bytes]:
    """Return the headers of a leaf and its body, transfer-encoded as they say."""
    kind = rng.choice((b"text/plain", b"text/plain", b"text/html", any_of(rng, "mime")))
    if kind.startswith(b"message/"):
        data = b"\n".join(any_of(rng, rng.choice(("dsn", "header", "id"))) for _ in range(rng.randrange(1, 9)))
    elif kind == b"text/html":
        data = html(rng)
    elif kind.startswith(b"text/"):
        data = coded(rng, text(rng))
    else:
        data = any_of(rng, "magic") + rng.randbytes(rng.randrange(60))
    headers = [content_type(rng, kind)]
    encoding = rng.choice((b"", b"", b"base64", b"quoted-printable", b"x-uuencode", b"8bit"))
    headers += [b"Content-Transfer-Encoding: " + encoding] if encoding else []
    headers += [b"Content-Disposition: attachment" + parameter(rng, b"filename")] if not rng.randrange(5) else []
    return headers, _transferred(rng, encoding, data)


def _transferred(rng: Random, encoding: bytes, data: bytes) -> bytes:
    if encoding == b"base64":
        data = base64.encodebytes(data)
    elif encoding == b"quoted-printable":
        data = binascii.b2a_qp(data)
    return data if rng.randrange(10) else spliced(rng, data, rng.choice(ALL_WORDS))


def part(rng: Random, depth: int = 0) -> bytes:
    """Return the header lines of a part, the blank line, and its body with all parts below it."""
    end = line_end(rng)
    if depth >= _MAX_DEPTH or rng.randrange(3):
        headers, data = body(rng)
        return end.join([*headers, b"", data])
    boundary = b"b%d" % depth if rng.randrange(8) else rng.choice(WORDS["boundary"]).strip()
    kind = rng.choice((b"mixed", b"alternative", b"related", b"report", b"digest", b"signed"))
    lines = [b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"', b"", b"preamble"]
    for _ in range(rng.randrange(1, 4)):
        lines += [b"--" + boundary, part(rng, depth + 1)]
    return end.join([*lines, b"--" + boundary + rng.choice((b"--", b"--", b"")), b""])


def mail(rng: Random) -> bytes:
    """Return a whole mail with the headers of one, and up to seven more."""
    lines = [b"From: " + mailbox(rng), b"To: desk@company.test", b"Subject: " + phrase(rng), b"Message-ID: " + ids(rng)]
    lines += [header(rng) for _ in range(rng.randrange(8))]
    rng.shuffle(lines)
    end = line_end(rng)
    return end.join([*lines, part(rng)])
