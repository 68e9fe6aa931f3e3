"""What staff can have shown: how a case stands, the open cases, what happened, how dates were counted, the files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Row

from mailbot.core import reckoning_lines
from mailbot.core.case import Case, fold
from mailbot.core.clock import owed_on
from mailbot.core.correspondence import first_owed
from mailbot.core.desk.attachments import judged, type_of
from mailbot.core.desk.commands import help_rows
from mailbot.core.desk.scene import Extra, NotDone, Scene
from mailbot.core.events import Event, Name
from mailbot.core.kinds import KINDS
from mailbot.core.letters import Letter, LetterKind, Said
from mailbot.core.message import Attachment, Language
from mailbot.core.outgoing import Enclosed
from mailbot.core.progress import decide_bounced
from mailbot.core.reckoning import story_of
from mailbot.core.request import Request
from mailbot.edge.sandbox import Unreadable
from mailbot.steps.desk.acting import Acting, Result, told
from mailbot.steps.letters import raw_messages
from mailbot.store.cases import events_of, snapshots
from mailbot.store.effects import last_done, offered, void_others
from mailbot.store.engine import read
from mailbot.store.mail import cancel, is_waiting
from mailbot.store.register import open_case_ids

Rows = tuple[tuple[str, str | Said], ...]
_MOST_LETTERS = 9
_MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows: rows of it, lines beside them, and what else comes of it."""

    rows: Rows = ()
    said: tuple[Said, ...] = ()
    result: Result = field(default_factory=Result)


def shown(acting: Acting, scene: Scene, wanted: Sequence[Extra]) -> Shown:
    """Return what some acts ask to be shown, in their order. Raises NotDone."""
    rows: Rows = ()
    said: tuple[Said, ...] = ()
    result = Result()
    for extra in wanted:
        if extra.what in _SHOWN:
            one = _SHOWN[extra.what](acting, scene)
            rows, said, result = rows + one.rows, said + one.said, result + one.result
    return Shown(rows[:_MOST_ROWS], said, result)


def _status(acting: Acting, scene: Scene) -> Shown:
    case = scene.case
    about = Said("row_case", {"state": case.state.value, "handler": case.handler})
    today = scene.rules.calendar.local_day(acting.now)
    due = {one.number: owed_on(one, scene.rules, today) for one in case.requests}
    rows = [(str(one.number), _line(one, due[one.number], acting.person.language)) for one in case.requests]
    return Shown(((case.ref or "-", about), *rows))


def _line(one: Request, due_on: date | None, language: Language) -> Said:
    values = {
        "name": KINDS[one.kind].name(language),
        "state": one.state.value,
        "detail": one.outcome or one.pause,
        "due": due_on,
    }
    return Said("row_request" if one.is_running else "row_ended", values)


def _list(acting: Acting, scene: Scene) -> Shown:
    """Show the open cases, the most urgent first; the one the mail acts on as that leaves it."""
    with read(acting.parts.engine) as connection:
        found = snapshots(connection, open_case_ids(connection)).values()
    known = (scene.case if one.case.ref == scene.case.ref else one.case for one in found)
    due = [(first_owed(case.running, acting.parts.rules_of(case.policy), acting.now), case) for case in known]
    cases = sorted(due, key=lambda one: (str(one[0] or "9"), one[1].ref))
    return Shown(tuple((case.ref, _summary(case, due_on, acting.person.language)) for due_on, case in cases))


def _summary(case: Case, due_on: date | None, language: Language) -> Said:
    rights = [KINDS[one.kind].name(language) for one in case.running]
    return Said("row_listed", {"names": rights, "due": due_on, "handler": case.handler})


def _history(acting: Acting, scene: Scene) -> Shown:
    del scene
    zone = acting.rules.calendar.zone
    with read(acting.parts.engine) as connection:
        events = events_of(connection, acting.snapshot.case_id)
    return Shown(
        tuple(
            (
                f"{one.at.astimezone(zone):%m-%d %H:%M}",
                Said("row_event", {"event": one.name.value, "actor": one.actor}),
            )
            for one in events[-_MOST_ROWS:]
        )
    )


def _why(acting: Acting, scene: Scene) -> Shown:
    """Tell the days of every clock of what is owed an answer, or of all where nothing is; short enough for a phone."""
    today, language = scene.rules.calendar.local_day(acting.now), acting.person.language
    with read(acting.parts.engine) as connection:
        events = events_of(connection, acting.snapshot.case_id)
    stories = [story_of(one, events, scene.rules, acting.now) for one in scene.case.running or scene.case.requests]
    found = [row for story in stories for row in reckoning_lines.rows(story, language, today)]
    if len(found) > _MOST_ROWS:
        found = [*found[: _MOST_ROWS - 1], ("…", reckoning_lines.more(scene.case.ref, language))]
    return Shown(tuple(found))


def _help(acting: Acting, scene: Scene) -> Shown:
    del scene
    return Shown(help_rows(acting.person.language))


def _files(acting: Acting, scene: Scene) -> Shown:
    """Send the files of the case to its handler, and to nobody else (law §1: identity papers)."""
    if scene.case.handler != acting.person.id:
        raise NotDone("not_handler")
    count, result = 0, Result()
    for row, raw in raw_messages(acting.parts, acting.snapshot.case_id):
        allowed, dropped = _enclosed(acting, raw)
        if allowed or dropped:
            count += len(allowed)
            result += _handed(acting, scene, allowed, dropped, row)
    return Shown(said=(Said("files", {"count": count}) if result.posts else Said("no_files"),), result=result)


def _handed(
    acting: Acting,
    scene: Scene,
    allowed: Sequence[tuple[Attachment, bytes]],
    dropped: Sequence[Attachment],
    row: Row[Any],
) -> Result:
    """Return the mail with the files of one message, sealed as that message is: no copy outlives papers' own key."""
    context = {
        "company": acting.parts.company,
        "ref": scene.case.ref,
        "attachments": [one for one, _ in allowed],
        "dropped": list(dropped),
    }
    letter = Letter("files", LetterKind.NOTICE, acting.person.language, acting.person.address, context)
    enclosed = [Enclosed(one.name, type_of(one), data) for one, data in allowed]
    return told(acting, acting.person, letter, f"files.{row.id}", enclosed, row.key_id)


def _enclosed(acting: Acting, raw: bytes) -> tuple[list[tuple[Attachment, bytes]], list[Attachment]]:
    incoming = acting.parts.sandbox.read(raw)
    if isinstance(incoming, Unreadable):
        return [], []
    allowed, _ = judged(incoming.attachments)
    found = acting.parts.sandbox.enclosed(raw, [one.sha256 for one in allowed]) if allowed else []
    if isinstance(found, Unreadable):
        return [], [*incoming.attachments]
    contents = {one.sha256: data for one, data in zip(allowed, found, strict=True)}
    good, bad = judged(incoming.attachments, contents)
    return [(one, contents[one.sha256]) for one in good], [one.attachment for one in bad]


def _undo(acting: Acting, scene: Scene) -> Shown:
    """Take back a reply that waits to leave, or give up what was offered."""
    case_id, author = acting.snapshot.case_id, acting.person.id
    with read(acting.parts.engine) as connection:
        drafts = offered(connection, case_id, author)
        last = last_done(connection, case_id, author)
        keys = [key for place in range(_MOST_LETTERS) if is_waiting(connection, key := f"letter:{last}:{place}")]
    if last and keys:
        return Shown(said=(Said("undone"),), result=_taken_back(acting, scene, keys))
    if drafts:
        voided = tuple(
            Event(Name.EFFECT_VOIDED, acting.now, author, data={"effect": one.id, "hash": one.digest}) for one in drafts
        )
        writes = (partial(void_others, case_id=case_id, author=author, now=acting.now),)
        return Shown(said=(Said("undone"),), result=Result(events=voided, writes=writes))
    raise NotDone("already_sent" if last else "nothing_to_undo")


def _taken_back(acting: Acting, scene: Scene, keys: Sequence[str]) -> Result:
    """Take back every letter of an effect that waits; what they should have answered is owed an answer again."""
    events: list[Event] = []
    for key in keys:
        events.append(Event(Name.RELAY_CANCELLED, acting.now, acting.person.id, data={"mail": key}))
        events += decide_bounced(fold(events, scene.case), key, acting.now, scene.rules)
    return Result(events=tuple(events), writes=tuple(partial(cancel, key=key, now=acting.now) for key in keys))


_SHOWN: Mapping[str, Callable[[Acting, Scene], Shown]] = {
    "status": _status,
    "list": _list,
    "history": _history,
    "why": _why,
    "help": _help,
    "files": _files,
    "undo": _undo,
}
