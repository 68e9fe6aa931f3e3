"""Which case a message belongs to: by our token or Message-ID with a known party; a subject tag is only a hint.

A token routes, the strict sender must be a party of the case; carriers that disagree decide nothing. The one mail
that carries nothing and belongs somewhere all the same is the password that follows an encrypted attachment.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailbot.core.marks import PASSWORD, marks_of
from mailbot.core.message import Incoming
from mailbot.core.reference import references_in
from mailbot.core.token import Audience, Token, TokenKeys, person_number, tokens_in


class Route(StrEnum):
    """Where a message goes. NEW opens a case; RELATED too, with a hint at the case its carriers named."""

    NEW = "new"
    FOLLOW_UP = "follow_up"
    STAFF = "staff"
    RELATED = "related"
    DISAGREE = "carriers_disagree"
    REFUSED = "staff_not_proved"


@dataclass(frozen=True, slots=True)
class Carriers:
    """What a message carries: valid tokens, ids that may be our own mails, well-formed references in the subject.

    `is_password` says that the mail brings the password of something sent before.
    """

    tokens: tuple[Token, ...] = ()
    message_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    is_password: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the store answers about those carriers.

    `mails` maps a Message-ID of ours to (case id, audience), `cases` a reference to its case id,
    `parties` are the case ids the strict sender is a party of, `locked` those of them with an encrypted attachment,
    `staff` the ids of roster members whose address the sender has.
    """

    mails: Mapping[str, tuple[int, Audience]]
    cases: Mapping[str, int]
    parties: Collection[int]
    staff: Collection[str]
    locked: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The route, the case it concerns (None for NEW and DISAGREE), and the carrier: `token`, `tag` or `password`."""

    route: Route
    case_id: int | None = None
    by: str = ""


def carriers(incoming: Incoming, keys: TokenKeys, today: date) -> Carriers:
    """Read the carriers of a message; only tokens that verify count."""
    ids = (*incoming.in_reply_to, *incoming.references)
    places = (*incoming.to, *incoming.cc, *ids)
    found = (keys.verify(text, today) for place in places for text in tokens_in(place))
    return Carriers(
        tokens=tuple(dict.fromkeys(token for token in found if token)),
        message_ids=tuple(dict.fromkeys(ids)),
        references=references_in(incoming.subject),
        is_password=PASSWORD in marks_of(incoming),
    )


def match(carried: Carriers, known: Known) -> Match:
    """Decide the route of a message that a person wrote."""
    persons = {person_number(staff_id) for staff_id in known.staff}
    mails = [known.mails[message_id] for message_id in carried.message_ids if message_id in known.mails]
    staff_tokens = [token for token in carried.tokens if token.audience is not Audience.REQUESTER]
    case_ids = {token.case_id for token in carried.tokens} | {case_id for case_id, _ in mails}
    if len(case_ids) > 1:
        return Match(Route.DISAGREE)
    if staff_tokens or any(audience is not Audience.REQUESTER for _, audience in mails):
        proved = any(token.person in persons for token in staff_tokens)
        return Match(Route.STAFF if proved else Route.REFUSED, case_ids.pop(), "token")
    if case_ids:
        case_id = case_ids.pop()
        return Match(Route.FOLLOW_UP if case_id in known.parties else Route.RELATED, case_id, "token")
    return _by_tag(carried, known)


def _by_tag(carried: Carriers, known: Known) -> Match:
    case_ids = {known.cases[ref] for ref in carried.references if ref in known.cases}
    if len(case_ids) > 1:
        return Match(Route.DISAGREE)
    if not case_ids and carried.is_password and known.locked and not known.staff:
        return Match(Route.FOLLOW_UP, max(known.locked), "password")
    if not case_ids:
        return Match(Route.NEW)
    case_id = case_ids.pop()
    if known.staff:
        return Match(Route.REFUSED, case_id, "tag")
    return Match(Route.FOLLOW_UP if case_id in known.parties else Route.RELATED, case_id, "tag")
