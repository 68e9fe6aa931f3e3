"""What a mail's transport proves: the one Authentication-Results header of our own server, and nothing else.

RFC 8601 §5: claims of others are to be ignored. Zero or several headers of our authserv-id prove nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from authres import AuthenticationResultsHeader, FeatureContext, dmarc
from authres.core import AuthResError


@dataclass(frozen=True, slots=True)
class Transport:
    """The results our server wrote (`pass`, `fail`, `none`, ...), None where it said nothing that counts."""

    dmarc: str | None = None
    dkim: str | None = None
    spf: str | None = None
    from_domain: str | None = None


UNPROVED = Transport()
_DMARC = FeatureContext(dmarc)


def transport(headers: Sequence[str], authserv_id: str, sender: str | None) -> Transport:
    """Read the proof of a mail.

    `headers` are the raw values of its Authentication-Results, `authserv_id` ours (empty: nobody is believed),
    `sender` the strict address; a DMARC pass counts only when its header.from is the sender's domain. A fail
    under our name always counts, however many say otherwise: to be silent needs no proof.
    """
    ours = [result for result in map(_parsed, headers) if result and _is_ours(result, authserv_id)]
    if authserv_id and any(
        one.method == "dmarc" and one.result.lower() == "fail" for each in ours for one in each.results
    ):
        return Transport(dmarc="fail")
    if not authserv_id or len(ours) != 1 or _claims(headers, authserv_id) != 1:
        return UNPROVED
    results = {result.method: result for result in ours[0].results}
    aligned, domain = results.get("dmarc"), (sender or "").rpartition("@")[2].lower()
    header_from = str(getattr(aligned, "header_from", "") or "").lower()
    return Transport(
        dmarc=aligned.result.lower() if aligned and domain and header_from == domain else None,
        dkim=results["dkim"].result.lower() if "dkim" in results else None,
        spf=results["spf"].result.lower() if "spf" in results else None,
        from_domain=header_from or None,
    )


def _parsed(value: str) -> AuthenticationResultsHeader | None:
    try:
        return _DMARC.parse_value(" ".join(value.split()))
    except (AuthResError, ValueError, IndexError):
        return None


def _is_ours(result: AuthenticationResultsHeader, authserv_id: str) -> bool:
    return bool(result.authserv_id) and result.authserv_id.lower() == authserv_id.lower()


def _claims(headers: Sequence[str], authserv_id: str) -> int:
    """Count the headers that claim to be ours, readable or not: a broken twin must not go unnoticed."""
    wanted = authserv_id.lower()
    return sum(value.strip().lower().split(";")[0].split()[:1] == [wanted] for value in headers)
