"""A token routes, a known party is believed, a subject tag is only a hint, and a quarrel decides nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.match import OFFICE, Carriers, Known, Match, Route, carriers, looks_like_order, match
from mailbot.core.message import Incoming
from mailbot.core.reader.headers.sender import normalise_address
from mailbot.core.reader.parse import parse
from mailbot.core.reference import reference
from mailbot.core.token import Audience, Token, TokenKeys, person_number
from tests.effort import within

TODAY = date(2026, 11, 20)
KEYS = TokenKeys("privacy@company.test", {"a": b"a" * 32}, "a")
HANA, BOSS = person_number("hana"), person_number("boss")
LAST_DAY = TODAY + timedelta(days=90)


def to_requester(case_id: int) -> Token:
    return Token(Audience.REQUESTER, case_id, 0, LAST_DAY)


def to_staff(case_id: int, person: int = HANA) -> Token:
    return Token(Audience.STAFF, case_id, person, LAST_DAY)


def to_bounce(case_id: int) -> Token:
    return Token(Audience.BOUNCE, case_id, 0, LAST_DAY)


def to_challenged(case_id: int, person: int = HANA) -> Token:
    return Token(Audience.CHALLENGE, case_id, person, LAST_DAY)


def to_manager(case_id: int, person: int = BOSS) -> Token:
    return Token(Audience.MANAGER, case_id, person, LAST_DAY)


REF, OTHER_REF, STRANGE_REF = (reference("KJ", 2026, number) for number in (1, 2, 3))
NOBODY = Known({}, {REF: 1, OTHER_REF: 2}, parties=(), staff=())
PARTY = replace(NOBODY, parties=(1,))
STAFF = replace(NOBODY, staff=("hana",))
BOTH = replace(NOBODY, staff=("hana", "boss"))
MAILS = {
    "<ack@company.test>": (1, Audience.REQUESTER),
    "<notice@company.test>": (1, Audience.STAFF),
    "<digest@company.test>": (0, Audience.MANAGER),
    "<other@company.test>": (2, Audience.REQUESTER),
}
FOLLOW_UP, RELATED = Match(Route.FOLLOW_UP, 1, "token"), Match(Route.RELATED, 1, "token")
AS_STAFF = Match(Route.STAFF, 1, "token", persons=("hana",))
AS_BOSS = Match(Route.STAFF, 1, "token", persons=("boss",))
REFUSED = Match(Route.REFUSED, 1, "token")
"""Nobody of the roster is to be told: the mail bears no roster address."""
REFUSED_HANA = Match(Route.REFUSED, 1, "token", persons=("hana",))
BOSS_KNOWN = replace(STAFF, staff=("boss",))

ROWS = [
    ("nothing carried", Carriers(), PARTY, Match(Route.NEW)),
    ("a token from the party", Carriers((to_requester(1),)), PARTY, FOLLOW_UP),
    ("a token from a stranger", Carriers((to_requester(1),)), NOBODY, RELATED),
    ("a token from the party of another case", Carriers((to_requester(2),)), PARTY, Match(Route.RELATED, 2, "token")),
    (
        "a token and a tag that differ",
        Carriers((to_requester(1),), references=(REF, OTHER_REF)),
        PARTY,
        replace(FOLLOW_UP, tag_differs=OTHER_REF),
    ),
    ("a token and its own tag", Carriers((to_requester(1),), references=(REF,)), PARTY, FOLLOW_UP),
    ("a token and a tag of nobody", Carriers((to_requester(1),), references=(STRANGE_REF,)), PARTY, FOLLOW_UP),
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
        Match(Route.DISAGREE, persons=("hana",)),
    ),
    ("token and mail of one case", Carriers((to_requester(1),), ("<ack@company.test>",)), PARTY, FOLLOW_UP),
    ("a staff token from that person", Carriers((to_staff(1),)), STAFF, AS_STAFF),
    ("a staff token from another person", Carriers((to_staff(1, BOSS),)), STAFF, REFUSED_HANA),
    (
        "a staff token and a tag that differ",
        Carriers((to_staff(1),), references=(OTHER_REF,)),
        STAFF,
        replace(AS_STAFF, tag_differs=OTHER_REF),
    ),
    ("a staff token and a requester's of one case", Carriers((to_requester(1), to_staff(1))), STAFF, AS_STAFF),
    ("a staff token of two who share an address", Carriers((to_staff(1, BOSS),)), BOTH, AS_BOSS),
    (
        "tokens of two who share an address",
        Carriers((to_staff(1, BOSS), to_staff(1))),
        BOTH,
        replace(AS_STAFF, persons=("hana", "boss")),
    ),
    ("a staff token from the requester", Carriers((to_staff(1),)), PARTY, REFUSED),
    ("a staff token from a stranger", Carriers((to_staff(1),)), NOBODY, REFUSED),
    ("a manager's token from that person", Carriers((to_manager(1),)), BOSS_KNOWN, AS_BOSS),
    ("a manager's token from a handler", Carriers((to_manager(1),)), STAFF, REFUSED_HANA),
    ("a manager's token of the office", Carriers((to_manager(OFFICE),)), BOSS_KNOWN, replace(AS_BOSS, case_id=OFFICE)),
    ("a staff token of the office", Carriers((to_staff(OFFICE),)), STAFF, replace(AS_STAFF, case_id=OFFICE)),
    ("a staff token of the office from another", Carriers((to_staff(0),)), NOBODY, replace(REFUSED, case_id=OFFICE)),
    ("a challenge's token from that person", Carriers((to_challenged(1),)), STAFF, AS_STAFF),
    ("a challenge's token from another", Carriers((to_challenged(1, BOSS),)), STAFF, REFUSED_HANA),
    ("a bounce's token from a person", Carriers((to_bounce(1),)), PARTY, Match(Route.NEW)),
    ("a bounce's token beside another case's", Carriers((to_bounce(2), to_requester(1))), PARTY, FOLLOW_UP),
    ("a bounce's token from staff", Carriers((to_bounce(1), to_staff(1, BOSS))), STAFF, REFUSED_HANA),
    ("one of two staff tokens is theirs", Carriers((to_staff(1, BOSS), to_staff(1))), STAFF, AS_STAFF),
    ("our notice without its token", Carriers((), ("<notice@company.test>",)), STAFF, REFUSED_HANA),
    ("our notice from the requester", Carriers((), ("<notice@company.test>",)), PARTY, REFUSED),
    ("our digest from a stranger", Carriers((), ("<digest@company.test>",)), NOBODY, Match(Route.REFUSED, 0, "token")),
    ("a notice and a requester's token", Carriers((to_requester(1),), ("<notice@company.test>",)), PARTY, REFUSED),
    ("a requester's token from staff", Carriers((to_requester(1),)), STAFF, RELATED),
    ("an order with a requester's token from staff", Carriers((to_requester(1),), is_order=True), STAFF, REFUSED_HANA),
    (
        "an order of staff in a case of their own",
        Carriers((to_requester(1),), is_order=True),
        replace(STAFF, parties=(1,)),
        FOLLOW_UP,
    ),
    ("an order with a requester's token from a stranger", Carriers((to_requester(1),), is_order=True), NOBODY, RELATED),
    ("a tag from the party", Carriers(references=(REF,)), PARTY, Match(Route.FOLLOW_UP, 1, "tag")),
    ("a tag from a stranger", Carriers(references=(REF,)), NOBODY, Match(Route.RELATED, 1, "tag")),
    ("a tag of another's case", Carriers(references=(OTHER_REF,)), PARTY, Match(Route.RELATED, 2, "tag")),
    ("a tag from staff", Carriers(references=(REF,)), STAFF, replace(REFUSED_HANA, by="tag")),
    ("an order with a tag", Carriers(references=(REF,), is_order=True), STAFF, replace(REFUSED_HANA, by="tag")),
    ("an order from staff", Carriers(is_order=True), STAFF, Match(Route.REFUSED, OFFICE, persons=("hana",))),
    ("an order from a stranger", Carriers(is_order=True), NOBODY, Match(Route.NEW)),
    ("an order from a party", Carriers(is_order=True), PARTY, Match(Route.NEW)),
    ("an order with a staff token", Carriers((to_staff(1),), is_order=True), STAFF, AS_STAFF),
    ("a broken token from staff", Carriers(is_broken=True), STAFF, replace(REFUSED_HANA, case_id=None)),
    ("a broken order from staff", Carriers(is_broken=True, is_order=True), STAFF, replace(REFUSED_HANA, case_id=None)),
    ("a broken token and a tag", Carriers(references=(REF,), is_broken=True), STAFF, replace(REFUSED_HANA, by="tag")),
    ("a broken token from a party", Carriers(is_broken=True), PARTY, Match(Route.NEW)),
    ("plain words from staff, who are persons too", Carriers(), STAFF, Match(Route.NEW)),
    ("a password from staff", Carriers(is_password=True), replace(STAFF, locked=(1,)), Match(Route.NEW)),
    (
        "a password from a party",
        Carriers(is_password=True),
        replace(PARTY, locked=(1,)),
        replace(FOLLOW_UP, by="password"),
    ),
    ("a tag of nobody", Carriers(references=(STRANGE_REF,)), PARTY, Match(Route.NEW)),
    ("two tags", Carriers(references=(REF, OTHER_REF)), PARTY, Match(Route.DISAGREE)),
    ("two tags, one of nobody", Carriers(references=(REF, STRANGE_REF)), PARTY, Match(Route.FOLLOW_UP, 1, "tag")),
]


@pytest.mark.parametrize(("carried", "known", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_where_a_message_goes(carried: Carriers, known: Known, expected: Match) -> None:
    assert match(carried, replace(known, mails=MAILS)) == expected


ACTING = {Audience.STAFF, Audience.MANAGER, Audience.CHALLENGE}
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
    st.booleans(),
    st.booleans(),
    st.booleans(),
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
        numbers = {person_number(one) for one in found.persons}
        mine = [token for token in carried.tokens if token.person in numbers and token.audience in ACTING]
        assert found.persons
        assert set(found.persons) <= set(known.staff)
        assert numbers == {token.person for token in mine if token.case_id == found.case_id} & numbers
    if found.route is Route.REFUSED:
        assert set(found.persons) == set(known.staff)
    if found.route is Route.FOLLOW_UP:
        assert found.case_id in known.parties
    if found.route in {Route.NEW, Route.DISAGREE}:
        assert found.case_id is None


@given(CARRIED, KNOWN, TOKENS)
def test_a_token_of_another_person_changes_nothing_of_who_acts(carried: Carriers, known: Known, other: Token) -> None:
    """Of the same case: those of other cases make the carriers disagree."""
    found = match(carried, known)
    if found.route is Route.STAFF and other.person not in {person_number(one) for one in known.staff}:
        more = replace(other, case_id=found.case_id or OFFICE)
        assert match(replace(carried, tokens=(more, *carried.tokens)), known) == found


@given(CARRIED, KNOWN)
def test_nobody_unknown_ever_joins_a_case(carried: Carriers, known: Known) -> None:
    found = match(carried, replace(known, parties=(), staff=()))
    assert found.route not in {Route.FOLLOW_UP, Route.STAFF}


# Reading the carriers.

TEXT = KEYS.mint(to_requester(7))
OLD = KEYS.mint(replace(to_requester(7), expires_on=TODAY - timedelta(days=1)))
FLIPPED = TEXT[:-1] + ("a" if TEXT[-1] != "a" else "b")
OWN_ID = f"<cv1.{TEXT}.0123456789abcdef@company.test>"
PLUS = f"privacy+{TEXT}@company.test"
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
PLACES = [
    ("To", Incoming(to=(PLUS,)), 1),
    ("To in upper case", Incoming(to=(PLUS.upper(),)), 1),
    ("Cc", Incoming(cc=("sato@people.test", PLUS)), 1),
    ("where it was delivered", Incoming(delivered_to=("privacy@company.test", PLUS)), 1),
    ("In-Reply-To", Incoming(in_reply_to=(OWN_ID,)), 1),
    ("References", Incoming(references=("<x@people.test>", OWN_ID)), 1),
    ("ref line", Incoming(text=f"Thanks\n\nref: {TEXT}"), 1),
    ("everywhere", Incoming(to=(PLUS,), in_reply_to=(OWN_ID,), references=(OWN_ID,), text=f"ref: {TEXT}"), 1),
    ("Subject", Incoming(subject=TEXT), 0),
    ("body", Incoming(text=TEXT, reply_text=TEXT), 0),
    ("its own Message-ID", Incoming(message_id=OWN_ID), 0),
    ("an expired one", Incoming(references=(OWN_ID.replace(TEXT, OLD),)), 0),
    ("a forged one", Incoming(references=(OWN_ID.replace(TEXT, FLIPPED),)), 0),
    ("a forged one in a ref line", Incoming(text=f"ref: {FLIPPED}"), 0),
]


@pytest.mark.parametrize(("incoming", "count"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_token_is_read_where_a_mail_client_puts_it(incoming: Incoming, count: int) -> None:
    assert carriers(incoming, KEYS, TODAY).tokens == (to_requester(7),) * count


REF_LINES = [
    ("plain", f"ref: {TEXT}", 1),
    ("in angle brackets", f"ref: <{TEXT}>", 1),
    ("quoted", f"> ref: {TEXT}", 1),
    ("quoted twice", f"> > ref: {TEXT}", 1),
    ("quoted without a blank", f">ref: {TEXT}", 1),
    ("behind a drawn bar", f"│ ref: {TEXT}", 1),
    ("behind a heavy bar", f"┃ref: {TEXT}", 1),
    ("behind an upright stroke", f"| ref: {TEXT}", 1),
    ("behind a wide mark", f"＞ ref: {TEXT}", 1),
    ("with blanks about", f" \t ref : {TEXT}  ", 1),
    ("upper case", f"REF: {TEXT.upper()}", 1),
    ("wide letters", f"ref: {TEXT}".translate(WIDE), 1),
    ("with words behind", f"ref: {TEXT} (この行は消さないでください)", 1),
    ("in the middle of a text", f"a\n> b\n> ref: {TEXT}\n> c\nd", 1),
    ("with a CR", f"a\r\nref: {TEXT}\r\nb", 1),
    ("a word before it", f"see ref: {TEXT}", 0),
    ("a longer word", f"xref: {TEXT}", 0),
    ("no colon", f"ref {TEXT}", 0),
    ("on the next line", f"ref:\n{TEXT}", 0),
    ("cut in two", f"ref: {TEXT[:20]}\n{TEXT[20:]}", 0),
    ("a line longer than any of ours", "> " * 150 + f"ref: {TEXT}", 0),
]


@pytest.mark.parametrize(("text", "count"), [row[1:] for row in REF_LINES], ids=[row[0] for row in REF_LINES])
def test_a_ref_line_is_read_however_it_is_quoted(text: str, count: int) -> None:
    assert carriers(Incoming(text=text), KEYS, TODAY).tokens == (to_requester(7),) * count


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-To", "delivered-TO"])
def test_a_token_is_read_from_what_the_servers_noted(name: str) -> None:
    raw = f"{name}: <{PLUS}>\n{name}: other@company.test\nFrom: a@people.test\nTo: desk@company.test\n\nx".encode()
    assert carriers(parse(raw), KEYS, TODAY).tokens == (to_requester(7),)


@pytest.mark.parametrize("name", ["Reply-To", "Sender", "Bcc", "Resent-To", "X-Mailbot-Kind", "Return-Path"])
def test_a_token_is_read_from_no_other_header(name: str) -> None:
    raw = f"{name}: {PLUS}\nFrom: a@people.test\nTo: desk@company.test\n\nx".encode()
    assert carriers(parse(raw), KEYS, TODAY).tokens == ()


BROKEN = {
    "a flipped character": Incoming(references=(OWN_ID.replace(TEXT, FLIPPED),)),
    "a cut token": Incoming(references=(OWN_ID.replace(TEXT, TEXT[:-1]),)),
    "an expired one": Incoming(in_reply_to=(OWN_ID.replace(TEXT, OLD),)),
    "a flipped one in an address": Incoming(to=(PLUS.replace(TEXT, FLIPPED),)),
    "a cut one in an address": Incoming(to=(PLUS.upper().replace(TEXT.upper(), TEXT[5:]),)),
    "a flipped one in a ref line": Incoming(text=f"> ref: {FLIPPED}"),
}
WHOLE = {
    "a good one beside it": Incoming(to=(PLUS,), references=(OWN_ID.replace(TEXT, OLD),)),
    "a ref of something else": Incoming(text="ref: 12345"),
    "another's id with a word as long": Incoming(references=(f"<{FLIPPED}@people.test>",)),
    "another's plus address": Incoming(to=(f"sales+{FLIPPED}@company.test",)),
    "nothing": Incoming(to=("privacy@company.test",), references=("<x@people.test>",)),
}


@pytest.mark.parametrize("incoming", BROKEN.values(), ids=BROKEN)
def test_an_answer_to_us_without_a_good_token_is_seen(incoming: Incoming) -> None:
    assert carriers(incoming, KEYS, TODAY).is_broken


@pytest.mark.parametrize("incoming", WHOLE.values(), ids=WHOLE)
def test_what_is_no_answer_to_us_or_a_good_one_is_not_broken(incoming: Incoming) -> None:
    assert not carriers(incoming, KEYS, TODAY).is_broken


def test_ids_and_references_are_carried_once_each() -> None:
    incoming = Incoming(
        subject=f"Re: [{REF}] FW: {REF.lower()} {REF[:-1]}?",
        in_reply_to=("<a@people.test>",),
        references=("<b@people.test>", "<a@people.test>"),
    )
    found = carriers(incoming, KEYS, TODAY)
    assert found == Carriers((), ("<a@people.test>", "<b@people.test>"), (REF,))


def test_a_large_text_of_quotations_is_searched_in_a_second() -> None:
    text = ("> " * 90 + "ref\n") * 5_000 + f"> ref: {FLIPPED}\n" * 5_000 + "\ufdfa" * 199 + "\n"
    assert within(1, lambda: carriers(Incoming(text=text), KEYS, TODAY)).tokens == ()


ORDERS = [
    "/take",
    "／担当",
    "\n \n /take\nmore",
    "#note x",
    "＃メモ",
    "送信 ab3defghjk",
    "送信ab3defghjk",
    "承認　ab3defghjk",
    "差戻 ab3defghjk 理由",
]
ORDERS += ["差戻し ab3defghjk", "send ab3defghjk", "SEND ab3defghjk", "Ｓｅｎｄ ab3defghjk", "approve ab3defghjk"]
ORDERS += ["deny ab3defghjk because"]
WORDS = [
    "",
    "\n",
    "今お持ちの私の個人データを開示してください。",
    "Please send me my data.",
    "#1 is wrong",
    "# 1",
    "send",
    "Send me a copy of my data.",
    "送信",
]
WORDS += ["送信してください", "承認していません", "sender unknown", "denying nothing", "Dear desk,\n/take"]


@pytest.mark.parametrize("text", ORDERS)
def test_what_begins_like_an_order_is_seen(text: str) -> None:
    assert looks_like_order(text)
    assert carriers(Incoming(reply_text=text), KEYS, TODAY).is_order


@pytest.mark.parametrize("text", WORDS)
def test_plain_words_are_no_order(text: str) -> None:
    assert not looks_like_order(text)


# A1: a roster address in From, and everything else a forger can write.

ROSTER = {"hana": "hana@company.test", "boss": "boss@company.test"}
OTHER_KEYS = TokenKeys("privacy@company.test", {"a": b"x" * 32, "z": b"z" * 32}, "z")
OTHER_MAILBOX = replace(KEYS, mailbox="privacy@other.test")
GOOD = KEYS.mint(to_staff(1))
BOSSES = KEYS.mint(to_staff(1, BOSS))
EXPIRED = KEYS.mint(replace(to_staff(1), expires_on=TODAY - timedelta(days=1)))
ELSEWHERE = OTHER_MAILBOX.mint(to_staff(1))
UNKNOWN_KEY = OTHER_KEYS.mint(to_staff(1))
TAKEN = b"subject: Re: x\n\n/take\n"


def staff_of(sender: str | None) -> tuple[str, ...]:
    """Return the roster members whose address a strict sender is."""
    wanted = normalise_address(sender or "")
    return tuple(staff_id for staff_id, address in ROSTER.items() if address == wanted)


def routed(raw: bytes) -> Match:
    """Read a raw mail and return where it goes, as the worker does it."""
    read = parse(raw)
    known = Known({}, {REF: 1, OTHER_REF: 2}, parties=(), staff=staff_of(read.sender))
    return match(carriers(read, KEYS, TODAY), known)


def answering(text: str, head: str = "From: hana@company.test\nTo: privacy@company.test") -> bytes:
    """Return a mail that answers a notice of ours, its token replaced by `text`."""
    return f"{head}\nReferences: <cv1.{text}.0123456789abcdef@company.test>\n".encode() + TAKEN


UNREADABLE = replace(REFUSED_HANA, case_id=None)
"""Nobody can say which case it is about; Hana is told."""
FORGED = {
    "the MAC's last character flipped": (GOOD[:-1] + ("a" if GOOD[-1] != "a" else "b"), UNREADABLE),
    "the token of other staff": (BOSSES, REFUSED_HANA),
    "expired": (EXPIRED, UNREADABLE),
    "of another domain": (ELSEWHERE, UNREADABLE),
    "MAC truncated": (GOOD[:-1], UNREADABLE),
    "MAC missing": (GOOD[:13], UNREADABLE),
    "key id unknown": (UNKNOWN_KEY, UNREADABLE),
    "key id of another key": ("a" + UNKNOWN_KEY[1:], UNREADABLE),
    "payload of another case": (KEYS.mint(to_staff(2))[:13] + GOOD[13:], UNREADABLE),
    "kind changed to manager": ("am" + GOOD[2:], UNREADABLE),
    "the requester's token": (KEYS.mint(to_requester(1)), REFUSED_HANA),
    "a bounce's token": (KEYS.mint(to_bounce(1)), Match(Route.REFUSED, OFFICE, persons=("hana",))),
}


@pytest.mark.parametrize(("text", "expected"), FORGED.values(), ids=FORGED)
def test_a1_a_forged_roster_address_without_its_own_token_never_acts(text: str, expected: Match) -> None:
    assert routed(answering(text)) == expected


@pytest.mark.parametrize("text", [GOOD, GOOD.upper(), GOOD[:20] + GOOD[20:].upper()], ids=["as is", "upper", "mixed"])
def test_a1_the_own_token_of_the_sender_is_accepted_in_any_case(text: str) -> None:
    assert routed(answering(text)) == AS_STAFF


def test_a1_without_a_token_an_order_is_refused_and_the_real_person_is_named() -> None:
    raw = b"From: hana@company.test\nTo: privacy@company.test\n" + TAKEN
    assert routed(raw) == Match(Route.REFUSED, OFFICE, persons=("hana",))


def test_a1_without_a_token_a_tag_is_refused() -> None:
    raw = f"From: hana@company.test\nSubject: Re: [{REF}] x\n\nMy answer".encode()
    assert routed(raw) == replace(REFUSED_HANA, by="tag")


def test_a1_a_token_of_another_case_acts_on_no_case_but_its_own() -> None:
    assert routed(answering(KEYS.mint(to_staff(2)))) == replace(AS_STAFF, case_id=2)


def test_a1_a_stranger_with_a_staff_token_is_refused_and_nobody_is_named() -> None:
    assert routed(answering(GOOD, "From: x@evil.test")) == REFUSED


def test_a1_two_tokens_of_two_cases_are_held() -> None:
    raw = answering(GOOD, f"From: hana@company.test\nTo: privacy+{KEYS.mint(to_staff(2))}@company.test")
    assert routed(raw) == Match(Route.DISAGREE, persons=("hana",))


@given(st.integers(0, 38), st.sampled_from("abcdefghijkmnpqrstuvwxyz23456789"))
def test_a1_no_changed_character_acts(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    assert (routed(answering(changed)).route is Route.STAFF) == (changed == GOOD)


# A2: every From line that two programs could read apart is nobody's.

EVASIONS = {
    "an address before the brackets": "From: hana@company.test <x@evil.test>",
    "a quoted address before the brackets": 'From: "hana@company.test" <x@evil.test>',
    "two From lines": "From: hana@company.test\nFrom: x@evil.test",
    "two From lines, the other way": "From: x@evil.test\nFrom: hana@company.test",
    "two equal From lines": "From: hana@company.test\nFrom: hana@company.test",
    "a list of two": "From: hana@company.test, x@evil.test",
    "a list of two, the other way": "From: x@evil.test, hana@company.test",
    "a group": "From: desk: hana@company.test;",
    "an empty group before": "From: desk:;, hana@company.test",
    "NUL": "From: hana@company.test\0x@evil.test",
    "NUL in the name": "From: a\0 <hana@company.test>",
    "a comment behind": "From: hana@company.test (x@evil.test)",
    "a comment inside": "From: hana@(x)company.test",
    "a comment before": "From: (x) hana@company.test",
    "an encoded word that holds an address": "From: =?utf-8?q?hana=40company=2Etest?=",
    "an encoded word with brackets": "From: =?utf-8?q?=3Chana=40company=2Etest=3E?= <x@evil.test>",
    "an encoded address in brackets": "From: <=?utf-8?q?hana?=@company.test>",
    "a route": "From: <@evil.test:hana@company.test>",
    "a quoted local part": 'From: "hana"@company.test',
    "a quoted local part with an at": 'From: "hana@company.test"@evil.test',
    "two bracketed addresses": "From: <hana@company.test> <x@evil.test>",
    "brackets in brackets": "From: <<hana@company.test>>",
    "a fold inside": "From: hana@com\n pany.test",
    "an escape": "From: hana\\@company.test",
    "a blank inside": "From: hana @company.test",
    "a percent route": "From: hana%company.test@evil.test",
    "UUCP": "From: company.test!hana",
    "two Subject lines": "From: hana@company.test\nSubject: a",
    "two To lines": "From: hana@company.test\nTo: a@b.test\nTo: a@b.test",
    "two Message-IDs": "From: hana@company.test\nMessage-ID: <1@b.test>\nMessage-ID: <2@b.test>",
    "two Dates": "From: hana@company.test\nDate: x\nDate: y",
    "two Content-Types": "From: hana@company.test\nContent-Type: text/plain\nContent-Type: text/html",
    "a bare CR": "From: hana@company.test\rFrom: x@evil.test",
    "only Sender": "Sender: hana@company.test",
    "only Reply-To": "Reply-To: hana@company.test",
    "only Return-Path": "Return-Path: <hana@company.test>",
    "Resent-From": "Resent-From: hana@company.test\nFrom: x@evil.test",
    "nothing": "X: hana@company.test",
}


@pytest.mark.parametrize("head", EVASIONS.values(), ids=EVASIONS)
def test_a2_an_ambiguous_sender_is_no_staff(head: str) -> None:
    assert staff_of(parse(answering(GOOD, head)).sender) == ()
    assert routed(answering(GOOD, head)) == REFUSED


@pytest.mark.parametrize(
    "head",
    [
        "From: hana@company.test",
        "From: Hana <hana@company.test>",
        "From: <HANA@Company.TEST>",
        "FROM:hana@company.test",
    ],
)
def test_a2_the_plain_spellings_are_staff(head: str) -> None:
    assert routed(answering(GOOD, head)) == AS_STAFF


# A4: whole domains are compared, in ASCII.

LOOKALIKES = {
    "a longer domain": "hana@evilcompany.test",
    "a domain below another": "hana@company.test.evil.test",
    "a host below ours": "hana@mail.company.test",
    "a parent": "hana@test",
    "a trailing dot": "hana@company.test.",
    "a Cyrillic letter": "hana@c\u043empany.test",
    "a Cyrillic letter in the name": "h\u0430na@company.test",
    "its Punycode": "hana@xn--cmpany-jve.test",
    "a wide at": "hana\uff20company.test",
    "wide letters": "hana@\uff43ompany.test",
    "a wide full stop": "hana@company\uff0etest",
    "an ideographic full stop": "hana@company\u3002test",
    "a soft hyphen": "hana@com\u00adpany.test",
    "a zero width joiner": "hana@com\u200dpany.test",
    "a plus address": "hana+x@company.test",
    "a dotted name": "ha.na@company.test",
}


@pytest.mark.parametrize("address", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a4_an_address_that_looks_like_ours_is_no_staff(address: str) -> None:
    assert routed(answering(GOOD, f"From: {address}")) == REFUSED
    assert routed(answering(GOOD, f"From: Hana <{address}>")) == REFUSED


def test_a4_letters_that_become_ascii_in_lower_case_are_no_ascii() -> None:
    assert normalise_address("\N{KELVIN SIGN}ana@company.test") != "kana@company.test"
    assert parse("From: \N{KELVIN SIGN}ana@company.test\n\nx".encode()).sender is None


# A8: a smuggled mail passes every check of its way.


def test_a8_a_passing_way_is_no_token() -> None:
    passed = "From: hana@company.test\nAuthentication-Results: mx.company.test; dmarc=pass header.from=company.test"
    assert routed(passed.encode() + b"\n" + TAKEN).route is Route.REFUSED
    assert routed(answering(FLIPPED, passed)).route is Route.REFUSED
