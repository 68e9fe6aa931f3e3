"""Raw mails for the tests of the reader: headers, parts and bodies put together by hand, as mailers do it."""

HEAD = b"From: Taro <taro@customer.test>\nTo: privacy@company.test\nSubject: s\n"
WORDS = "個人情報の開示を請求します。①㈱髙"


def lone(headers: bytes, body: bytes) -> bytes:
    """Return a mail of one part."""
    return HEAD + headers + b"\n\n" + body


def multipart(kind: str, *parts: bytes, parameters: str = "", boundary: str = "b") -> bytes:
    """Return a multipart mail; each part brings its own headers and blank line."""
    return HEAD + part(kind, *parts, parameters=parameters, boundary=boundary)


def part(kind: str, *parts: bytes, parameters: str = "", boundary: str = "b") -> bytes:
    """Return a multipart that is itself a part: its Content-Type and its body."""
    mark = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"{parameters}\n\n'.encode()
    return head + b"".join(mark + b"\n" + one + b"\n" for one in parts) + mark + b"--\n"


def text(words: str, kind: str = "plain", more: str = "") -> bytes:
    """Return a text part in UTF-8; `more` are further header lines or parameters, each led by what it needs."""
    return f"Content-Type: text/{kind}; charset=utf-8{more}\n\n{words}".encode()


def nested(depth: int) -> bytes:
    """Return a mail of `depth` multiparts in each other, never closed, around the text "x"."""
    heads = (b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return HEAD + b"".join(heads) + b"\nx"
