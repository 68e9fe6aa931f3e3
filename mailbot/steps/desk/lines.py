"""Answers to a digest: each command acts on what its line of that very digest showed, all of them or none.

Which digest is meant is never guessed: its Message-ID in the thread says it, else the serial number in the subject.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.core.case import Case, fold
from mailbot.core.decide import decide_staff
from mailbot.core.desk.commands import COMMANDS
from mailbot.core.desk.order import Command, Order
from mailbot.core.desk.plan import plan
from mailbot.core.desk.scene import NotDone
from mailbot.core.letters import Said
from mailbot.steps.desk.acting import Acting, Result, answer, letters_queued, named_cases, scene_of
from mailbot.steps.desk.approving import settled_by_line
from mailbot.steps.desk.carrying import extras
from mailbot.steps.desk.showing import Rows, shown
from mailbot.steps.done import Also, due_after
from mailbot.store.answers import Digest, digest_numbered, digests_among, line_of
from mailbot.store.cases import Snapshot, snapshots
from mailbot.store.engine import read
from mailbot.store.mail import Post
from mailbot.store.tables import OFFICE

_SERIAL = re.compile(r"\[mailbot\][^#]{0,60}#([0-9]{1,9})(?![0-9])")
_SUBJECT_CHARS = 300
_APPROVALS = {"approve", "deny"}
_ON_LINES = {name for name, spec in COMMANDS.items() if spec.arguments.takes_number}
"""What can be done by the number of a line; every other command is for the thread of its case."""
_ANYWHERE = {"list", "help", "absent"}


@dataclass(frozen=True, slots=True)
class Aim:
    """A command and what it is for: the case, the effect its line showed ("" for none), the digest (None: by name)."""

    command: Command
    case_id: int
    effect_id: str = ""
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What the commands for one case come to: everything that is written, lines and rows of the receipt."""

    acting: Acting
    result: Result
    said: tuple[Said, ...]
    rows: Rows
    case: Case


def is_answer(commands: Sequence[Command]) -> bool:
    """Say whether the commands of a mail name lines of a digest, or several cases."""
    targets = {one.target for one in commands if one.target}
    return len(targets) > 1 or any(target.isdecimal() for target in targets)


def answered(acting: Acting, order: Order) -> tuple[Acting, Result]:
    """Return what an answer to a digest makes happen, and where its mail is kept. Raises NotDone, and nothing does."""
    aims = _aims(acting, order.commands)
    cases = _snapshots(acting, aims)
    home = cases[_home(aims, order.text)]
    parts = [_part(replace(acting, snapshot=cases[case_id]), mine, order.text) for case_id, mine in _by_case(aims)]
    there = replace(acting, snapshot=home)
    return there, sum((_joined(part, home) for part in parts), _receipt(there, cases[OFFICE], parts, order))


def _aims(acting: Acting, commands: Sequence[Command]) -> list[Aim]:
    """Return what each command is for. Raises NotDone for the first that cannot be told."""
    digest = _digest(acting, commands)
    named = named_cases(acting.parts, [one.target for one in commands])
    with read(acting.parts.engine) as connection:
        found = [
            (one, line_of(connection, digest.serial, int(one.target)) if digest and one.target.isdecimal() else None)
            for one in commands
        ]
    aims = []
    for one, line in found:
        if one.name not in _ON_LINES | _ANYWHERE:
            raise NotDone("one_case", one.line)
        if line:
            aims.append(Aim(one, line.case_id, line.effect_id, digest))
        else:
            aims.append(_by_name(one, {ref: case_id for ref, (case_id, _) in named.items()}))
    return aims


def _by_name(command: Command, named: dict[str, int]) -> Aim:
    """Return the aim of a command that names a case, or needs none."""
    if command.target.isdecimal():
        raise NotDone("no_line", command.line)
    if command.name in _APPROVALS:
        raise NotDone("needs_code", command.line)
    if command.name in _ANYWHERE:
        return Aim(command, OFFICE)
    if command.target not in named:
        raise NotDone("unknown_ref" if command.target else "no_case", command.line)
    return Aim(command, named[command.target])


def _digest(acting: Acting, commands: Sequence[Command]) -> Digest | None:
    """Return the digest whose lines are meant, None where no line is. Raises NotDone where that is not certain."""
    numbered = next((one for one in commands if one.target.isdecimal()), None)
    if numbered is None:
        return None
    mail, person = acting.incoming, acting.person.id
    with read(acting.parts.engine) as connection:
        answered_to = digests_among(connection, mail.in_reply_to, person)
        found = answered_to or digests_among(connection, mail.references, person)
        serial = _serial(mail.subject)
        told = digest_numbered(connection, serial, person) if serial else None
    meant = {one.serial: one for one in (*found, *([told] if told else []))}
    if len(meant) != 1 or (serial and told is None):
        raise NotDone("which_digest", numbered.line)
    return next(iter(meant.values()))


def _serial(subject: str) -> int:
    """Return the serial number of the digest that a subject names, 0 for none."""
    found = _SERIAL.search(unicodedata.normalize("NFKC", subject[:_SUBJECT_CHARS]))
    return int(found[1]) if found else 0


def _snapshots(acting: Acting, aims: Sequence[Aim]) -> dict[int, Snapshot]:
    with read(acting.parts.engine) as connection:
        return snapshots(connection, {OFFICE, *(one.case_id for one in aims)})


def _home(aims: Sequence[Aim], text: str) -> int:
    """Return the case that keeps the mail: the one its words are about, so that they are destroyed with it.

    Raises NotDone where the words are about several: one key cannot seal them.
    """
    cases = list(dict.fromkeys(one.case_id for one in aims))
    worded = dict.fromkeys(one.case_id for one in aims if _has_words(one.command, text))
    if len(worded) > 1:
        raise NotDone("words_of_several", next(one.command.line for one in aims if _has_words(one.command, text)))
    return next(iter(worded), cases[0] if len(cases) == 1 else OFFICE)


def _has_words(command: Command, text: str) -> bool:
    """Say whether a command holds free words, on its line or below."""
    return bool(command.text.strip()) or (_takes_words(command) and bool(text.strip()))


def _takes_words(command: Command) -> bool:
    """Say whether the words below the commands belong to one of them."""
    return command.name == "deny" or (command.name == "note" and not command.text.strip())


def _by_case(aims: Sequence[Aim]) -> Iterator[tuple[int, list[Aim]]]:
    for case_id in dict.fromkeys(one.case_id for one in aims):
        yield case_id, [one for one in aims if one.case_id == case_id]


def _part(acting: Acting, aims: Sequence[Aim], text: str) -> Part:
    """Do what is asked of one case: everyday acts first, then the approval. Raises NotDone."""
    everyday = [one.command for one in aims if one.command.name not in _APPROVALS]
    approvals = [one for one in aims if one.command.name in _APPROVALS]
    if len(approvals) > 1:  # the first may change what the second would do
        raise NotDone("one_approval", approvals[1].command.line)
    _each_once(everyday)
    scene = scene_of(acting, everyday, text if any(_takes_words(one) for one in everyday) else "")
    act = plan(scene, everyday).at_once
    after = scene.after(act.events)
    look = shown(acting, after, act.extras)
    result = Result(events=act.events) + extras(acting, after, act.extras) + look.result
    part = Part(acting, result, (*act.said, *look.said), look.rows, after.case)
    return _with_approval(part, approvals[0], text) if approvals else part


def _each_once(commands: Sequence[Command]) -> None:
    """Refuse a command that stands twice for one case, by number and by name; notes may, and what only shows."""
    met = set[str]()
    for one in commands:
        if one.name in met and one.name in {"take", "assign", "snooze"}:
            raise NotDone("twice", one.line)
        met.add(one.name)


def _with_approval(part: Part, aim: Aim, text: str) -> Part:
    if aim.digest is None:
        raise NotDone("needs_code", aim.command.line)
    acting = replace(part.acting, snapshot=replace(part.acting.snapshot, case=part.case))
    reason = "\n".join(filter(None, (aim.command.text.strip(), text.strip())))
    done = settled_by_line(acting, aim.command, aim.effect_id, aim.digest, reason)
    return replace(part, result=part.result + done.result, said=(*part.said, *done.said), case=done.case)


def _joined(part: Part, home: Snapshot) -> Result:
    """Return what one case adds to the whole; beside the case that keeps the mail, each hears of it by itself."""
    acting, case_id = part.acting, part.acting.snapshot.case_id
    posts = tuple(replace(one, key=_apart(one, case_id)) for one in part.result.posts)
    result = replace(part.result, posts=posts)
    if case_id == home.case_id:
        return result
    wrote = decide_staff(acting.message, acting.person.id, acting.now, is_proved=acting.is_proved)
    events = (*wrote, *result.events, *letters_queued(acting, result))
    due = due_after(acting.snapshot.case, fold(events, acting.snapshot.case), acting.rules, acting.now)
    return replace(result, events=(), also=(*result.also, Also(acting.snapshot, events, due)))


def _apart(post: Post, case_id: int) -> str:
    """Return the key of a mail to staff: one mail of theirs may cause the same mail in several cases."""
    return f"{post.key}.{case_id}" if post.audience == "staff" else post.key


def _receipt(acting: Acting, office: Snapshot, parts: Sequence[Part], order: Order) -> Result:
    """Return the one receipt: every line with the case it meant."""
    said = [_named(one, part.case.ref) for part in parts for one in part.said]
    if order.text.strip() and not any(_takes_words(one) for one in order.commands):
        said.append(Said("words_unused"))
    case = parts[0].case if len(parts) == 1 else office.case
    rows = tuple(row for part in parts for row in _headed(part, is_alone=len(parts) == 1))
    return answer(acting, said, case, rows=rows)


def _named(said: Said, ref: str) -> Said:
    return replace(said, line=f"{said.line} [{ref}]") if said.line and ref else said


def _headed(part: Part, *, is_alone: bool) -> Rows:
    """Return the rows that a case shows, under its reference where several show any."""
    if is_alone or not part.rows or not part.case.ref or part.rows[0][0] == part.case.ref:
        return part.rows
    about = Said("row_case", {"state": part.case.state.value, "handler": part.case.handler})
    return ((part.case.ref, about), *part.rows)
