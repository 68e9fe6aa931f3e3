"""Machines, copies, junk and unproved senders open nothing; the order of the questions is the order of the danger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.message import Asked, Incoming, Machine, Verdict
from mailbot.core.triage import Circumstances, Sorted, is_own_address, sort_out

PERSON = Incoming(sender="sato@people.test")
FORM = Incoming(sender="no-reply@shop.test", automatic=True)
WISH = Verdict((Asked("disclosure", 0.97),), 0.97, is_sure=True)
NO_WISH = Verdict((Asked("not_for_us", 0.97),), 0.97, is_sure=True)
NOTHING_READ = Verdict()
NOTHING_KNOWN = Circumstances()

ROWS = [
    ("a person", PERSON, WISH, NOTHING_KNOWN, None),
    ("a person whose wish is not read", PERSON, NOTHING_READ, NOTHING_KNOWN, None),
    ("a proved person", PERSON, WISH, Circumstances(dmarc="pass"), None),
    ("a person of whom nothing is proved", PERSON, WISH, Circumstances(dmarc="none"), None),
    ("our own mail come back", PERSON, WISH, Circumstances(is_own=True), Sorted("machine", "own_mail")),
    *(
        (
            f"{machine}",
            Incoming(sender="x@people.test", machine=machine),
            WISH,
            NOTHING_KNOWN,
            Sorted("machine", machine.value),
        )
        for machine in Machine
    ),
    (
        "a no-reply address",
        FORM,
        NO_WISH,
        NOTHING_KNOWN,
        Sorted("machine", "no_reply_address"),
    ),
    (
        "nothing readable from a no-reply address",
        FORM,
        NOTHING_READ,
        NOTHING_KNOWN,
        Sorted("machine", "no_reply_address"),
    ),
    ("a request by a contact form", FORM, WISH, NOTHING_KNOWN, None),
    ("a copy", PERSON, WISH, Circumstances(is_copy=True), Sorted("duplicate", "same_content")),
    ("a request in the junk folder", PERSON, WISH, Circumstances(is_junk=True), Sorted("held", "junk")),
    ("junk in the junk folder", PERSON, NO_WISH, Circumstances(is_junk=True), Sorted("spam", "junk")),
    ("nothing readable in the junk folder", PERSON, NOTHING_READ, Circumstances(is_junk=True), Sorted("spam", "junk")),
    (
        "a request marked as spam",
        Incoming(sender="x@people.test", spam=True),
        WISH,
        NOTHING_KNOWN,
        Sorted("held", "spam_mark"),
    ),
    (
        "spam marked as spam",
        Incoming(sender="x@people.test", spam=True),
        NO_WISH,
        NOTHING_KNOWN,
        Sorted("spam", "spam_mark"),
    ),
    ("a failed DMARC", PERSON, WISH, Circumstances(dmarc="fail"), Sorted("held", "dmarc_fail")),
    ("an unclear sender", Incoming(), WISH, NOTHING_KNOWN, Sorted("held", "sender_unclear")),
]


@pytest.mark.parametrize(("incoming", "verdict", "about", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_what_becomes_of(incoming: Incoming, verdict: Verdict, about: Circumstances, expected: Sorted | None) -> None:
    assert sort_out(incoming, verdict, about) == expected


EVERYTHING_AT_ONCE = Circumstances(is_own=True, is_copy=True, is_junk=True, dmarc="fail")
ORDER = [
    (Incoming(machine=Machine.BOUNCE, spam=True), EVERYTHING_AT_ONCE, "own_mail"),
    (Incoming(machine=Machine.BOUNCE, spam=True), Circumstances(is_copy=True, is_junk=True, dmarc="fail"), "bounce"),
    (Incoming(spam=True), Circumstances(is_copy=True, is_junk=True, dmarc="fail"), "same_content"),
    (Incoming(spam=True), Circumstances(is_junk=True, dmarc="fail"), "junk"),
    (Incoming(spam=True), Circumstances(dmarc="fail"), "spam_mark"),
    (Incoming(), Circumstances(dmarc="fail"), "dmarc_fail"),
    (Incoming(), NOTHING_KNOWN, "sender_unclear"),
]


@pytest.mark.parametrize(("incoming", "about", "why"), ORDER, ids=[row[2] for row in ORDER])
def test_the_first_reason_is_told(incoming: Incoming, about: Circumstances, why: str) -> None:
    found = sort_out(incoming, WISH, about)
    assert found
    assert found.why == why


BOOLEANS = st.booleans()
MESSAGES = st.builds(
    Incoming,
    sender=st.sampled_from([None, "sato@people.test"]),
    machine=st.sampled_from([None, *Machine]),
    automatic=BOOLEANS,
    spam=BOOLEANS,
)
ABOUT = st.builds(Circumstances, BOOLEANS, BOOLEANS, BOOLEANS, st.sampled_from([None, "pass", "fail", "none"]))


@given(MESSAGES, st.sampled_from([WISH, NO_WISH, NOTHING_READ]), ABOUT)
def test_no_machine_opens_anything_and_no_wish_is_thrown_away(
    incoming: Incoming, verdict: Verdict, about: Circumstances
) -> None:
    found = sort_out(incoming, verdict, about)
    if incoming.machine or about.is_own or (incoming.automatic and verdict is not WISH):
        assert found
        assert found.disposition == "machine"
    if verdict is WISH:
        assert not found or found.disposition != "spam"
    if found is None:
        assert incoming.sender
        assert about.dmarc != "fail"


OWN = "Privacy@company.test"


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("privacy@company.test", True),
        ("PRIVACY@COMPANY.TEST", True),
        ("privacy+anything@company.test", True),
        ("privacy+a+b@company.test", True),
        ("privacy2@company.test", False),
        ("rights@company.test", False),
        ("privacy@evilcompany.test", False),
        ("privacy@company.test.evil.test", False),
        ("privacy@mail.company.test", False),
        ("рrivacy@company.test", False),
        ("", False),
        (None, False),
    ],
)
def test_the_desk_knows_its_own_address(sender: str | None, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_own_address(sender, OWN) is expected
