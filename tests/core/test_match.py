"""A token routes, a known party is believed, a subject tag is only a hint, and a quarrel decides nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.match import Carriers, Known, Match, Route, carriers, match
from mailbot.core.message import Incoming
from mailbot.core.reference import reference
from mailbot.core.token import Audience, Token, TokenKeys, person_number

TODAY = date(2026, 11, 20)
KEYS = TokenKeys("privacy@company.test", {"a": b"a" * 32}, "a")
HANA, BOSS = person_number("hana"), person_number("boss")
LAST_DAY = TODAY + timedelta(days=90)


def to_requester(case_id: int) -> Token:
    return Token(Audience.REQUESTER, case_id, 0, LAST_DAY)


def to_staff(case_id: int, person: int = HANA) -> Token:
    return Token(Audience.STAFF, case_id, person, LAST_DAY)


def to_manager(case_id: int, person: int = BOSS) -> Token:
    return Token(Audience.MANAGER, case_id, person, LAST_DAY)


REF, OTHER_REF, STRANGE_REF = (reference("KJ", 2026, number) for number in (1, 2, 3))
NOBODY = Known({}, {REF: 1, OTHER_REF: 2}, parties=(), staff=())
PARTY = replace(NOBODY, parties=(1,))
STAFF = replace(NOBODY, staff=("hana",))
MAILS = {
    "<ack@company.test>": (1, Audience.REQUESTER),
    "<notice@company.test>": (1, Audience.STAFF),
    "<digest@company.test>": (0, Audience.MANAGER),
    "<other@company.test>": (2, Audience.REQUESTER),
}
FOLLOW_UP, RELATED = Match(Route.FOLLOW_UP, 1, "token"), Match(Route.RELATED, 1, "token")
AS_STAFF, REFUSED = Match(Route.STAFF, 1, "token"), Match(Route.REFUSED, 1, "token")

ROWS = [
    ("nothing carried", Carriers(), PARTY, Match(Route.NEW)),
    ("a token from the party", Carriers((to_requester(1),)), PARTY, FOLLOW_UP),
    ("a token from a stranger", Carriers((to_requester(1),)), NOBODY, RELATED),
    ("a token from the party of another case", Carriers((to_requester(2),)), PARTY, Match(Route.RELATED, 2, "token")),
    ("a token and a tag that differ", Carriers((to_requester(1),), references=(OTHER_REF,)), PARTY, FOLLOW_UP),
    ("our mail from the party", Carriers((), ("<ack@company.test>",)), PARTY, FOLLOW_UP),
    ("our mail from a stranger", Carriers((), ("<ack@company.test>",)), NOBODY, RELATED),
    ("somebody else's mail", Carriers((), ("<ticket@shop.test>",)), PARTY, Match(Route.NEW)),
    ("two tokens of two cases", Carriers((to_requester(1), to_requester(2))), PARTY, Match(Route.DISAGREE)),
    (
        "token and mail of two cases",
        Carriers((to_requester(1),), ("<other@company.test>",)),
        PARTY,
        Match(Route.DISAGREE),
    ),
    ("mails of two cases", Carriers((), ("<ack@company.test>", "<other@company.test>")), PARTY, Match(Route.DISAGREE)),
    (
        "staff token of one, requester's of another",
        Carriers((to_staff(1), to_requester(2))),
        STAFF,
        Match(Route.DISAGREE),
    ),
    ("token and mail of one case", Carriers((to_requester(1),), ("<ack@company.test>",)), PARTY, FOLLOW_UP),
    ("a staff token from that person", Carriers((to_staff(1),)), STAFF, AS_STAFF),
    ("a staff token from another person", Carriers((to_staff(1, BOSS),)), STAFF, REFUSED),
    ("a staff token from the requester", Carriers((to_staff(1),)), PARTY, REFUSED),
    ("a staff token from a stranger", Carriers((to_staff(1),)), NOBODY, REFUSED),
    ("a manager's token from that person", Carriers((to_manager(1),)), replace(STAFF, staff=("boss",)), AS_STAFF),
    ("a manager's token from a handler", Carriers((to_manager(1),)), STAFF, REFUSED),
    (
        "a manager's token of the office",
        Carriers((to_manager(0),)),
        replace(STAFF, staff=("boss",)),
        Match(Route.STAFF, 0, "token"),
    ),
    ("one of two staff tokens is theirs", Carriers((to_staff(1, BOSS), to_staff(1))), STAFF, AS_STAFF),
    ("our notice without its token", Carriers((), ("<notice@company.test>",)), STAFF, REFUSED),
    ("our notice from the requester", Carriers((), ("<notice@company.test>",)), PARTY, REFUSED),
    ("our digest from a stranger", Carriers((), ("<digest@company.test>",)), NOBODY, Match(Route.REFUSED, 0, "token")),
    ("a notice and a requester's token", Carriers((to_requester(1),), ("<notice@company.test>",)), PARTY, REFUSED),
    ("a requester's token from staff", Carriers((to_requester(1),)), STAFF, RELATED),
    ("a tag from the party", Carriers(references=(REF,)), PARTY, Match(Route.FOLLOW_UP, 1, "tag")),
    ("a tag from a stranger", Carriers(references=(REF,)), NOBODY, Match(Route.RELATED, 1, "tag")),
    ("a tag of another's case", Carriers(references=(OTHER_REF,)), PARTY, Match(Route.RELATED, 2, "tag")),
    ("a tag from staff", Carriers(references=(REF,)), STAFF, Match(Route.REFUSED, 1, "tag")),
    ("a tag of nobody", Carriers(references=(STRANGE_REF,)), PARTY, Match(Route.NEW)),
    ("two tags", Carriers(references=(REF, OTHER_REF)), PARTY, Match(Route.DISAGREE)),
    ("two tags, one of nobody", Carriers(references=(REF, STRANGE_REF)), PARTY, Match(Route.FOLLOW_UP, 1, "tag")),
]


@pytest.mark.parametrize(("carried", "known", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_where_a_message_goes(carried: Carriers, known: Known, expected: Match) -> None:
    assert match(carried, replace(known, mails=MAILS)) == expected


TOKENS = st.builds(
    Token,
    st.sampled_from(Audience),
    st.integers(0, 2),
    st.sampled_from([0, HANA, BOSS]),
    st.just(LAST_DAY),
)
CARRIED = st.builds(
    Carriers,
    st.lists(TOKENS, max_size=3).map(tuple),
    st.lists(st.sampled_from(sorted(MAILS)), max_size=2).map(tuple),
    st.lists(st.sampled_from([REF, OTHER_REF, STRANGE_REF]), max_size=2).map(tuple),
)
KNOWN = st.builds(
    Known,
    st.just(MAILS),
    st.just({REF: 1, OTHER_REF: 2}),
    st.sets(st.integers(1, 2)),
    st.sets(st.sampled_from(["hana", "boss"])),
)


@given(CARRIED, KNOWN)
def test_staff_need_a_token_of_their_own_and_requesters_a_case_of_their_own(carried: Carriers, known: Known) -> None:
    found = match(carried, known)
    if found.route is Route.STAFF:
        mine = [token for token in carried.tokens if token.person in {person_number(one) for one in known.staff}]
        assert any(token.audience is not Audience.REQUESTER and token.case_id == found.case_id for token in mine)
    if found.route is Route.FOLLOW_UP:
        assert found.case_id in known.parties
    if found.route in {Route.NEW, Route.DISAGREE}:
        assert found.case_id is None


@given(CARRIED, KNOWN)
def test_nobody_unknown_ever_joins_a_case(carried: Carriers, known: Known) -> None:
    found = match(carried, replace(known, parties=(), staff=()))
    assert found.route not in {Route.FOLLOW_UP, Route.STAFF}


# Reading the carriers.

TEXT = KEYS.mint(to_requester(7))
OLD = KEYS.mint(replace(to_requester(7), expires_on=TODAY - timedelta(days=1)))
OWN_ID = f"<cv1.{TEXT}.0123456789abcdef@company.test>"
PLACES = [
    ("To", Incoming(to=(f"privacy+{TEXT}@company.test",)), 1),
    ("To in upper case", Incoming(to=(f"PRIVACY+{TEXT.upper()}@COMPANY.TEST",)), 1),
    ("Cc", Incoming(cc=("sato@people.test", f"privacy+{TEXT}@company.test")), 1),
    ("In-Reply-To", Incoming(in_reply_to=(OWN_ID,)), 1),
    ("References", Incoming(references=("<x@people.test>", OWN_ID)), 1),
    ("everywhere", Incoming(to=(f"privacy+{TEXT}@company.test",), in_reply_to=(OWN_ID,), references=(OWN_ID,)), 1),
    ("Subject", Incoming(subject=TEXT), 0),
    ("body", Incoming(text=TEXT, reply_text=TEXT), 0),
    ("its own Message-ID", Incoming(message_id=OWN_ID), 0),
    ("an expired one", Incoming(references=(OWN_ID.replace(TEXT, OLD),)), 0),
    ("a forged one", Incoming(references=(OWN_ID.replace(TEXT, TEXT[:-1] + ("a" if TEXT[-1] != "a" else "b")),)), 0),
]


@pytest.mark.parametrize(("incoming", "count"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_token_is_read_where_a_mail_client_puts_it(incoming: Incoming, count: int) -> None:
    assert carriers(incoming, KEYS, TODAY).tokens == (to_requester(7),) * count


def test_ids_and_references_are_carried_once_each() -> None:
    incoming = Incoming(
        subject=f"Re: [{REF}] FW: {REF.lower()} {REF[:-1]}?",
        in_reply_to=("<a@people.test>",),
        references=("<b@people.test>", "<a@people.test>"),
    )
    found = carriers(incoming, KEYS, TODAY)
    assert found == Carriers((), ("<a@people.test>", "<b@people.test>"), (REF,))
