"""How an identity was checked, and how far that reaches: the tiers of law §1.

The least intrusive check that suffices is the right one; a waiver needs the manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.case import Case
from mailbot.core.desk.levels import Level
from mailbot.core.policy import HIGHEST_TIER, Policy
from mailbot.core.request import Request


@dataclass(frozen=True, slots=True)
class Method:
    """A way to check an identity: the tier it reaches, and who must stand behind it."""

    tier: int
    level: Level = Level.CODE


METHODS: Mapping[str, Method] = {
    "reply": Method(1),
    "facts": Method(2),
    "document": Method(3),
    "post": Method(3),
    "waive": Method(HIGHEST_TIER, Level.MANAGER),
}
"""A reply to the address on file, facts that match, a document, a letter by post; or the check is waived."""


def tier_needed(requests: tuple[Request, ...], policy: Policy) -> int:
    """Return the highest identity tier any of these requests needs, 0 for none."""
    return max((policy.identity_tier(request.kind) for request in requests), default=0)


def lacks_identity(case: Case, requests: tuple[Request, ...], policy: Policy) -> bool:
    """Say whether these requests need a check that was not made yet."""
    return tier_needed(requests, policy) > (case.identity or 0)
