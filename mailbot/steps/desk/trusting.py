"""A manager says whether the clock, or the database, is right: then all held mail leaves, or it goes on being held."""

from collections.abc import Mapping
from functools import partial

from mailbot.core.desk.order import CONFIRM, Confirmation
from mailbot.core.desk.scene import NotDone
from mailbot.core.events import Event, Name
from mailbot.core.letters import Said
from mailbot.steps.clock_watch import JUMPED
from mailbot.steps.desk.acting import Acting, Result, answer
from mailbot.steps.doubt import Cause, believe
from mailbot.steps.safe_mode import RESTORED
from mailbot.store.effects import APPROVING, DONE, Waiting, move_effect, use_code

_MAY_CONFIRM = {"manager", "deputy"}


CAUSES: Mapping[str, Cause] = {one.kind: one for one in (JUMPED, RESTORED)}
"""What can be doubted, by the kind of the effect that waits."""


def doubt_settled(acting: Acting, confirmation: Confirmation, found: Waiting) -> Result:
    """Believe what was doubted, or keep holding; the code stays good until it was used. Raises NotDone."""
    cause = CAUSES[found.effect.kind]
    if not _MAY_CONFIRM & set(acting.person.roles):
        raise NotDone("not_manager", confirmation.line)
    about = {"effect": found.effect.id, "hash": found.effect.digest}
    if confirmation.verb != CONFIRM:
        denied = Event(Name.APPROVAL_DENIED, acting.now, acting.person.id, data=about)
        return Result(events=(denied,)) + answer(acting, [Said("denied", {"reason": confirmation.reason})])
    events = [Event(name, acting.now, acting.person.id, data=about) for name in (Name.APPROVAL_GIVEN, cause.believed)]
    writes = (
        partial(use_code, code_id=found.code_id, now=acting.now),
        partial(move_effect, effect_id=found.effect.id, before=APPROVING, after=DONE, now=acting.now),
        partial(believe, parts=acting.parts, cause=cause, now=acting.now),
    )
    return Result(events=tuple(events), writes=writes) + answer(acting, [Said("approved", line=confirmation.line)])
