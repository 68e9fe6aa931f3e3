"""Which case a message belongs to: by our token or Message-ID with a known party; a subject tag is only a hint.

A token routes, the strict sender must be a party of the case; carriers that disagree decide nothing. The one mail
that carries nothing and belongs somewhere all the same is the password that follows an encrypted attachment. Mail
with a roster address that brings no token of that very person never acts and opens no case where it wanted to act.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mailbot.core.marks import PASSWORD, marks_of
from mailbot.core.message import Incoming
from mailbot.core.reference import references_in
from mailbot.core.token import Audience, Token, TokenKeys, person_number, tokens_in

OFFICE = 0
"""The case id of what concerns no single case: digests, and the staff's orders to the desk itself."""
# What only its own person may use; an answer to a challenge comes from staff too. BOUNCE tokens route no person's mail
_ACTING = frozenset({Audience.STAFF, Audience.MANAGER, Audience.CHALLENGE})
_LONGEST_LINE = 200
_REF_LINE = re.compile(r"[\W_]*ref\s*:\s*<?([a-z0-9]+)", re.IGNORECASE)
_ORDER = re.compile(
    r"/|#[^\W\d_]|(?:送信|承認|確認|差戻し?|send|approve|confirm|deny)\s*[a-z2-9]{5}[- ]?[a-z2-9]{5}(?![a-z0-9])",
    re.IGNORECASE,
)


class Route(StrEnum):
    """Where a message goes. NEW opens a case; RELATED too, with a hint at the case its carriers named.

    REFUSED is mail that only staff could have meant to send, and that brings no token of its sender.
    """

    NEW = "new"
    FOLLOW_UP = "follow_up"
    STAFF = "staff"
    RELATED = "related"
    DISAGREE = "carriers_disagree"
    REFUSED = "staff_not_proved"


@dataclass(frozen=True, slots=True)
class Carriers:
    """What a message carries: valid tokens, ids that may be our own mails, well-formed references in the subject.

    `is_password` says that the mail brings the password of something sent before, `is_broken` that it has the form
    of an answer to us and no token that verifies, `is_order` that its first words read like a command or a
    confirmation.
    """

    tokens: tuple[Token, ...] = ()
    message_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    is_password: bool = False
    is_broken: bool = False
    is_order: bool = False


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
    """The route, the case it concerns (None for NEW and DISAGREE), and the carrier: `token`, `tag` or `password`.

    `tag_differs` is a reference of another case in the subject, "" for none: staff are warned. `persons` are the ids
    of the staff whose own token came (STAFF), or whose address the mail bears and who are to be told (REFUSED and
    DISAGREE; none where a stranger sent a token of staff). A REFUSED order that names no case has the case id
    OFFICE, any other None.
    """

    route: Route
    case_id: int | None = None
    by: str = ""
    tag_differs: str = ""
    persons: tuple[str, ...] = ()


def carriers(incoming: Incoming, keys: TokenKeys, today: date) -> Carriers:
    """Read the four carriers of a message: plus address, Message-ID, subject tag, `ref:` line; one `verify` for all."""
    ids = (*incoming.in_reply_to, *incoming.references)
    places = (*incoming.to, *incoming.cc, *incoming.delivered_to, *ids)
    quoted = [text for line in _ref_lines(incoming.text) for text in tokens_in(line)]
    texts = dict.fromkeys([*(text for place in places for text in tokens_in(place)), *quoted])
    tokens = tuple(dict.fromkeys(token for text in texts if (token := keys.verify(text, today))))
    names_us = bool(quoted) or any(_names_us(place, keys.mailbox) for place in places)
    return Carriers(
        tokens=tokens,
        message_ids=tuple(dict.fromkeys(ids)),
        references=references_in(incoming.subject),
        is_password=PASSWORD in marks_of(incoming),
        is_broken=names_us and not tokens,
        is_order=looks_like_order(incoming.reply_text),
    )


def looks_like_order(text: str) -> bool:
    """Whether the newest words begin like a command (`/take`, `＃担当`) or a confirmation (`送信 …`, `approve …`)."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _ORDER.match(unicodedata.normalize("NFKC", first[:_LONGEST_LINE]).strip()) is not None


def match(carried: Carriers, known: Known) -> Match:
    """Decide the route of a message that a person wrote."""
    tokens = [token for token in carried.tokens if token.audience is not Audience.BOUNCE]
    mails = [known.mails[message_id] for message_id in carried.message_ids if message_id in known.mails]
    case_ids = {token.case_id for token in tokens} | {case_id for case_id, _ in mails}
    if len(case_ids) > 1:
        return Match(Route.DISAGREE, persons=tuple(known.staff))
    if not case_ids:
        return _by_tag(carried, known)
    case_id = case_ids.pop()
    acting = {token.person for token in tokens if token.audience in _ACTING}
    is_for_staff = bool(acting) or any(audience is not Audience.REQUESTER for _, audience in mails)
    found = _as_staff(case_id, acting, known) if is_for_staff else _as_requester(case_id, carried, known)
    return replace(found, tag_differs=_other_tag(carried, known, case_id))


def _as_staff(case_id: int, acting: Collection[int], known: Known) -> Match:
    """Decide on an answer to a mail to staff; `acting` are the person numbers of the tokens that came with it."""
    proved = tuple(staff_id for staff_id in known.staff if person_number(staff_id) in acting)
    return Match(Route.STAFF if proved else Route.REFUSED, case_id, "token", persons=proved or tuple(known.staff))


def _as_requester(case_id: int, carried: Carriers, known: Known) -> Match:
    """Decide on an answer to a mail to the requester."""
    if case_id in known.parties:
        return Match(Route.FOLLOW_UP, case_id, "token")
    if known.staff and carried.is_order:  # somebody passed the requester's mail on to staff, and they answered it
        return Match(Route.REFUSED, case_id, "token", persons=tuple(known.staff))
    return Match(Route.RELATED, case_id, "token")


def _by_tag(carried: Carriers, known: Known) -> Match:
    case_ids = {known.cases[ref] for ref in carried.references if ref in known.cases}
    if len(case_ids) > 1:
        return Match(Route.DISAGREE, persons=tuple(known.staff))
    if not case_ids:
        return _without_case(carried, known)
    case_id = case_ids.pop()
    if known.staff:
        return Match(Route.REFUSED, case_id, "tag", persons=tuple(known.staff))
    return Match(Route.FOLLOW_UP if case_id in known.parties else Route.RELATED, case_id, "tag")


def _without_case(carried: Carriers, known: Known) -> Match:
    """Decide on a message that names no case; a member of staff may well ask for their own data, in plain words."""
    persons = tuple(known.staff)
    if carried.is_password and known.locked and not persons:
        return Match(Route.FOLLOW_UP, max(known.locked), "password")
    if persons and carried.is_broken:
        return Match(Route.REFUSED, None, "token", persons=persons)
    return Match(Route.REFUSED, OFFICE, persons=persons) if persons and carried.is_order else Match(Route.NEW)


def _other_tag(carried: Carriers, known: Known, case_id: int) -> str:
    """Return the first reference in the subject that is another case's."""
    return next((ref for ref in carried.references if known.cases.get(ref, case_id) != case_id), "")


def _ref_lines(text: str) -> Iterator[str]:
    """Yield the words behind `ref:` in every line that begins with it, however it is quoted or widened."""
    for line in text.splitlines():
        if len(line) <= _LONGEST_LINE and (found := _REF_LINE.match(unicodedata.normalize("NFKC", line))):
            yield found[1]


def _names_us(place: str, mailbox: str) -> bool:
    """Whether an id or address has the form in which we carry a token, with or without one."""
    local, _, domain = mailbox.lower().rpartition("@")
    place = place.lower()
    return place.startswith("<cv1.") or (place.startswith(f"{local}+") and place.endswith(f"@{domain}"))
