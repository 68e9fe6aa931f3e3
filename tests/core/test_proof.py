"""Any configured proof is enough, a denial under our own name beats them all, and trouble is no proof."""

from itertools import chain, combinations

import pytest

from mailbot.core.desk.proof import Proof, Signature, proved

KINDS = ("dmarc", "dkim", "internal")
SETS = list(chain.from_iterable(combinations(KINDS, size) for size in range(4)))
RESULTS = [None, "pass", "none", "temperror", "permerror", "softfail", "Pass", ""]


def there(*kinds: str) -> tuple[str | None, Signature, bool]:
    """Return what a mail brings that has just these proofs."""
    dkim = Signature.PASS if "dkim" in kinds else Signature.FAIL
    return "pass" if "dmarc" in kinds else None, dkim, "internal" in kinds


@pytest.mark.parametrize("configured", SETS, ids="+".join)
@pytest.mark.parametrize("brought", SETS, ids="+".join)
def test_a_mail_is_proved_by_the_first_kind_that_it_has_and_that_counts(
    configured: tuple[str, ...], brought: tuple[str, ...]
) -> None:
    dmarc, signature, is_internal = there(*brought)
    by = next((kind for kind in KINDS if kind in configured and kind in brought), "")
    assert proved(configured, dmarc, signature, is_internal=is_internal) == Proof(by != "", by, dmarc)


@pytest.mark.parametrize("configured", SETS, ids="+".join)
def test_a_fail_under_our_own_name_always_wins(configured: tuple[str, ...]) -> None:
    assert proved(configured, "fail", Signature.PASS, is_internal=True) == Proof(is_proved=False, by="", dmarc="fail")


@pytest.mark.parametrize("result", RESULTS)
def test_only_pass_is_a_pass(result: str | None) -> None:
    found = proved(KINDS, result, Signature.FAIL, is_internal=False)
    assert (found.is_proved, found.dmarc) == (result == "pass", result)


def test_trouble_with_the_dns_is_no_proof() -> None:
    assert proved(KINDS, None, Signature.UNKNOWN, is_internal=False) == Proof()
    assert proved(KINDS, "pass", Signature.UNKNOWN, is_internal=False).by == "dmarc"


def test_nothing_is_proved_of_nothing() -> None:
    assert Proof() == Proof(is_proved=False, by="", dmarc=None)
    assert proved([], "pass", Signature.PASS, is_internal=True).is_proved is False
    assert proved(["DMARC", "spf"], "pass", Signature.PASS, is_internal=True).is_proved is False
