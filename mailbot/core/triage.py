"""The first question of every message: is it a person's, and may it open anything? Machines come first.

Promise 6: a machine is never answered. The order of the tests is the order of the danger (pitfalls B).
"""

from dataclasses import dataclass

from mailbot.core.message import Incoming, Verdict


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a message beside its text.

    `is_own`: its Message-ID is one of ours. `is_copy`: a message with the same content was settled before.
    `is_junk`: it lay in the junk folder. `dmarc`: the proved result, None when nothing is proved.
    """

    is_own: bool = False
    is_copy: bool = False
    is_junk: bool = False
    dmarc: str | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The disposition (`machine`, `duplicate`, `spam`, `held`) and the reason code that go with it."""

    disposition: str
    why: str


def sort_out(incoming: Incoming, verdict: Verdict, about: Circumstances) -> Sorted | None:
    """Return what becomes of a message that opens nothing, None for one that a case may come of."""
    if about.is_own:
        return Sorted("machine", "own_mail")
    if incoming.machine or incoming.automatic:
        return Sorted("machine", incoming.machine.value if incoming.machine else "no_reply_address")
    if about.is_copy:
        return Sorted("duplicate", "same_content")
    if about.is_junk or incoming.spam:
        return _suspicious("junk" if about.is_junk else "spam_mark", verdict)
    if about.dmarc == "fail":
        return Sorted("held", "dmarc_fail")
    if incoming.sender is None:
        return Sorted("held", "sender_unclear")
    return None


def _suspicious(why: str, verdict: Verdict) -> Sorted:
    """A request in the junk folder is still received: it waits for a person (threats E4)."""
    asks = any(asked.kind != "not_for_us" for asked in verdict.asked)
    return Sorted("held" if asks else "spam", why)
