"""From the order of a staff mail to what happens at once and what is offered for a code.

Everyday acts happen at once, all or none. Whatever would leave, or weighs more, is offered: the preview shows exactly
what would happen, and a code stands for exactly that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.core.desk.everyday import EVERYDAY
from mailbot.core.desk.identity import tier_needed
from mailbot.core.desk.levels import Level
from mailbot.core.desk.order import Command
from mailbot.core.desk.outcomes import FULL, owed
from mailbot.core.desk.scene import Act, LetterOrder, NotDone, Scene
from mailbot.core.desk.telling import REPORT
from mailbot.core.desk.weighty import WEIGHTY, level_of
from mailbot.core.events import Event, Name


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the author may let happen by a code: the commands and words it is made of, and what it would do.

    `code` names its label (`send`, `send_close`, `send_verify_close`, `act`, `to_manager`).
    """

    code: str
    commands: tuple[Command, ...]
    text: str
    act: Act
    level: Level


@dataclass(frozen=True, slots=True)
class Plan:
    """What a staff mail makes happen at once, and what it offers; the offers exclude each other."""

    at_once: Act
    offers: tuple[Offer, ...] = ()


def plan(scene: Scene, commands: Sequence[Command]) -> Plan:
    """Return what commands and the words below them make happen. Raises NotDone, and then nothing does."""
    everyday = [one for one in commands if one.name in EVERYDAY]
    weighty = tuple(one for one in commands if one.name in WEIGHTY)
    at_once = Act()
    for command in everyday:
        at_once += EVERYDAY[command.name](scene.after(at_once.events), command)
    scene = scene.after(at_once.events)
    words = "" if any(_takes_words(one) for one in everyday) else scene.text.strip()
    if not weighty and not words:
        return Plan(at_once)
    scene = replace(scene, text=words)
    if words and all(_is_beside_a_reply(one) for one in weighty):
        return Plan(at_once, (_offer("send", scene, weighty, words), *_closing(scene, weighty, words)))
    return Plan(at_once, (_offer("act", scene, weighty, words),))


def carry_out(scene: Scene, commands: Sequence[Command], text: str, effect_id: str) -> Act:
    """Return what an offered effect does to the case as it stands now. Raises NotDone when it cannot any more."""
    return keyed(_weigh(replace(scene, text=text), commands)[0], effect_id)


def keyed(act: Act, effect_id: str) -> Act:
    """Give every letter the key of its mail, and every decision and status report the mail it waits for."""
    letters = tuple(replace(one, key=one.key or f"letter:{effect_id}:{place}") for place, one in enumerate(act.letters))
    mails = {
        Name.REQUEST_DECIDED: {number: one.key for one in letters for number in one.numbers if one.outcome},
        Name.STATUS_LETTER_WRITTEN: {
            number: one.key for one in letters for number in one.numbers if one.template == REPORT
        },
    }
    return replace(act, letters=letters, events=tuple(_with_mail(event, mails) for event in act.events))


def _with_mail(event: Event, mails: Mapping[Name, Mapping[int, str]]) -> Event:
    if event.name not in mails:
        return event
    return replace(event, data={**event.data, "mail": mails[event.name].get(event.request or 0, "")})


def _offer(code: str, scene: Scene, commands: tuple[Command, ...], words: str) -> Offer:
    act, level = _weigh(scene, commands)
    return Offer("to_manager" if level is Level.MANAGER else code, commands, words, act, level)


def _weigh(scene: Scene, commands: Sequence[Command]) -> tuple[Act, Level]:
    """Return what weighty commands do one after the other; words that no letter took leave as they are."""
    act, level = Act(), Level.CODE
    for command in commands:
        here = scene.after(act.events)
        done = WEIGHTY[command.name](here, command)
        level = max(level, level_of(here, command, done))
        act += done
    if scene.text.strip() and not act.letters:
        act += Act(letters=(LetterOrder("relay", "", text=scene.text.strip()),))
    if not act.events and not act.letters:
        raise NotDone("no_draft", commands[0].line if commands else "")
    return act, level


def _closing(scene: Scene, commands: tuple[Command, ...], words: str) -> list[Offer]:
    """Offer to let a plain answer decide everything that is open, where a person's own words may."""
    undecided = scene.case.undecided
    debts = [owed(one.kind, FULL) for one in undecided]
    if not words or not undecided or any(debt is None or not debt.in_own_words for debt in debts):
        return []
    needed = tier_needed(undecided, scene.rules.policy)
    is_checked = needed <= (scene.case.identity or 0) or any(one.name == "verify" for one in commands)
    verifying = () if is_checked else (_tapped("verify", "facts"),)
    code = "send_close" if is_checked else "send_verify_close"
    try:
        return [_offer(code, scene, (*commands, *verifying, _tapped("grant")), words)]
    except NotDone:
        return []


def _is_beside_a_reply(command: Command) -> bool:
    """Say whether a mail with this command is a plain reply all the same: `/verify`, and `/send` without a letter."""
    return command.name == "verify" or (command.name == "send" and not command.words)


def _takes_words(command: Command) -> bool:
    """Say whether an everyday act uses up what stands below the commands."""
    if command.name == "note":
        return not command.text.strip()
    return command.name == "ask" and command.words[:1] == ("scope",)


def _tapped(name: str, *words: str) -> Command:
    """Return a command that nobody typed: the tap on an offer stands for it."""
    return Command(name, words, "", (), "", "")
