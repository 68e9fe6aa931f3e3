"""What a mail's way proves: the one Authentication-Results header of our own server, or the mark of our own border.

RFC 8601 §5: claims of others are to be ignored. Zero or several headers of our authserv-id prove nothing, and
neither do several marks. ARC is a claim of whoever sealed it and is not read at all (threats A5, A6).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from authres import AuthenticationResultsHeader, FeatureContext, dmarc
from authres.core import AuthenticationResult, AuthResError

from mailbot.core.reader.headers.headers import read_headers
from mailbot.core.reader.headers.sender import normalise_address


@dataclass(frozen=True, slots=True)
class Transport:
    """The results our server wrote (`pass`, `fail`, `none`, ...), None where it said nothing that counts."""

    dmarc: str | None = None
    dkim: str | None = None
    spf: str | None = None
    from_domain: str | None = None


UNPROVED = Transport()
_DMARC = FeatureContext(dmarc)
_STRANGE = re.compile(r"[^\t\r\n -~]")
"""What is no blank for a mail server but one for Python, and letters that turn into ASCII in lower case."""


def transport(headers: Sequence[str], authserv_id: str, sender: str | None) -> Transport:
    """Read the proof of a mail.

    `headers` are the raw values of its Authentication-Results, `authserv_id` ours (empty: nobody is believed),
    `sender` the strict address; a DMARC pass counts only when its header.from is the sender's domain. A fail
    under our name always counts, however many say otherwise: to be silent needs no proof.
    """
    values = [" ".join(_STRANGE.sub("?", value).split()) for value in headers]
    ours = [result for result in map(_parsed, values) if result and _is_ours(result, authserv_id)]
    if authserv_id and any(one.method == "dmarc" and one.result == "fail" for each in ours for one in each.results):
        return Transport(dmarc="fail")
    if not authserv_id or len(ours) != 1 or _claims(values, authserv_id) != 1:
        return UNPROVED
    results = ours[0].results
    aligned, domain = _only(results, "dmarc"), normalise_address(sender or "").rpartition("@")[2]
    header_from = str(getattr(aligned, "header_from", "") or "").lower()
    return Transport(
        dmarc=aligned.result if aligned and domain and header_from == domain else None,
        dkim=next((one.result for one in results if one.method == "dkim"), None),
        spf=next((one.result for one in results if one.method == "spf"), None),
        from_domain=header_from or None,
    )


def is_internal(raw: bytes, mark: str) -> bool:
    """Whether our own border marked a mail as written inside (`trust.internal_header`).

    `mark` is a header name with the value it must have, or a name alone: then any value will do; "" is no mark.
    Exactly one such header must stand, spelled as every border knows it: one with a blank before its colon may
    have passed a border that strips foreign marks. The border must strip them; nothing here can tell.
    """
    name, _, wanted = (part.strip() for part in mark.partition(":"))
    headers, body_at = read_headers(raw)
    values = headers.raw(name.lower())
    if not name or len(values) != 1 or any(code.startswith("header") for code in headers.defects):
        return False
    is_plain = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":", raw[:body_at]) is not None
    return is_plain and (values[0] == wanted.encode() if wanted else values[0] != b"")


def _parsed(value: str) -> AuthenticationResultsHeader | None:
    try:
        return _DMARC.parse_value(value)
    except (AuthResError, ValueError, IndexError, RecursionError):  # RecursionError: a comment in a comment in …
        return None


def _only(results: Sequence[AuthenticationResult], method: str) -> AuthenticationResult | None:
    """Return the one result of a method in the version we know (RFC 8601 §2.2); None for none and for several."""
    found = [one for one in results if one.method == method]
    return found[0] if len(found) == 1 and found[0].version in {None, "1"} else None


def _is_ours(result: AuthenticationResultsHeader, authserv_id: str) -> bool:
    return bool(result.authserv_id) and result.authserv_id.lower() == authserv_id.lower()


def _claims(values: Sequence[str], authserv_id: str) -> int:
    """Count the headers that claim to be ours, readable or not: a broken twin must not go unnoticed."""
    wanted = authserv_id.lower()
    return sum(value.lower().split(";")[0].split()[:1] == [wanted] for value in values)
