"""The acts that need a code: they decide, close, merge, split, check an identity, change who is written to."""

from collections.abc import Callable, Mapping

from mailbot.core.desk.deciding import close, grant, nodata, partial, refuse, unasked
from mailbot.core.desk.everyday import other_case
from mailbot.core.desk.identity import METHODS
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import Command
from mailbot.core.desk.outcomes import owed
from mailbot.core.desk.scene import Act, Extra, NotDone, Scene
from mailbot.core.desk.telling import extend, send
from mailbot.core.events import Event, Json, Name
from mailbot.core.letters import Said
from mailbot.core.progress import gone_on, pause_ended
from mailbot.core.request import Request
from mailbot.core.transitions import State


def verify(scene: Scene, command: Command) -> Act:
    """Record that the identity was checked; a clock that waited for it runs again."""
    method = METHODS[command.words[0]]
    data: dict[str, Json] = {"method": command.words[0], "tier": method.tier}
    waiting = [one for one in scene.case.undecided if one.pause == "awaiting_identity"]
    events = [
        Event(Name.IDENTITY_VERIFIED, scene.now, scene.actor, data=data),
        *(pause_ended(one, scene.rules, scene.now, scene.now) for one in waiting),
    ]
    return Act(
        tuple(events), (Said("identity", {"method": command.words[0]}, command.line),), extras=(Extra("papers"),)
    )


def spam(scene: Scene, command: Command) -> Act:
    """Close what nobody asked for, without a letter."""
    if not scene.case.is_open:
        raise NotDone("case_closed", command.line)
    if any(one.outcome for one in scene.case.requests):
        raise NotDone("cannot", command.line, state=State.DECIDED.value)
    dropped = [unasked(scene, one, "spam") for one in scene.case.undecided]
    closed = Event(Name.CASE_CLOSED, scene.now, scene.actor, data={"why": "spam"})
    return Act((*dropped, closed), (Said("spam", {}, command.line),))


def merge(scene: Scene, command: Command) -> Act:
    """Let the case go on in another one: its open requests move there with their dates."""
    ref = command.words[0]
    _, other = other_case(scene, ref, command.line)
    if not scene.case.is_open:
        raise NotDone("case_closed", command.line)
    if not other.is_open:
        raise NotDone("cannot", command.line, state=other.state.value)
    if any(one.state is State.DECIDED for one in scene.case.requests):
        raise NotDone("cannot", command.line, state=State.DECIDED.value)
    moved = [Event(Name.REQUEST_MOVED, scene.now, scene.actor, one.number, {"to": ref}) for one in scene.case.undecided]
    merged = Event(Name.CASE_MERGED, scene.now, scene.actor, data={"into": ref})
    return Act((*moved, merged), (Said("merged", {"ref": ref}, command.line),), extras=(Extra("merge", (ref,)),))


def absorbed(source: Scene, target: Scene) -> tuple[Event, ...]:
    """Return what happens to the case that another one goes into.

    A right it has already is not asked twice; of two clocks for one right the one that began earlier goes on.
    """
    known = {one.kind: one for one in target.case.running}
    fresh = [one for one in source.case.undecided if one.kind not in known or _is_earlier(one, known[one.kind])]
    first = len(target.case.requests) + 1
    return (
        Event(Name.CASE_ABSORBED, source.now, source.actor, data={"ref": source.case.ref}),
        *(unasked(target, known[one.kind], "asked_earlier") for one in fresh if one.kind in known),
        *(
            event
            for number, one in enumerate(fresh, first)
            for event in gone_on(one, number, source.rules, source.now, source.actor)
        ),
    )


def _is_earlier(asked: Request, known: Request) -> bool:
    """Say whether a request came before another one for the same right that nobody has decided yet."""
    if not (known.is_undecided and asked.received_at and known.received_at):
        return False
    return asked.received_at < known.received_at


def split(scene: Scene, command: Command) -> Act:
    """Make one request a case of its own."""
    number = int(command.words[0])
    found = [one for one in scene.case.undecided if one.number == number]
    if not found or len(scene.case.undecided) < 2:  # noqa: PLR2004 -- one has to stay
        raise NotDone("no_request", command.line)
    moved = Event(Name.REQUEST_MOVED, scene.now, scene.actor, number, {"to": "new"})
    return Act((moved,), (Said("split", {"ref": ""}, command.line),), extras=(Extra("split", (str(number),)),))


def to(scene: Scene, command: Command) -> Act:
    """Write to another address from now on; whoever reads there is not checked yet (threats A9)."""
    events = (
        Event(Name.ADDRESS_CHANGED, scene.now, scene.actor),
        Event(Name.IDENTITY_REOPENED, scene.now, scene.actor, data={"why": "address_changed"}),
    )
    told = Said("address", {"to": command.words[0]}, command.line)  # whoever lets it happen must see where to
    return Act(events, (told,), extras=(Extra("address", command.words[:1]),))


def party(scene: Scene, command: Command) -> Act:
    """Let a second person write to the case."""
    address, role = (*command.words, "agent")[:2]
    event = Event(Name.PARTY_ADDED, scene.now, scene.actor, data={"role": role})
    told = Said("party", {"role": role, "to": address}, command.line)
    return Act((event,), (told,), extras=(Extra("party", (address, role)),))


WEIGHTY: Mapping[str, Callable[[Scene, Command], Act]] = {
    "verify": verify,
    "grant": grant,
    "partial": partial,
    "refuse": refuse,
    "nodata": nodata,
    "send": send,
    "extend": extend,
    "close": close,
    "spam": spam,
    "merge": merge,
    "split": split,
    "to": to,
    "party": party,
}


def level_of(scene: Scene, command: Command, act: Act) -> Level:
    """Return who must stand behind an act: the level of the command, of the method, or of each outcome it fixes."""
    levels = [Level.CODE]
    if command.name in {"extend", "to"}:
        levels.append(Level.MANAGER)
    if command.name == "verify":
        levels.append(METHODS[command.words[0]].level)
    kinds = {one.number: one.kind for one in scene.case.requests}
    for event in act.events:
        if event.name is Name.REQUEST_DECIDED:
            debt = owed(kinds[event.request or 0], str(event.data["outcome"]))
            levels.append(debt.level if debt else Level.MANAGER)
    return max(levels)
