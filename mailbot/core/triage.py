"""The first question of every message: is it a person's, and may it open anything? Machines come first.

Promise 6: a machine is never answered. The order of the tests is the order of the danger (pitfalls B).
"""

from dataclasses import dataclass

from mailbot.core.message import Incoming, Verdict
from mailbot.core.reader.headers.sender import normalise_address


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a message beside its text.

    `is_own`: its Message-ID is one of ours. `is_copy`: a message with the same content was settled before.
    `is_junk`: it lay in the junk folder. `is_answer`: it carries a token of ours that verifies. `dmarc`: the proved
    result, None when nothing is proved.
    """

    is_own: bool = False
    is_copy: bool = False
    is_junk: bool = False
    is_answer: bool = False
    dmarc: str | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The disposition (`machine`, `duplicate`, `spam`, `held`) and the reason code that go with it."""

    disposition: str
    why: str


def sort_out(  # noqa: PLR0911 -- one test, one answer, in the order of the danger
    incoming: Incoming, verdict: Verdict, about: Circumstances
) -> Sorted | None:
    """Return what becomes of a message that opens nothing, None for one that a case may come of."""
    if about.is_own:
        return Sorted("machine", "own_mail")
    if incoming.machine:
        return Sorted("machine", incoming.machine.value)
    if incoming.automatic and not _asks(verdict):
        return Sorted("machine", "no_reply_address")
    if about.is_copy:
        return Sorted("duplicate", "same_content")
    if about.is_junk or incoming.spam:  # a request there is still received: it waits for a person (threats E4)
        is_work = _asks(verdict) or about.is_answer
        return Sorted("held" if is_work else "spam", "junk" if about.is_junk else "spam_mark")
    if about.dmarc == "fail":
        return Sorted("held", "dmarc_fail")
    if incoming.sender is None:
        return Sorted("held", "sender_unclear")
    return None


def is_own_address(sender: str | None, own: str) -> bool:
    """Say whether a sender is the desk's own mailbox, in any case and with any `+detail` (RFC 5233)."""
    local, _, domain = normalise_address(sender or "").rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == normalise_address(own)


def _asks(verdict: Verdict) -> bool:
    """Say whether any right is heard at all: a contact form may write from a no-reply address."""
    return any(asked.kind != "not_for_us" for asked in verdict.asked)
