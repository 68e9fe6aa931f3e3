"""Which proof of its way a mail has, and whether it is enough: any one that the configuration names, and no denial.

A proof says who could have sent a mail, never what its sender may do; that takes a token and the roster as well.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Signature(StrEnum):
    """What the DKIM signatures of a mail prove. UNKNOWN: the key could not be asked for; never as good as PASS."""

    PASS = "pass"  # noqa: S105 -- the code of an outcome
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a mail's way is proved, by what (`dmarc`, `dkim`, `internal`, "" for nothing), and what DMARC said.

    `dmarc` is the result our own server wrote, None where it wrote none that counts.
    """

    is_proved: bool = False
    by: str = ""
    dmarc: str | None = None


def proved(proofs: Collection[str], dmarc: str | None, signature: Signature, *, is_internal: bool) -> Proof:
    """Return the verdict on a mail; `proofs` are the kinds that count (`trust.proofs`).

    A DMARC fail under our own name wins over every proof, whether DMARC counts or not.
    """
    found = {"dmarc": dmarc == "pass", "dkim": signature is Signature.PASS, "internal": is_internal}
    by = next((kind for kind, is_there in found.items() if is_there and kind in proofs), "")
    return Proof(bool(by), by, dmarc) if dmarc != "fail" else Proof(dmarc=dmarc)
