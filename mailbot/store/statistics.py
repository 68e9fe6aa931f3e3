"""What the figures of a week or a month are counted from: requests, the events of their lives, mails. Reads only."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from mailbot.core.events import Name
from mailbot.core.statistics import Answer, Counts
from mailbot.core.transitions import RUNNING, State
from mailbot.store.binding import binding_on
from mailbot.store.ledger import Disposition
from mailbot.store.tables import correction, event, ledger, request

_NEVER_ASKED = (State.DROPPED.value, State.MOVED.value)
"""Ends of what was no request, or goes on as one in another case."""
_TOLD_UPWARDS = {"manager", "representative"}
_COUNTED = {
    Name.PAUSE_STARTED: "pauses",
    Name.REQUEST_EXTENDED: "extensions",
    Name.GATE_ANSWERED: "gates_answered",
    Name.ESCALATED: "escalations",
    Name.ESCALATION_HANDED_ON: "escalations",
}


def counted(connection: Connection, since: datetime, until: datetime, today: date) -> Counts:
    """Return what happened in [since, until); what is overdue is counted as of today."""
    later = answers(connection, since, None)
    return Counts(
        arrivals=_arrivals(connection, since, until),
        open_at_end=_running(connection, until)
        + Counter(one.right for one in later if one.received_at < until <= one.answered_at),
        answers=[one for one in later if one.answered_at < until],
        occurrences=_occurrences(connection, since, until)
        | {
            "overdue_now": _count(connection, request.c.state.in_(RUNNING), binding_on() < today),
            "corrections": _count(connection, correction.c.made_at >= since, correction.c.made_at < until),
            "held": _count(connection, ledger.c.disposition == Disposition.HELD.value, *_seen(since, until)),
            "mails": _count(connection, *_seen(since, until)),
        },
    )


def arrivals_between(connection: Connection, edges: Sequence[datetime]) -> list[int]:
    """Return how many requests arrived between each two neighbouring moments, in one question."""
    sums = [func.coalesce(func.sum(case((_arrived(since, until), 1), else_=0)), 0) for since, until in pairwise(edges)]
    here = (_arrived(edges[0], edges[-1]), request.c.state.not_in(_NEVER_ASKED))
    return [int(count) for count in connection.execute(select(*sums).where(*here)).one()]


def answers(connection: Connection, since: datetime, until: datetime | None) -> list[Answer]:
    """Return the requests whose last answer the mail server took in [since, until); no end for None."""
    wanted = (event.c.name == Name.REQUEST_ANSWERED.value, event.c.at >= since, request.c.state == State.CLOSED.value)
    columns = (event.c.case_id, event.c.text, event.c.at, request.c.number, request.c.right, request.c.received_at)
    asked = select(*columns, request.c.answer_on, request.c.outcome, request.c.ground)
    asked = asked.join(request, request.c.case_id == event.c.case_id).where(*wanted).order_by(event.c.at)
    last: dict[tuple[int, int], Answer] = {}
    for row in connection.execute(asked):
        if json.loads(row.text)["request"] == row.number:
            last[row.case_id, row.number] = Answer(
                row.right, row.received_at, row.at, row.answer_on, row.outcome, row.ground
            )
    return [one for one in last.values() if until is None or one.answered_at < until]


def _arrived(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(request.c.received_at >= since, request.c.received_at < until)


def _seen(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return ledger.c.seen_at >= since, ledger.c.seen_at < until


def _arrivals(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    here = (_arrived(since, until), request.c.state.not_in(_NEVER_ASKED))
    return _by_right(connection, *here)


def _running(connection: Connection, until: datetime) -> Counter[str]:
    """Return what arrived before a moment and is owed an answer still."""
    return _by_right(connection, request.c.received_at < until, request.c.state.in_(RUNNING))


def _by_right(connection: Connection, *where: ColumnElement[bool]) -> Counter[str]:
    asked = select(request.c.right, func.count()).where(*where).group_by(request.c.right)
    return Counter({right: count for right, count in connection.execute(asked)})


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).where(*where)).scalar_one())


def _occurrences(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    names = [*(name.value for name in _COUNTED), Name.DEADLINE_WARNED.value]
    asked = select(event.c.name, event.c.text).where(event.c.name.in_(names), event.c.at >= since, event.c.at < until)
    return Counter(_code(Name(name), text) for name, text in connection.execute(asked))


def _code(name: Name, text: str) -> str:
    """Return what an event counts as; a warning counts where it went above the handlers, others are left aside."""
    if name is not Name.DEADLINE_WARNED:
        return _COUNTED[name]
    return "escalations" if _TOLD_UPWARDS & set(json.loads(text)["data"].get("roles", ())) else ""
