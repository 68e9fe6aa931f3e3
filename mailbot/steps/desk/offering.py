"""The preview: exactly what would leave, to whom, with warnings, and one code for each thing that may happen."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from mailbot.core.desk.attachments import judged
from mailbot.core.desk.identity import tier_needed
from mailbot.core.desk.known import addresses_in, names_in, phones_in
from mailbot.core.desk.order import Command, read_order
from mailbot.core.desk.plan import Offer
from mailbot.core.desk.preview import Offered, Preview, preview
from mailbot.core.desk.scene import Act, LetterOrder, NotDone, Scene
from mailbot.core.desk.warnings import BLOCKING, Draft, warnings_of
from mailbot.core.events import Event, Name
from mailbot.core.letters import Letter, LetterKind, Rendered, Said
from mailbot.core.marks import REPLY_TO
from mailbot.core.message import Attachment
from mailbot.core.reader.attachment.attachment import TNEF_TYPES
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.triage import is_own_address
from mailbot.edge.sandbox import Unreadable
from mailbot.sections import Staff
from mailbot.steps.desk.acting import Acting, Result, told
from mailbot.steps.letters import case_address, written
from mailbot.steps.parts import Parts
from mailbot.store.blobs import texts
from mailbot.store.cases import Snapshot, events_of
from mailbot.store.effects import (
    CONFIRM,
    VALID,
    Code,
    Effect,
    keep_codes,
    keep_effect,
    new_code,
    new_effect,
    seal_effect,
    void_others,
)
from mailbot.store.engine import read
from mailbot.store.known import foreign, indexes
from mailbot.store.ledger import ledger_rows

_KNOWN_TO_LETTERS = {Name.IDENTITY_VERIFIED, Name.REQUEST_EXTENDED, Name.PAUSE_ENDED}


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an author wants to leave: the letters of each offer word by word, the files, and what to look at twice."""

    letters: tuple[list[dict[str, str]], ...]
    files: tuple[Attachment, ...]
    warnings: tuple[Said, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether nothing of it can leave, whoever confirms."""
        return any(one.code in BLOCKING for one in self.warnings)


class Author(Protocol):
    """Before whom a draft is put, for which case, because of which mail (its number in the ledger; 0: of none)."""

    @property
    def parts(self) -> Parts:
        """The parts of the step."""

    @property
    def person(self) -> Staff:
        """Who may confirm."""

    @property
    def snapshot(self) -> Snapshot:
        """The case, with the number and the key of its row."""

    @property
    def now(self) -> datetime:
        """The moment of the draft."""

    @property
    def message(self) -> int:
        """The number of the mail."""


def drafted(acting: Acting, scene: Scene, offers: Sequence[Offer]) -> Drafted:
    """Write the letters of the offers, once, as they would leave."""
    letters = frozen(acting, scene, offers)
    files, contents = _files(acting) if any(letters) else ((), {})
    return Drafted(letters, files, _warnings(acting, scene, offers[0].act.letters, contents))


def frozen(author: Author, scene: Scene, offers: Sequence[Offer]) -> tuple[list[dict[str, str]], ...]:
    """Return the letters of each offer word by word, as they would leave."""
    return tuple(_frozen(author, scene.after(_before(one)), one.act.letters) for one in offers)


def _before(offer: Offer) -> tuple[Event, ...]:
    """Return what a letter may already know: who was checked, and the dates of an extension; never its own decision."""
    return tuple(event for event in offer.act.events if event.name in _KNOWN_TO_LETTERS)


def offer(acting: Acting, scene: Scene, offers: Sequence[Offer], draft: Drafted) -> Result:
    """Keep what may happen, and show it to its author with the codes; older offers of the same author are void."""
    made = [] if draft.is_blocked else [effect_of(acting, one, draft, place) for place, one in enumerate(offers)]
    codes = [new_code(acting.parts.vault, one, acting.person.id, CONFIRM, acting.now + VALID) for one in made]
    letter = preview_of(acting, scene, offers, draft, codes)
    return told(acting, acting.person, letter, "preview") + keep(acting, made, codes)


def preview_of(author: Author, scene: Scene, offers: Sequence[Offer], draft: Drafted, codes: Sequence[Code]) -> Letter:
    """Return the mail that shows a draft; without a code for it nothing can leave."""
    first = offers[0].act.said
    shown = [
        Offered(one.code, code.secret, tuple(said for said in one.act.said if said not in first))
        for one, code in zip(offers, codes, strict=False)
    ]
    value = Preview(
        scene.case,
        case_address(author.parts, author.snapshot) if draft.letters[0] else "",
        tuple(_rendered(one) for one in draft.letters[0]),
        draft.files,
        draft.warnings,
        tuple(shown),
        first,
        is_blocked=not codes,
    )
    person = author.person
    return preview(author.parts.company, value, person.address, person.language, scene.rules, author.now)


def keep(acting: Acting, made: Sequence[Effect], codes: Sequence[Code]) -> Result:
    """Return the writes that keep effects with their codes, and the facts; what was offered before is void."""
    vault, key_id = acting.parts.vault, acting.snapshot.key_id
    words = [seal_effect(vault, key_id, one) for one in made]

    def write(connection: Connection) -> None:
        void_others(connection, acting.snapshot.case_id, acting.person.id, acting.now)
        for one, text in zip(made, words, strict=True):
            keep_effect(connection, one, text, acting.now)
        keep_codes(connection, vault, codes)

    events = tuple(
        Event(Name.EFFECT_OFFERED, acting.now, acting.person.id, data={"effect": one.id, "hash": one.digest})
        for one in made
    )
    return Result(events=events, writes=(write,))


def _frozen(author: Author, scene: Scene, orders: Sequence[LetterOrder]) -> list[dict[str, str]]:
    found = []
    for order in orders:
        kind, rendered = written(author.parts, author.snapshot, scene, order)
        found.append({"kind": kind.value, "template": order.template, **asdict(rendered)})
    return found


def _rendered(frozen: Mapping[str, str]) -> Rendered:
    return Rendered(frozen["subject"], frozen["text"], frozen["html"])


def frozen_letters(payload: Mapping[str, Any]) -> list[tuple[LetterKind, Rendered]]:
    """Return the letters of an effect as they were shown."""
    return [(LetterKind(one["kind"]), _rendered(one)) for one in payload["letters"]]


def commands_of(payload: Mapping[str, Any]) -> tuple[Command, ...]:
    """Return the commands of an effect."""
    return tuple(
        Command(one["name"], tuple(one["words"]), one["text"], tuple(one["requests"]), one["target"], one["line"])
        for one in payload["commands"]
    )


def effect_of(author: Author, one: Offer, draft: Drafted, place: int = 0, kind: str = "effect") -> Effect:
    """Return an offer as an effect: everything it does, ready to be hashed and sealed."""
    payload = {
        "offer": one.code,
        "commands": [asdict(command) for command in one.commands],
        "text": one.text,
        "letters": draft.letters[place],
        "files": [file.sha256 for file in draft.files],
        "fields": [dict(order.fields) for order in one.act.letters],
        "to": normalise_address(case_address(author.parts, author.snapshot)),
        "acts": [[said.code, dict(said.values)] for said in one.act.said],
        "does": as_shown(one.act),
        "message": author.message,
    }
    plain = _as_read_back(payload)
    return new_effect(author.snapshot.case_id, author.message, author.person.id, kind, int(one.level), plain)


def as_shown(act: Act) -> list[Any]:
    """Return what an act does, as plain values: a code stands for exactly that, whatever became of the case since.

    That a clock runs again is no choice of its author: it may do so by itself before.
    """
    events = [[one.name.value, one.request] for one in act.events if one.name is not Name.PAUSE_ENDED]
    found: list[Any] = _as_read_back([[[said.code, dict(said.values)] for said in act.said], events])
    return found


def _as_read_back(value: Any) -> Any:
    """Return a value as it will be read out of an effect: lists for tuples, days as text."""
    return json.loads(json.dumps(value, default=str))


def _files(acting: Acting) -> tuple[tuple[Attachment, ...], dict[str, bytes]]:
    """Return the files of the draft that may leave, and the bytes of all that were worth a look."""
    allowed, _ = judged(_meant(acting))
    found = acting.parts.sandbox.enclosed(acting.raw, [one.sha256 for one in allowed]) if allowed else []
    if isinstance(found, Unreadable):
        raise NotDone("blocked", warnings=[Said("attachment_type", {"name": one.name}) for one in allowed])
    contents = {one.sha256: data for one, data in zip(allowed, found, strict=True)}
    return judged(allowed, contents)[0], contents


def _meant(acting: Acting) -> tuple[Attachment, ...]:
    """Return the files a person attached; pictures of a signature and Outlook's container are their program's (C5)."""
    return tuple(one for one in acting.incoming.attachments if not one.is_inline and one.type not in TNEF_TYPES)


def _warnings(
    acting: Acting, scene: Scene, letters: Sequence[LetterOrder], contents: Mapping[str, bytes]
) -> tuple[Said, ...]:
    """Return what the author is warned of; where nothing leaves, only that the mail was not proved."""
    if not letters:
        return () if acting.is_proved else (Said("not_proved"),)
    case, words, files = acting.snapshot, _typed(letters), _meant(acting)
    draft = Draft(
        text=words,
        own_ref=scene.case.ref,
        attachments=files,
        reply_to_differs=REPLY_TO in scene.case.flags,
        contents=contents,
        recipients=_others(acting),
        foreign=_foreign(acting.parts, case.case_id, "\n".join([words, *(one.name for one in files)])),
        notes=_notes(acting.parts, case.case_id),
        tier_needed=tier_needed(scene.case.undecided, scene.rules.policy),
        tier_done=scene.case.identity or 0,
        is_proved=acting.is_proved,
        tag_differs=acting.tag_differs,
    )
    return warnings_of(draft)


def blocked(acting: Acting, scene: Scene, letters: Sequence[LetterOrder]) -> list[Said]:
    """Return why the words that somebody typed into letters may not leave without a preview (threats C2, C3)."""
    words, case_id = _typed(letters), acting.snapshot.case_id
    if not words:
        return []
    foreign_people = _foreign(acting.parts, case_id, words)
    draft = Draft(words, scene.case.ref, foreign=foreign_people, notes=_notes(acting.parts, case_id))
    return [one for one in warnings_of(draft) if one.code in BLOCKING or one.code.startswith("known_")]


def _typed(letters: Sequence[LetterOrder]) -> str:
    """Return the words of letters that a person typed."""
    return "\n".join(words for one in letters for words in (one.text, *one.fields.values()) if words.strip())


def _others(acting: Acting) -> int:
    """Count the addresses beside the desk's own that the staff mail went to: none of them is ever written to."""
    incoming = acting.incoming
    return sum(not is_own_address(one, acting.parts.company.address) for one in (*incoming.to, *incoming.cc))


def _foreign(parts: Parts, case_id: int, words: str) -> Counter[str]:
    """Count the people of other cases that words name (threats C2)."""
    found = {"address": addresses_in(words), "phone": phones_in(words), "name": names_in(words)}
    with read(parts.engine) as connection:
        return foreign(connection, case_id, indexes(parts.vault, found))


def _notes(parts: Parts, case_id: int) -> tuple[str, ...]:
    """Return the words of every note of a case."""
    with read(parts.engine) as connection:
        kept = [event.data["message"] for event in events_of(connection, case_id) if event.name is Name.NOTE_KEPT]
        rows = ledger_rows(connection, [int(str(one)) for one in kept])
        raws = texts(connection, parts.vault, [row.blob_id for row in rows.values() if row.blob_id])
    found = [parts.sandbox.read(raw) for raw in raws.values()]
    return tuple(_noted(one.reply_text) for one in found if not isinstance(one, Unreadable))


def _noted(words: str) -> str:
    """Return what a mail with notes keeps inside: the words on their lines, else those below."""
    order = read_order(words)
    notes = [one.text.strip() for one in order.commands if one.name == "note"]
    return "\n".join([*notes, *([order.text] if not all(notes) else [])])
