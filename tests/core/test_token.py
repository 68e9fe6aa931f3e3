"""A token routes: it says exactly what was signed, and one changed character makes it nothing."""

import ast
import inspect
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mailbot
from mailbot.core import token as module
from mailbot.core.outgoing import Address, message_id
from mailbot.core.token import ALPHABET, LENGTH, Audience, Token, TokenKeys, person_number, tokens_in

TODAY = date(2026, 11, 20)
KEYS = TokenKeys("privacy@company.test", {"a": b"a" * 32, "b": b"b" * 32}, "a")
TOKEN = Token(Audience.STAFF, 123, 4711, TODAY + timedelta(days=90))
TEXT = KEYS.mint(TOKEN)
TOKENS = st.builds(
    Token,
    st.sampled_from(Audience),
    st.integers(0, (1 << 25) - 1),
    st.integers(0, (1 << 15) - 1),
    st.dates(TODAY, date(2026, 1, 1) + timedelta(days=(1 << 15) - 1)),
)


@given(TOKENS, st.sampled_from(["a", "b"]))
def test_what_was_signed_is_read_back(token: Token, kid: str) -> None:
    text = replace(KEYS, current=kid).mint(token)
    assert KEYS.verify(text, TODAY) == token
    assert KEYS.verify(text.upper(), TODAY) == token
    assert (len(text), set(text) - set(ALPHABET)) == (LENGTH, set())


def test_the_kinds_are_pinned_because_they_stand_in_every_token() -> None:
    assert {one.name: one.value for one in Audience} == {
        "STAFF": "s",
        "REQUESTER": "c",
        "MANAGER": "m",
        "BOUNCE": "b",
        "CHALLENGE": "x",
    }
    assert set("".join(Audience)) <= set(ALPHABET)


@pytest.mark.parametrize("audience", Audience)
def test_a_token_made_for_one_kind_is_none_of_another(audience: Audience) -> None:
    text = KEYS.mint(replace(TOKEN, audience=audience))
    others = [text[0] + other.value + text[2:] for other in Audience if other is not audience]
    assert [KEYS.verify(one, TODAY) for one in others] == [None] * 4


def test_the_keys_are_never_shown() -> None:
    secret = replace(KEYS, keys={"a": b"canary" * 6})
    assert "canary" not in f"{secret!r}{secret}"


def test_the_form_is_pinned_because_tokens_outlive_releases() -> None:
    assert (LENGTH, ALPHABET) == (39, "abcdefghijkmnpqrstuvwxyz23456789")
    assert not set("lo01") & set(ALPHABET)
    # key a, staff, case 3*32+27, person (4*32+19)*32+7, day 12*32+29 since 2026; then the MAC
    assert [TEXT[:2], TEXT[2:7], TEXT[7:10], TEXT[10:13]] == ["as", "aaad5", "evh", "an7"]
    assert TEXT[13:] == "cbm2t8749tr6tndmj3a4zfwapd"


def test_every_single_change_of_a_character_is_refused() -> None:
    changed = [TEXT[:at] + char + TEXT[at + 1 :] for at in range(LENGTH) for char in ALPHABET if char != TEXT[at]]
    assert len(changed) == 39 * 31
    assert [text for text in changed if KEYS.verify(text, TODAY)] == []


@given(st.integers(0, LENGTH - 1), st.characters())
def test_no_other_character_stands_for_one_of_ours(place: int, char: str) -> None:
    changed = TEXT[:place] + char + TEXT[place + 1 :]
    assert (KEYS.verify(changed, TODAY) is not None) == (char in {TEXT[place], TEXT[place].upper()})


def test_the_kelvin_sign_is_no_k() -> None:
    text = next(text for text in map(minted, range(1, 99)) if "k" in text)
    assert KEYS.verify(text.replace("k", "\N{KELVIN SIGN}"), TODAY) is None


def minted(case_id: int) -> str:
    return KEYS.mint(replace(TOKEN, case_id=case_id))


STRANGE = [
    ("empty", ""),
    ("truncated", TEXT[:-1]),
    ("longer", TEXT + "a"),
    ("line end", TEXT + "\n"),
    ("blank before", " " + TEXT),
    ("not in the alphabet", TEXT[:-1] + "l"),
    ("two swapped", TEXT[:20] + TEXT[21] + TEXT[20] + TEXT[22:]),
    ("MAC alone", "a" * 13 + TEXT[13:]),
    ("payload of another", minted(124)[:13] + TEXT[13:]),
    ("unknown key id", "c" + TEXT[1:]),
    ("other key id", "b" + TEXT[1:]),
    ("signed with another key", replace(KEYS, keys={"a": b"x" * 32}).mint(TOKEN)),
    ("other mailbox", replace(KEYS, mailbox="privacy@other.test").mint(TOKEN)),
    ("other mailbox of the domain", replace(KEYS, mailbox="rights@company.test").mint(TOKEN)),
]


@pytest.mark.parametrize("text", [text for _, text in STRANGE], ids=[name for name, _ in STRANGE])
def test_what_is_not_exactly_ours_is_refused(text: str) -> None:
    assert KEYS.verify(text, TODAY) is None


def test_a_signed_kind_that_nobody_knows_is_refused() -> None:
    payload = TEXT[0] + "q" + TEXT[2:13]
    assert KEYS.verify(payload + KEYS._mac(KEYS.keys["a"], payload), TODAY) is None


def test_a_token_is_good_through_its_last_day() -> None:
    assert KEYS.verify(TEXT, TOKEN.expires_on) == TOKEN
    assert KEYS.verify(TEXT, TOKEN.expires_on + timedelta(days=1)) is None


def test_the_mailbox_is_the_same_in_any_case() -> None:
    assert replace(KEYS, mailbox="Privacy@Company.TEST").verify(TEXT, TODAY) == TOKEN


def test_an_old_key_still_verifies_after_a_new_one_came() -> None:
    newer = replace(KEYS, current="b")
    assert newer.verify(TEXT, TODAY) == TOKEN
    assert newer.mint(TOKEN)[0] == "b"
    assert replace(KEYS, keys={"b": KEYS.keys["b"]}).verify(TEXT, TODAY) is None


@pytest.mark.parametrize(
    "token",
    [
        replace(TOKEN, case_id=1 << 25),
        replace(TOKEN, case_id=-1),
        replace(TOKEN, person=1 << 15),
        replace(TOKEN, expires_on=date(2025, 12, 31)),
    ],
)
def test_what_does_not_fit_is_refused_loudly(token: Token) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        KEYS.mint(token)


@given(st.text(max_size=120))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert KEYS.verify(text, TODAY) is None


@pytest.mark.parametrize(
    "place",
    [
        f"<cv1.{TEXT}.0123456789abcdef@company.test>",
        f"privacy+{TEXT}@company.test",
        f"PRIVACY+{TEXT.upper()}@COMPANY.TEST",
    ],
)
def test_tokens_are_found_where_mails_carry_them(place: str) -> None:
    assert tokens_in(place) == (TEXT,)


def test_a_longer_word_holds_no_token() -> None:
    assert tokens_in("a" + TEXT) == tokens_in(TEXT + "a") == tokens_in(TEXT[:-1]) == ()


@given(st.text(min_size=1, max_size=40))
def test_a_person_number_fits_and_is_never_the_requester(staff_id: str) -> None:
    assert 1 <= person_number(staff_id) <= 32767
    assert person_number(staff_id) == person_number(staff_id)


def test_person_numbers_are_pinned() -> None:
    assert [person_number(name) for name in ("hana", "boss")] == [21907, 3029]


STAFF = Address("hana@company.test", Audience.STAFF, 123, person_number("hana"))
REQUESTER = Address("sato@people.test", Audience.REQUESTER, 123)


def test_the_same_cause_has_the_same_message_id() -> None:
    made = message_id(STAFF, "warn:123.1:half_used:hana", KEYS, TODAY)
    assert made == message_id(STAFF, "warn:123.1:half_used:hana", KEYS, TODAY)
    assert made != message_id(STAFF, "warn:123.1:three_left:hana", KEYS, TODAY)
    assert made != message_id(STAFF, "warn:123.1:half_used:hana", replace(KEYS, current="b"), TODAY)
    assert re.fullmatch(r"<cv1\.[a-z2-9]{39}\.[0-9a-f]{16}@company\.test>", made)


@pytest.mark.parametrize(("address", "days"), [(STAFF, 90), (REQUESTER, 1100)])
def test_a_message_id_carries_a_token_that_expires(address: Address, days: int) -> None:
    [text] = tokens_in(message_id(address, "ack:123", KEYS, TODAY))
    expected = Token(address.audience, 123, address.person, TODAY + timedelta(days=days))
    assert KEYS.verify(text, TODAY) == expected


@given(st.text(max_size=80).filter(str.isprintable))
def test_a_message_id_never_shows_its_key(key: str) -> None:
    made = message_id(REQUESTER, f"ack:{key}:canary", KEYS, TODAY)
    assert "canary" not in made
    assert made.isascii()


# A15: no comparison of a MAC tells by its time how much of it was right.


def compared(source: str) -> list[str]:
    """Return every comparison and constant-time comparison of a function's source that names a MAC."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func) == "hmac.compare_digest"]
    found = [ast.unparse(one) for one in [*calls, *(one for one in nodes if isinstance(one, ast.Compare))]]
    return [one for one in found if "mac" in one.replace("hmac", "")]


def test_a15_the_mac_is_compared_in_constant_time_only() -> None:
    [only] = compared(inspect.getsource(module))
    assert only == "hmac.compare_digest(mac, self._mac(self.keys[text[0]], payload))"
    assert compared("ok = mac == self._mac(key, payload)") != []  # the search can find


def test_a15_nobody_else_compares_digests() -> None:
    package = Path(mailbot.__file__).parent
    users = [path for path in package.rglob("*.py") if "compare_digest" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(package).as_posix() for path in users] == ["core/token.py"]
