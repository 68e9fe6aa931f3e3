"""Mails made to hurt a reader, each of a size that the limits still let in; none is kept in the repository."""

from collections.abc import Mapping

WISH = b"Please send me a copy of my data."


def nested(depth: int) -> bytes:
    """A mail whose parts lie in one another."""
    lines = [b'--b%d\nContent-Type: multipart/mixed; boundary="b%d"\n' % (one, one + 1) for one in range(depth)]
    return b"\n".join([b'Content-Type: multipart/mixed; boundary="b0"\n', *lines, WISH])


def parts(count: int, head: bytes = b"") -> bytes:
    return b'Content-Type: multipart/mixed; boundary="a"\n\n' + (b"--a\n" + head + b"\n\n") * count + WISH


def html(text: bytes) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\n\n" + text + WISH


def quoted(line: str, times: int) -> bytes:
    return b"\n" + WISH + b"\n" + (line + "\n").encode() * times


MONSTERS: Mapping[str, bytes] = {
    "nested 1,000 deep": nested(1_000),
    "nested 1,000 forwards": b"Content-Type: message/rfc822\n\n" * 1_000 + WISH,
    "100,000 parts": parts(100_000),
    "20,000 parts with names": parts(20_000, b"Content-Disposition: attachment; filename=a.txt\n"),
    "a Content-Type of 190 kB": b"Content-Type: " + b"x/y;" * 47_500 + b"\n\n" + WISH,
    "5,000 sections of one parameter": b"Content-Type: text/plain;\n"
    + b"".join(b" name*%d*=%%41;\n" % n for n in range(5_000))
    + b"\n"
    + WISH,
    "a Subject of 340 kB": b"Subject: " + b"x" * 340_000 + b"\n\n" + WISH,
    "a Subject of 30 kB of encoded words": b"Subject: " + b"=?utf-8?q?=e3=81=82?= " * 1_400 + b"\n\n" + WISH,
    "half an encoded word 10,000 times": b"Subject: " + b"=?utf-8?b?" * 3_000 + b"\n\n" + WISH,
    "10,000 header lines": b"X-A: b\n" * 10_000 + b"\n" + WISH,
    "30 kB of From": b"From: " + b'"a' * 15_000 + b"\n\n" + WISH,
    "30 kB of To": b"To: " + b"(((((<a@b" * 3_000 + b"\n\n" + WISH,
    "10,000 References": b"References: " + b"<a@b.test> " * 3_000 + b"\n\n" + WISH,
    "a Message-ID and a Date out of this world": b"Message-ID: <<a@[\nDate: Thu, 99 Foo +99999999999999\n\n" + WISH,
    "a codec that is no charset": b"Content-Type: text/plain; charset=rot13\n\n" + WISH,
    "padding only": b"Content-Transfer-Encoding: base64\n\n" + b"====" * 500_000,
    "soft line breaks only": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 1_000_000,
    "escapes of JIS": b"\n" + b"\x80\xff\x1b$B" * 200_000,
    "a megabyte of 8-bit bytes": b"\n" + bytes(range(128, 256)) * 8_000,
    "a line of 5 MB": b"\n" + b"x" * 5_000_000,
    "40 MB of text": b"\n" + b"0123456789abcde\n" * 2_500_000,
    "40 MB of NUL": b"\n" + b"\0" * 40_000_000,
    "nested tags": html(b"<div>" * 100_000),
    "nested tables": html(b"<table><tr><td>" * 50_000),
    "a wide table": html(b"<table>" + b'<tr><td colspan="9999999">x</td></tr>' * 5_000 + b"</table>"),
    "angle brackets": html(b"<" * 1_000_000),
    "entities": html(b"&#x41;" * 150_000),
    "open comments": html(b"<!--" * 200_000),
    "open scripts": html(b"<script>" * 100_000),
    "list items": html(b"<ul><li>" * 100_000),
    "blockquotes": html(b"<blockquote>" * 50_000),
    "styles": html(b'<p style="margin:99999em;padding:99999em">x</p>' * 5_000),
    "quotation marks": quoted(">" * 1_000, 900),
    "introductions": quoted("On Mon, 1 Jan 2024, a b <a@b.test>", 30_000),
    "an introduction of 1 MB": quoted("On " + "x, " * 300_000 + "wrote:", 1),
    "header blocks": quoted("差出人: a", 80_000),
    "rulers": quoted("=" * 70, 14_000),
    "blank lines": quoted("", 1_000_000),
    "blanks": quoted(" " * 1_000_000, 1),
    "digits": quoted("123456789012 " * 70, 1_000),
    "digits in one run": quoted("1" * 1_000_000, 1),
    "report fields": b'Content-Type: multipart/report; report-type=delivery-status; boundary="a"\n\n'
    b"--a\nContent-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.test\nAction: failed\n\n" * 20_000
    + b"--a--\n",
    "addresses in a bounce": b"From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\n" + b"<a@b.test>:\n" * 80_000,
    "an uuencoded block without end": b"\nbegin 644 a.txt\n" + b"M" + b"!" * 60 + b"\n" * 100_000,
    "winmail.dat of garbage": b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22"
    + b"\1" * 1_000_000,
}
