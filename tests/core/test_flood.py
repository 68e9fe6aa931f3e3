"""When one more mail is part of a flood: the limits, the likeness of texts, who is told, who is muted."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.budget import Slots, Written
from mailbot.core.flood import (
    ALIKE,
    DOMAIN,
    MARKS,
    SENDER,
    UNPROVED,
    Caps,
    Tally,
    Traces,
    marks,
    muted_until,
    organisation,
    told_at,
)

NOON = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CAPS = Caps(sender=3, alike=2, domain=5, unproved=7)
LETTER = (
    "お世話になっております。先月まで家事代行をお願いしておりました者です。退会の手続きは済んでおりますが、"
    "今も広告のメールが届きます。登録されている私の個人情報がどのように使われているのかを教えてください。"
    "あわせて、広告の配信を止めていただきますようお願いいたします。"
)


def traces(sender: str = "", domain: str = "", text: str = "", *, is_proved: bool = False) -> Traces:
    """The traces of a mail; what is left out is its own, unlike any other."""
    own = str(random.getrandbits(64))
    alike = tuple(f"{place}{text or own}" for place in range(MARKS))
    keys = {SENDER: (sender or own,), ALIKE: alike, DOMAIN: (domain or f"d{own}",), UNPROVED: ("u",)}
    return Traces(keys, is_proved)


def judged(each: Traces, count: int, caps: Caps = CAPS) -> list[str | None]:
    """What becomes of so many equal mails, one after the other."""
    tally, found = Tally({}, caps), []
    for _ in range(count):
        found.append(tally.reason(each))
        if found[-1] is None:
            tally.count(each)
    return found


@pytest.mark.parametrize(
    ("each", "reason", "limit"),
    [
        (traces(sender="x"), SENDER, 3),
        (traces(text="x"), ALIKE, 2),
    ],
)
def test_a_limit_lets_so_many_through_and_no_more(each: Traces, reason: str, limit: int) -> None:
    caps = Caps(3, 2 if reason == ALIKE else 0, 5, 7)
    assert judged(each, limit + 3, caps) == [None] * limit + [reason] * 3


def test_a_domain_and_all_that_nothing_proves_have_limits_too() -> None:
    domain, unproved = Tally({}, CAPS), Tally({}, CAPS)
    for tally, name, limit in ((domain, "bomb", 5), (unproved, "", 7)):
        for _ in range(limit):
            each = traces(domain=name)
            assert tally.reason(each) is None
            tally.count(each)
    assert domain.reason(traces(domain="bomb")) == DOMAIN
    assert domain.reason(traces(domain="people")) is None
    assert unproved.reason(traces()) == UNPROVED


def test_proved_mail_may_come_ten_times_as_often_but_one_sender_is_one_sender() -> None:
    proved = traces(sender="s", text="t", domain="d", is_proved=True)
    assert judged(proved, 4)[-1] == SENDER
    free = Caps(0, 2, 5, 7)
    assert judged(proved, 22, free) == [None] * 20 + [ALIKE] * 2
    assert judged(proved, 52, Caps(0, 0, 5, 7)) == [None] * 50 + [DOMAIN] * 2


@given(st.integers(1, 60))
def test_no_limit_is_no_limit(count: int) -> None:
    assert judged(traces("s", "d", "t"), count, Caps(0, 0, 0, 0)) == [None] * count


def test_what_was_counted_before_this_batch_counts() -> None:
    each = traces(sender="s")
    assert Tally({"s": 2}, CAPS).reason(each) is None
    assert Tally({"s": 3}, CAPS).reason(each) == SENDER


def test_three_marks_in_common_are_not_the_same_kind_of_text() -> None:
    keys = tuple(str(place) for place in range(MARKS))
    each = Traces({ALIKE: keys}, is_proved=False)
    assert Tally(dict.fromkeys(keys[:3], 9), CAPS).reason(each) is None
    assert Tally(dict.fromkeys(keys[:4], 9), CAPS).reason(each) == ALIKE


def common(one: str, other: str) -> int:
    return sum(mark == twin for mark, twin in zip(marks(one), marks(other), strict=True))


@pytest.mark.parametrize(
    "other",
    [
        LETTER.replace("先月", "昨年"),
        f"会員番号 8812-3301\n{LETTER}\nhttps://bomb.test/q?id=77 xx@bomb.test",
        LETTER.replace("。", "。\n\n"),
        f"{LETTER} 1234567890",
    ],
)
def test_copies_with_numbers_links_and_a_word_of_their_own_are_the_same_kind(other: str) -> None:
    assert common(LETTER, other) >= 4


@pytest.mark.parametrize(
    "other",
    [
        "お世話になっております。私の個人データを開示してください。よろしくお願いいたします。",
        "お世話になっております。引っ越しましたので住所の訂正をお願いいたします。新しい住所は改めてお伝えします。",
        "Please send me a copy of my data.",
    ],
)
def test_letters_that_share_a_greeting_are_not(other: str) -> None:
    assert common(LETTER, other) < 4


@given(st.text(max_size=3_000))
def test_any_text_has_its_marks(text: str) -> None:
    assert len(marks(text)) == MARKS
    assert marks(text) == marks(text)


@pytest.mark.parametrize(
    ("domain", "whole"),
    [
        ("bomb.test", "bomb.test"),
        ("a.b.c.bomb.test", "bomb.test"),
        ("x17.bomb.co.jp", "bomb.co.jp"),
        ("bomb.co.jp", "bomb.co.jp"),
        ("mail.people.jp", "people.jp"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_subdomains_are_their_domain(domain: str, whole: str) -> None:
    assert organisation(domain) == whole


def test_staff_are_told_at_each_power_of_ten() -> None:
    assert [told_at(count) for count in (0, 1, 9, 10, 99, 100, 1_234, 100_000)] == [
        0,
        1,
        1,
        10,
        10,
        100,
        1_000,
        100_000,
    ]


def test_the_sixth_automatic_mail_in_an_hour_is_not_written_for_a_day() -> None:
    five = [NOON + number * MINUTE for number in range(5)]
    assert muted_until(five[:4]) is None
    assert muted_until(five) == five[-1] + DAY
    assert muted_until([NOON + number * HOUR for number in range(24)]) is None
    assert muted_until([*reversed(five), NOON + DAY]) == five[-1] + DAY


def slots(per_hour: int, written: Written | None = None, notices: int = 0) -> Slots:
    return Slots(written or Written(), per_hour, {}, 3, notices)


def test_acknowledgements_wait_for_room_in_their_own_hour() -> None:
    found = slots(2, Written(proved=[NOON - 10 * MINUTE], unproved=[NOON - 30 * MINUTE]))
    given_out = [found.take(f"p{number}", NOON, NOON + DAY, is_proved=False) for number in range(4)]
    assert given_out == [NOON, NOON + 30 * MINUTE, NOON + HOUR, NOON + 90 * MINUTE]
    assert [found.take(f"q{number}", NOON, NOON + DAY, is_proved=True) for number in range(19)] == [NOON] * 19
    assert found.take("q", NOON, NOON + DAY, is_proved=True) == NOON + 50 * MINUTE


def test_what_would_leave_too_late_is_withheld_and_takes_nobodys_place() -> None:
    found = slots(1)
    assert found.take("a", NOON, NOON, is_proved=False) == NOON
    assert found.take("b", NOON, NOON + 59 * MINUTE, is_proved=False) == "hour_limit"
    assert found.take("b", NOON, NOON + HOUR, is_proved=False) == NOON + HOUR


def test_an_address_gets_so_many_a_day_and_no_hour_at_all_is_none() -> None:
    found = slots(9)
    assert [found.take("a", NOON, NOON + DAY, is_proved=True) for _ in range(4)] == [NOON] * 3 + ["address_limit"]
    assert slots(0).take("a", NOON, NOON + DAY, is_proved=True) == "hour_limit"


def test_staff_are_told_of_so_many_new_cases_an_hour_that_nothing_proves() -> None:
    found = slots(9, Written(notices=[NOON - 20 * MINUTE]), notices=2)
    assert [found.notice(NOON, is_proved=False) for _ in range(4)] == [
        NOON,
        NOON + 40 * MINUTE,
        NOON + HOUR,
        NOON + 100 * MINUTE,
    ]
    assert found.notice(NOON, is_proved=True) == NOON
    assert slots(9).notice(NOON, is_proved=False) == NOON
