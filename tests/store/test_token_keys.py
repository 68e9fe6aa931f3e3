"""A new key signs every 180 days, old ones verify until their tokens expire or are revoked, none is ever stored."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from mailbot.core.token import ALPHABET, Audience, Token, TokenKeys
from mailbot.store.engine import read
from mailbot.store.tables import counter
from mailbot.store.token_keys import KEY_DAYS, revoke, rotate, token_keys
from mailbot.store.vault import Vault
from tests.core.histories import NOW

MAILBOX = "privacy@company.test"
DAY = timedelta(days=1)
AGE = timedelta(days=KEY_DAYS)
TOKEN = Token(Audience.STAFF, 123, 4711, date(2040, 1, 1))
Start = Callable[[datetime], TokenKeys]


@pytest.fixture
def start(engine: Engine, vault: Vault) -> Start:
    """Start a worker at a moment and return its keys."""
    return lambda now: token_keys(engine, vault, MAILBOX, now)


def read_by(keys: TokenKeys, *texts: str) -> list[bool]:
    return [keys.verify(text, date(2026, 11, 20)) == TOKEN for text in texts]


def test_the_first_key_is_the_one_that_was_always_there(start: Start, vault: Vault) -> None:
    always = TokenKeys(MAILBOX, {"a": vault.token_key}, "a")
    first = start(NOW)
    assert (first.current, first.keys["a"]) == ("a", vault.token_key)
    assert first.mint(TOKEN) == always.mint(TOKEN)
    assert read_by(first, always.mint(TOKEN)) == [True]


def test_the_key_of_an_id_is_pinned_because_tokens_outlive_releases(vault: Vault) -> None:
    assert vault.token_key_of("a") == vault.token_key
    assert vault.token_key_of("a").hex()[:16] == "a88dbfccfca49758"
    made = {vault.token_key_of(kid) for kid in [*ALPHABET, "a1", "b1"]}
    assert (len(made), {len(key) for key in made}) == (34, {32})


def test_a_key_signs_for_180_days_and_not_one_more(start: Start) -> None:
    start(NOW)
    assert start(NOW + AGE - DAY).current == "a"
    assert start(NOW + AGE).current == "b"
    assert start(NOW + AGE + AGE - DAY).current == "b"
    assert start(NOW + AGE + AGE).current == "c"


def test_after_a_long_sleep_one_new_key_is_enough(start: Start) -> None:
    start(NOW)
    assert start(NOW + 10 * AGE).current == "b"
    assert start(NOW + 10 * AGE).current == "b"


def test_a_clock_that_went_back_changes_nothing(start: Start) -> None:
    start(NOW)
    assert start(NOW - 10 * AGE).current == "a"


def test_tokens_of_an_old_key_verify_and_those_of_the_next_too(start: Start) -> None:
    old = start(NOW)
    new = start(NOW + AGE)
    texts = old.mint(TOKEN), new.mint(TOKEN)
    assert [text[0] for text in texts] == ["a", "b"]
    assert read_by(new, *texts) == [True, True]
    assert read_by(old, *texts) == [True, True]  # a worker that still runs reads what a newer one signed


def test_a_rotation_begins_a_new_key_at_once(start: Start, engine: Engine) -> None:
    old = start(NOW)
    assert rotate(engine, NOW + DAY) == "b"
    new = start(NOW + DAY)
    assert (new.current, read_by(new, old.mint(TOKEN))) == ("b", [True])
    assert start(NOW + AGE).current == "b"  # its own 180 days count from the rotation
    assert start(NOW + DAY + AGE).current == "c"


def test_a_revocation_kills_every_token_before_it(start: Start, engine: Engine) -> None:
    first = start(NOW)
    rotate(engine, NOW)
    second = start(NOW)
    assert revoke(engine, NOW + DAY) == "c"
    third = start(NOW + DAY)
    assert third.current == "c"
    assert read_by(third, first.mint(TOKEN), second.mint(TOKEN), third.mint(TOKEN)) == [False, False, True]
    later = start(NOW + DAY + AGE)
    assert read_by(later, second.mint(TOKEN), third.mint(TOKEN)) == [False, True]


def test_a_store_that_never_ran_can_be_revoked_and_rotated(start: Start, engine: Engine) -> None:
    assert revoke(engine, NOW) == "b"
    assert rotate(engine, NOW) == "c"
    assert sorted(start(NOW).keys) == ["b", "c", "d"]


def test_a_character_that_comes_round_again_stands_for_another_key(start: Start, engine: Engine) -> None:
    oldest = start(NOW).mint(TOKEN)
    kids = [rotate(engine, NOW) for _ in range(len(ALPHABET) + 1)]
    assert kids[-3:] == ["9", "a1", "b1"]
    keys = start(NOW)
    assert (keys.current, len(keys.keys)) == ("b", len(ALPHABET))
    assert read_by(keys, oldest, keys.mint(TOKEN)) == [False, True]


def test_the_mailbox_is_part_of_every_token(engine: Engine, vault: Vault) -> None:
    text = token_keys(engine, vault, "Privacy@Company.TEST", NOW).mint(TOKEN)
    assert read_by(token_keys(engine, vault, MAILBOX, NOW), text) == [True]
    assert read_by(token_keys(engine, vault, "rights@company.test", NOW), text) == [False]


def test_only_three_numbers_are_kept_and_other_counters_stay(start: Start, engine: Engine) -> None:
    start(datetime(2026, 11, 20, tzinfo=UTC))
    revoke(engine, datetime(2026, 11, 21, tzinfo=UTC))
    with read(engine) as connection:
        kept = {row.key: row.value for row in connection.execute(select(counter))}
        assert connection.execute(select(func.count()).select_from(counter)).scalar_one() == len(kept)
    assert kept == {
        "case": 0,
        "token_key": 1,
        "token_key_since": date(2026, 11, 21).toordinal(),
        "token_floor": 1,
    }
