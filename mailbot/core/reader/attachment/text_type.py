"""Tells what kind of text bytes are, by how they begin. Only the head is looked at."""

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")  # the escape of ISO-2022-JP and the form feed are text
_HIGH = re.compile(rb"[\x80-\xff]")
_MAX_WESTERN_SHARE = 0.25  # accents stand among plain letters; more high bytes than this are no Western text
_CUT_BYTES = 4  # a head may end inside a character

_TAGS = (
    "!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|center|span|img|form"
)
_HTML = re.compile(rf"<(?:!--|(?:{_TAGS})[\s/>])", re.IGNORECASE)  # WHATWG MIME Sniffing §7.1, and what mailers write
_XML_ROOT = re.compile(r"<(?:\w{1,20}:)?(html|svg)[\s>]", re.IGNORECASE)
_HEADER = re.compile(
    r"(received|return-path|delivered-to|message-id|from|to|cc|date|subject|mime-version|content-type|reply-to|sender"
    r"|dkim-signature|authentication-results|arc-[\w-]{1,40}|x-[\w-]{1,40}) ?:",
    re.IGNORECASE,
)
_MIN_HEADERS = 2
_BEGINNINGS = (
    ("BEGIN:VCALENDAR", "text/calendar"),
    ("BEGIN:VCARD", "text/vcard"),
    ("{\\rtf", "application/rtf"),
    ("-----BEGIN PGP SIGNATURE-----", "application/pgp-signature"),
    ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "application/pgp-keys"),
    ("-----BEGIN PKCS7-----", "application/pkcs7-mime"),
    ("-----BEGIN CERTIFICATE-----", "application/pem-certificate-chain"),
    ("%!PS-", "application/postscript"),
    ("#!/", "text/x-script"),
    ("<svg", "image/svg+xml"),
)


def text_type(head: bytes) -> str:
    """Return the MIME type of text by its beginning, `text/plain` where it is of no special kind, "" for no text."""
    if (text := _text(head)) is None:
        return ""
    start = text.lstrip()
    if start.lower().startswith("<?xml"):
        root = _XML_ROOT.search(start)
        return {"html": "text/html", "svg": "image/svg+xml"}.get(root[1].lower() if root else "", "application/xml")
    if _HTML.match(start):
        return "text/html"
    known = next((kind for mark, kind in _BEGINNINGS if start.startswith(mark)), "")
    return known or ("message/rfc822" if _is_mail(text) else "text/plain")


def _text(head: bytes) -> str | None:
    """Return the head as text, None for what is none; of a legacy charset only the ASCII part need be right."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "ignore")
    if not head.strip() or _BINARY.search(head):
        return None
    high_share = len(_HIGH.findall(head)) / len(head)
    if high_share > _MAX_WESTERN_SHARE and not any(_is_readable(head, name) for name in ("utf-8", "cp932", "euc_jp")):
        return None
    return head.decode("utf-8", "replace")


def _is_readable(head: bytes, codec: str) -> bool:
    """Return whether the bytes are of this charset, whatever the cut has left of the last character."""
    for cut in range(min(_CUT_BYTES, len(head))):
        try:
            head[: len(head) - cut].decode(codec)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_mail(text: str) -> bool:
    """Return whether the first lines are headers of a mail, two known ones at least (RFC 5322 §2.2)."""
    known = set[str]()
    for number, line in enumerate(text.splitlines()[:40]):
        field = _HEADER.match(line)
        is_mbox = number == 0 and line.startswith("From ")
        if field:
            known.add(field[1].lower())
        elif not (is_mbox or line.startswith((" ", "\t"))):
            break
    return len(known) >= _MIN_HEADERS
