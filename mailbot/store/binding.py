"""The day that binds a request now, as the database sees it."""

from datetime import date

from sqlalchemy import ColumnElement, Date, case, null, type_coerce

from mailbot.store.tables import request


def binding_on() -> ColumnElement[date]:
    """Return the day of the answer; while the clock stands still the gate alone, null where nothing binds.

    The gate binds until a status letter has answered it; what the requester has to do makes nobody late (law §2).
    """
    gate = case((request.c.is_gate_answered.is_(False), request.c.gate_on), else_=null())
    return type_coerce(case((request.c.pause == "", request.c.answer_on), else_=gate), Date)
