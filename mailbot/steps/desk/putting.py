"""Puts a case before staff in its own thread: before a new handler, or before the manager at once."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.core.case import Case
from mailbot.core.correspondence import Reader, Shown, notice
from mailbot.core.due import decide_escalation
from mailbot.steps.desk.acting import Acting, Result, told
from mailbot.steps.letters import messages
from mailbot.store.cases import Snapshot


def put_before(
    acting: Acting, snapshot: Snapshot, case: Case, staff_ids: Sequence[str | None], what: str, role: str = "handler"
) -> Result:
    """Put a case before staff with the newest message of the requester: from there they act on it.

    `case` is the case as it stands after what happens now; `role` is the one they are told in.
    """
    wrote = messages(acting.parts, acting.snapshot.case_id)
    today = acting.parts.rules.calendar.local_day(acting.now)
    there, rules = replace(acting, snapshot=snapshot), acting.parts.rules_of(case.policy)
    result = Result()
    for person in acting.parts.config.staff_on(today) if wrote else ():
        if person.id in staff_ids:
            shown = Shown(wrote[-1], case.received_at or acting.now, None, {}, is_follow_up=False)
            reader = Reader(person.address, person.language, role)
            result += told(there, person, notice(acting.parts.company, case, shown, reader, rules, acting.now), what)
    return result


def escalated(acting: Acting, before: Case, after: Case) -> Result:
    """Put a case before the manager at once when staff say that it is of a kind the policy names (law §2).

    A manager who says so knows already.
    """
    team = acting.parts.team(acting.now).of_case(after)
    events = decide_escalation(before, after, acting.rules.policy, team, acting.now)
    people = [*team.get("manager", ())]
    if not events or acting.person.id in people:
        return Result()
    return Result(events=tuple(events)) + put_before(acting, acting.snapshot, after, people, "escalated", "manager")
