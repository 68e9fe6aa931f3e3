"""The days of a request as plain values, for machines: `mailbot why REF --json`."""

from mailbot.core.events import Json
from mailbot.core.reckoning import Day, Story
from mailbot.core.reckoning_facts import Stop
from mailbot.core.request import DAYS


def as_json(story: Story) -> dict[str, Json]:
    """Return a request with the days of its clocks as plain values."""
    one = story.request
    dates: dict[str, Json] = {name: str(day) if (day := getattr(one, name)) else None for name in DAYS}
    clocks: dict[str, Json] = {name: [_day_json(day) for day in days] for name, days in story.clocks.items()}
    return {
        "number": one.number,
        "kind": one.kind,
        "state": one.state.value,
        "counts": "days" if story.counts_days else "business_days",
        "clocks": clocks,
        "stops": [_stop_json(stop) for stop in story.stops],
        "dates": dates,
        "if_resumed_today": str(story.resumed_on) if story.resumed_on else None,
        "is_behind": story.is_behind,
    }


def _day_json(day: Day) -> Json:
    marks: list[Json] = [{"code": mark.code, **mark.values, "event": mark.event} for mark in day.marks]
    return {
        "on": str(day.on),
        "what": day.what.value,
        "number": day.number,
        "of": day.of,
        "why": day.why or None,
        "marks": marks,
        "provisional": day.is_provisional,
    }


def _stop_json(stop: Stop) -> Json:
    return {
        "reason": stop.reason,
        "from": str(stop.began_on),
        "to": str(stop.ended_on) if stop.ended_on else None,
        "business_days": len(stop.days),
        "letter": stop.letter,
        "reply": stop.reply,
        "ended_by": stop.ended_by or None,
    }
