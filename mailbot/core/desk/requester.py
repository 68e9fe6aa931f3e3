"""What a requester can do by mail: ask how it stands, withdraw, say that they were misread, send papers.

The token and the case's own address route the mail and let it act (level REQUESTER); a subject tag alone does not.
"""

import unicodedata

from mailbot.core.case import Case
from mailbot.core.decide import Arrived
from mailbot.core.desk.outcomes import WITHDRAWN
from mailbot.core.desk.scene import Act, LetterOrder, Scene
from mailbot.core.events import Event, Json, Name
from mailbot.core.transitions import State

BY_TOKEN = "token"  # noqa: S105 -- the name of a carrier
DISPUTED, STATUS_SENT, WITHDREW, PAPERS, REOPENED, MUTED = (
    "reading_disputed",
    "status_sent",
    "withdrew",
    "papers_arrived",
    "reopened",
    "muted",
)
"""Codes of what a message made happen by itself, for the notice."""

_MISREAD = (
    *(
        "誤解",
        "そうではなく",
        "そうではありません",
        "意図と違",
        "意図とは違",
        "内容が違",
        "内容は違",
        "違っています",
        "違います",
    ),
    *("間違って理解", "間違って受け", "そういう意味では", "依頼していません", "お願いしていません", "お願いしたのは"),
    *("not what i meant", "not what i asked", "misunderstood", "misread", "misunderstanding", "got it wrong"),
    *("i did not ask", "i didn't ask", "is wrong", "is not correct", "isn't correct", "not correct"),
)
_STATUS = (
    *("how does it stand", "how do things stand", "where do things stand", "an update", "any update", "any progress"),
    *("not heard from you", "not heard back", "まだでしょうか", "どうなりました", "どうなってい"),
)
"""What asks for the status in an answer to us, beside the words that the classifier knows in any mail."""
_WORDS_LOOKED_AT = 2_000


def react(scene: Scene, arrived: Arrived, words: str, by: str, attachments: int) -> tuple[Act, tuple[str, ...]]:
    """Return what a follow-up makes happen by itself, and the hints that staff are given.

    `scene` stands after the message joined the case; `words` are the newest words of the mail.
    """
    act = Act()
    hints: list[str] = []
    flags = arrived.verdict.flags
    if by == BY_TOKEN and ("wants_status" in flags or _has_any(words, _STATUS)) and _told(scene.case):
        act, hints = act + _status(scene), [*hints, STATUS_SENT]
    if by == BY_TOKEN and "withdraws" in flags and _only_withdraws(scene.case, arrived):
        act, hints = act + _withdrawn(scene), [*hints, WITHDREW]
    elif scene.case.undecided and disputes(words):
        flag: dict[str, Json] = {"flag": DISPUTED}
        act, hints = act + Act((Event(Name.FLAG_RAISED, scene.now, data=flag),)), [*hints, DISPUTED]
    if attachments and awaits_papers(scene.case):
        data: dict[str, Json] = {"message": arrived.message, "count": attachments}
        act, hints = act + Act((Event(Name.PAPERS_RECEIVED, scene.now, data=data),)), [*hints, PAPERS]
    return act, tuple(hints)


def muted(act: Act, hints: tuple[str, ...]) -> tuple[Act, tuple[str, ...]]:
    """Return what is left of it where no more letters go by themselves: what came is noted, a person does the rest."""
    events = tuple(one for one in act.events if one.name in {Name.PAPERS_RECEIVED, Name.FLAG_RAISED})
    return Act(events), (*(hint for hint in hints if hint not in {STATUS_SENT, WITHDREW}), MUTED)


def disputes(words: str) -> bool:
    """Say whether a requester tells us that we misread them."""
    return _has_any(words, _MISREAD)


def _has_any(words: str, cues: tuple[str, ...]) -> bool:
    plain = unicodedata.normalize("NFKC", words[:_WORDS_LOOKED_AT]).casefold().replace("\u2019", "'")
    return any(cue in plain for cue in cues)


def awaits_papers(case: Case) -> bool:
    """Say whether papers were asked for: what comes then is sealed apart and destroyed after the check (law §1)."""
    asked = ("awaiting_identity", "awaiting_mandate")
    return any(one.stops & set(asked) or one.mail.endswith(asked) for one in case.requests)


def _status(scene: Scene) -> Act:
    """Tell how it stands, once a day at most."""
    key = f"status:{scene.case.ref}:{scene.rules.calendar.local_day(scene.now)}"
    told: dict[str, Json] = {"mail": key}
    order = LetterOrder("status_reply", key, _told(scene.case))
    return Act((Event(Name.STATUS_TOLD, scene.now, data=told),), letters=(order,))


def _told(case: Case) -> tuple[int, ...]:
    """Return the requests a requester hears of: what was misread, or went on elsewhere, nobody here looks into."""
    return tuple(one.number for one in case.requests if one.state not in {State.DROPPED, State.MOVED})


def _only_withdraws(case: Case, arrived: Arrived) -> bool:
    known = {one.kind for one in case.requests} | {"inquiry", "not_for_us"}
    return bool(case.undecided) and all(asked.kind in known for asked in arrived.verdict.asked)


def _withdrawn(scene: Scene) -> Act:
    """Close what the requester takes back, with its letter; any reply to that opens it again."""
    key = f"withdrawn:{scene.message}"
    decided: dict[str, Json] = {"outcome": WITHDRAWN, "ground": "", "mail": key}
    numbers = tuple(one.number for one in scene.case.undecided)
    events = [Event(Name.REQUEST_DECIDED, scene.now, request=number, data=decided) for number in numbers]
    return Act(tuple(events), letters=(LetterOrder("closure", key, numbers, WITHDRAWN, facts={"why": WITHDRAWN}),))
