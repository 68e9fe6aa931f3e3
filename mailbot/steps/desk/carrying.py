"""Carries an act out: its letters leave word by word as they were shown, and the store does what the act asks of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from mailbot.core.case import Case, fold
from mailbot.core.desk.attachments import type_of
from mailbot.core.desk.letter_of import DESTROYED_DAYS
from mailbot.core.desk.letterbook import form_for
from mailbot.core.desk.scene import Act, Extra, LetterOrder, NotDone, Scene
from mailbot.core.desk.weighty import absorbed
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.letters import Said
from mailbot.core.outgoing import Enclosed, Thread
from mailbot.core.progress import gone_on
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.reference import reference
from mailbot.core.sentences import MailText
from mailbot.edge.sandbox import Unreadable
from mailbot.steps.desk.acting import Acting, Result, answer
from mailbot.steps.desk.offering import frozen_letters
from mailbot.steps.desk.putting import put_before
from mailbot.steps.done import Also, due_after
from mailbot.steps.letters import Confirmed, case_address, letter_post, messages, thread_of
from mailbot.store.blobs import sealed, texts
from mailbot.store.cases import Party, Snapshot, events_of, parties_of, reserve_numbers, retire_requester, snapshots
from mailbot.store.corrections import Reclassified, keep_correction, seal_correction
from mailbot.store.effects import Effect
from mailbot.store.engine import read, write
from mailbot.store.ledger import ledger_rows
from mailbot.store.mail import Post
from mailbot.store.papers import plan_destruction


def carried(acting: Acting, effect: Effect, scene: Scene, act: Act) -> tuple[Result, list[Said]]:
    """Return everything a confirmed effect leads to, and what its last confirmer is told of it. Raises NotDone."""
    letters = _letters(acting, effect, scene, act, acting.now)
    result = Result(events=act.events, posts=tuple(letters)) + extras(acting, scene, act.extras)
    return result, [*_numbered(act.said, result.also), *_sent(act)]


def _numbered(said: Sequence[Said], also: Sequence[Also]) -> list[Said]:
    """Say the number of a case that the act opened."""
    refs = [fold(one.events).ref for one in also if one.is_new]
    return [replace(one, values={"ref": refs[0]}) if one.code == "split" and refs else one for one in said]


def _sent(act: Act) -> list[Said]:
    """Say which letters leave, unless the act says so itself."""
    if not act.letters or any(one.code == "sent" for one in act.said):
        return []
    return [Said("sent", {"letter": [_code_of(one) for one in act.letters]})]


def _code_of(order: LetterOrder) -> str:
    return "relay" if order.template == "relay" else form_for(order.template, order.outcome).code


def _letters(acting: Acting, effect: Effect, scene: Scene, act: Act, due_at: datetime) -> list[Post]:
    """Return the letters as they were shown; whatever changed since makes the code void."""
    frozen = frozen_letters(effect.payload)
    here = normalise_address(case_address(acting.parts, acting.snapshot))
    if len(frozen) != len(act.letters) or (frozen and effect.payload["to"] != here):
        raise NotDone("code_void")
    files = _files(acting, effect)
    thread = thread_of(acting.parts, acting.snapshot.case_id) if frozen else Thread()
    return [
        letter_post(
            acting.parts,
            acting.snapshot,
            order.key,
            words,
            thread,
            scene.now,
            Confirmed(() if place else files, due_at),
        )
        for place, (order, words) in enumerate(zip(act.letters, frozen, strict=True))
    ]


def hold(acting: Acting, effect: Effect, scene: Scene, act: Act, due_at: datetime) -> Result:
    """Let a plain reply leave by itself after the configured minutes; `/undo` takes it back until then."""
    letters = _letters(acting, effect, scene, act, due_at)
    at = due_at.astimezone(acting.rules.calendar.zone)
    return Result(events=act.events, posts=tuple(letters)) + answer(acting, [Said("queued_until", {"at": at})])


def _files(acting: Acting, effect: Effect) -> tuple[Enclosed, ...]:
    """Return the approved files out of the mail they came with."""
    wanted = effect.payload["files"]
    if not wanted:
        return ()
    raw = raw_of(acting, effect.message)
    incoming = acting.parts.sandbox.read(raw)
    found = acting.parts.sandbox.enclosed(raw, wanted)
    if isinstance(found, Unreadable) or isinstance(incoming, Unreadable):
        raise NotDone("code_void")
    named = {one.sha256: one for one in incoming.attachments}
    return tuple(
        Enclosed(named[digest].name, type_of(named[digest]), data) for digest, data in zip(wanted, found, strict=True)
    )


def raw_of(acting: Acting, ledger_id: int) -> bytes:
    """Return a mail as it came."""
    with read(acting.parts.engine) as connection:
        row = ledger_rows(connection, [ledger_id])[ledger_id]
        return texts(connection, acting.parts.vault, [row.blob_id])[row.blob_id]


def extras(acting: Acting, scene: Scene, wanted: Sequence[Extra]) -> Result:
    """Return what the acts ask of the store beside events."""
    result = Result()
    for extra in wanted:
        if extra.what in _EXTRAS:
            result += _EXTRAS[extra.what](acting, scene, extra.values)
    return result


def _correction(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Leave what was misread for the classifier to learn from; without the mail there is nothing to learn."""
    wrote = messages(acting.parts, acting.snapshot.case_id)
    if not wrote:
        return Result()
    first = wrote[0]
    mail = MailText(first.subject, first.reply_text, first.language)
    words = seal_correction(
        acting.parts.vault,
        acting.snapshot.key_id,
        mail,
        [first.sender_name] if first.sender_name else [],
        [first.sender] if first.sender else [],
    )
    before, after = (tuple(value.split()) for value in values)
    flags = tuple(sorted(scene.case.flags))
    version = acting.parts.model().version
    change = Reclassified(acting.snapshot.case_id, acting.now, version, before, after, flags, acting.person.id)

    def keep(connection: Connection) -> None:
        keep_correction(connection, change, mail.language, words)

    return Result(writes=(keep,))


def _papers(acting: Acting, scene: Scene, _: tuple[str, ...]) -> Result:
    """Plan the end of the papers that came: at most ten business days after the check (law §1)."""
    with read(acting.parts.engine) as connection:
        kept = [event for event in events_of(connection, acting.snapshot.case_id) if event.name is Name.PAPERS_RECEIVED]
    calendar = scene.rules.calendar
    day = calendar.add_business_days(calendar.local_day(acting.now), DESTROYED_DAYS - 1)
    due_at = calendar.at(day, scene.rules.policy.ladder.at)
    ids = [int(str(event.data["message"])) for event in kept]
    return Result(writes=(partial(plan_destruction, ledger_ids=ids, due_at=due_at),))


def _merge(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Let the other case take over the open requests, and whoever may write to this one."""
    case_id, _ = scene.others[values[0]]
    with read(acting.parts.engine) as connection:
        target = snapshots(connection, [case_id])[case_id]
        known = parties_of(connection, acting.snapshot.case_id)
        plain = texts(connection, acting.parts.vault, [row.blob_id for row in known if row.blob_id])
    rules = acting.parts.rules_of(target.case.policy)
    events = absorbed(scene, replace(scene, case=target.case, rules=rules))
    due = due_after(target.case, fold(events, target.case), rules, acting.now)
    parties = tuple(
        Party(
            case_id,
            row.address_index,
            "merged",
            sealed(acting.parts.vault, target.key_id, "address", plain[row.blob_id]),
        )
        for row in known
        if row.blob_id
    )
    case = fold(events, target.case)
    before_staff = put_before(acting, target, case, [case.handler, acting.person.id], "merged")
    return Result(also=(Also(target, events, due),), parties=parties) + before_staff


def _split(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Open a case of its own for one request, for the same person, with the dates of the same arrival."""
    with write(acting.parts.engine) as connection:
        number = reserve_numbers(connection, 1)[0]
    moved = next(one for one in scene.case.requests if one.number == int(values[0]))
    received_at = moved.received_at or acting.now
    year = scene.rules.calendar.local_day(received_at).year
    ref = reference(acting.parts.config.company.case_prefix, year, number)
    opened: dict[str, Json] = {
        "ref": ref,
        "received_at": stamp(received_at),
        "language": scene.case.language,
        "policy": scene.case.policy,
        "message": acting.message,
    }
    handler = scene.case.handler or acting.person.id
    events = (
        Event(Name.CASE_OPENED, acting.now, acting.person.id, data=opened),
        *gone_on(moved, 1, scene.rules, acting.now, acting.person.id),
        Event(Name.ACKNOWLEDGEMENT_WITHHELD, acting.now, data={"why": "split"}),
        Event(Name.CASE_LINKED, acting.now, acting.person.id, data={"ref": scene.case.ref}),
        Event(Name.HANDLER_ASSIGNED, acting.now, acting.person.id, data={"handler": handler}),
    )
    key_id = acting.parts.vault.make_keys(1, acting.now)[0]
    address = case_address(acting.parts, acting.snapshot)
    party = _party(acting, number, key_id, address, "requester")
    case, opening = fold(events), Snapshot(number, key_id, Case())
    due = due_after(Case(), case, scene.rules, acting.now)
    before_staff = put_before(acting, opening, case, [handler, acting.person.id], "split")
    return Result(also=(Also(opening, events, due, is_new=True),), parties=(party,)) + before_staff


def _party(acting: Acting, case_id: int, key_id: str, address: str, role: str) -> Party:
    vault = acting.parts.vault
    index = vault.blind("address", normalise_address(address))
    return Party(case_id, index, role, sealed(vault, key_id, "address", address.encode()))


def _address(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Write to another address from now on."""
    del scene
    case = acting.snapshot
    party = _party(acting, case.case_id, case.key_id, values[0], "requester")
    return Result(parties=(party,), writes=(partial(retire_requester, case_id=case.case_id, keep=party.address_index),))


def _second(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Let a second person write to the case."""
    del scene
    case = acting.snapshot
    return Result(parties=(_party(acting, case.case_id, case.key_id, *values),))


def _tell(acting: Acting, scene: Scene, values: tuple[str, ...]) -> Result:
    """Put the case before its new handler."""
    others = [one for one in values if one != acting.person.id]
    return put_before(acting, acting.snapshot, scene.case, others, "assigned")


_EXTRAS: Mapping[str, Callable[[Acting, Scene, tuple[str, ...]], Result]] = {
    "correction": _correction,
    "tell": _tell,
    "papers": _papers,
    "merge": _merge,
    "split": _split,
    "address": _address,
    "party": _second,
}
