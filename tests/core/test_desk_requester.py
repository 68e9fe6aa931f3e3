"""What a requester can do by mail without any staff: little, only by the token, and always in front of staff."""

from collections.abc import Sequence

import pytest

from mailbot.core.case import Case, fold
from mailbot.core.desk.requester import (
    BY_TOKEN,
    DISPUTED,
    PAPERS,
    STATUS_SENT,
    WITHDREW,
    awaits_papers,
    disputes,
    react,
)
from mailbot.core.desk.scene import Act
from mailbot.core.events import Name
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    OTHER,
    REF,
    WORDS,
    arrived,
    asked,
    at_once,
    days_later,
    done,
    opened,
    returned,
    scene,
    taken,
    wrote,
)

QUIET = Act()


def reacted(
    case: Case, *kinds: str, flags: Sequence[str] = (), words: str = "", by: str = BY_TOKEN, attachments: int = 0
) -> tuple[Act, tuple[str, ...]]:
    return react(scene(case), arrived(*kinds, flags=flags), words, by, attachments)


# How it stands.


def test_whoever_asks_how_it_stands_is_told_once_a_day() -> None:
    act, hints = reacted(opened("disclosure", "correct"), flags=["wants_status"])
    [letter] = act.letters
    assert (letter.template, letter.key, letter.numbers) == ("status_reply", f"status:{REF}:2026-11-24", (1, 2))
    assert ([(one.name, one.data) for one in act.events], hints) == (
        [(Name.STATUS_TOLD, {"mail": letter.key})],
        (STATUS_SENT,),
    )
    tomorrow, _ = react(
        scene(opened("disclosure"), now=days_later(1)), arrived(flags=["wants_status"]), "", BY_TOKEN, 0
    )
    assert tomorrow.letters[0].key == f"status:{REF}:2026-11-25"


@pytest.mark.parametrize("words", ["How does it stand?", "その後どうなりましたか。", "Ａｎｙ　Ｕｐｄａｔｅ?"])
def test_some_words_ask_for_the_status_in_an_answer_to_us(words: str) -> None:
    assert reacted(opened("disclosure"), words=words)[1] == (STATUS_SENT,)


def test_nobody_is_told_of_what_was_never_asked_or_went_elsewhere() -> None:
    case = at_once(opened("disclosure", "correct"), "/type correct")
    assert reacted(case, flags=["wants_status"])[0].letters[0].numbers == (2,)
    spam, _ = done(opened("disclosure"), "/spam")
    assert reacted(spam, flags=["wants_status"]) == (QUIET, ())
    moved, _ = done(opened("disclosure"), f"/merge {OTHER}", others=[opened("correct", ref=OTHER)])
    assert reacted(moved, flags=["wants_status"]) == (QUIET, ())


# Taking it back.


def test_whoever_takes_everything_back_gets_the_closing_letter_and_the_case_ends_with_it() -> None:
    case = opened("disclosure", "correct")
    act, hints = reacted(case, flags=["withdraws"])
    [letter] = act.letters
    assert (letter.template, letter.outcome, letter.numbers, letter.key) == (
        "closure",
        "withdrawn",
        (1, 2),
        "withdrawn:7",
    )
    assert (letter.facts, hints) == ({"why": "withdrawn"}, (WITHDREW,))
    case = fold(act.events, case)
    assert [(one.state, one.mail) for one in case.requests] == [(State.DECIDED, letter.key)] * 2
    ended = taken(case, letter)
    assert (ended.state, wrote(ended, now=days_later(3)).state) == (State.CLOSED, State.REOPENED)
    assert [one.state for one in returned(case, letter).requests] == [State.OPEN, State.OPEN]


@pytest.mark.parametrize(
    ("kinds", "withdraws"),
    [([], True), (["disclosure"], True), (["inquiry"], True), (["disclosure", "not_for_us"], True), (["erase"], False)],
)
def test_whoever_asks_for_something_else_does_not_just_withdraw(kinds: Sequence[str], withdraws: bool) -> None:  # noqa: FBT001 -- drawn by name
    _, hints = reacted(opened("disclosure"), *kinds, flags=["withdraws"])
    assert (WITHDREW in hints) is withdraws


def test_only_what_nobody_decided_yet_is_taken_back() -> None:
    case, _ = done(opened("inquiry", "disclosure"), "/grant 1", text=WORDS)
    act, _ = reacted(case, flags=["withdraws"])
    assert ([one.request for one in act.events], act.letters[0].numbers) == ([2], (2,))
    decided, _ = done(opened("inquiry"), "/grant", text=WORDS)
    assert reacted(decided, flags=["withdraws"]) == (QUIET, ())


# Misread.

MISREAD = [
    *("依頼の内容が違います。", "誤解があるようです。", "開示はお願いしていません。", "そういう意味ではありません。"),
    *(
        "You misunderstood me.",
        "That is not what I asked for.",
        "I didn’t ask for erasure.",
        "ＴＨＡＴ ＩＳ ＷＲＯＮＧ",
    ),
]


@pytest.mark.parametrize("words", MISREAD)
def test_whoever_says_we_misread_them_is_put_before_staff(words: str) -> None:
    assert disputes(words)
    act, hints = reacted(opened("disclosure"), words=words, by="tag")
    assert ([one.data for one in act.events], act.letters, hints) == ([{"flag": DISPUTED}], (), (DISPUTED,))


def test_only_the_beginning_of_a_long_mail_is_looked_at() -> None:
    assert not disputes("あ" * 5000 + "誤解")
    assert not disputes("ありがとうございます。")


def test_whoever_withdraws_because_we_misread_them_withdraws() -> None:
    assert reacted(opened("disclosure"), flags=["withdraws"], words="誤解です。")[1] == (WITHDREW,)


# A subject tag is a hint, no authority.


@pytest.mark.parametrize("flag", ["wants_status", "withdraws"])
def test_without_the_token_nothing_happens_by_itself(flag: str) -> None:
    assert reacted(opened("disclosure"), flags=[flag], by="tag") == (QUIET, ())


# Papers.


def test_what_comes_after_papers_were_asked_for_is_taken_for_papers() -> None:
    case = at_once(opened("disclosure"), "/ask id")
    act, hints = reacted(case, attachments=2, by="tag")
    assert ([(one.name, one.data) for one in act.events], hints) == (
        [(Name.PAPERS_RECEIVED, {"message": 41, "count": 2})],
        (PAPERS,),
    )


PAPERS_CASES = [
    (opened("disclosure"), False),
    (at_once(opened("disclosure"), "/ask id"), True),
    (asked(opened("disclosure"), "id"), True),
    (wrote(asked(opened("disclosure"), "id"), now=days_later(1)), True),
    (asked(opened("disclosure"), "mandate"), True),
    (asked(opened("disclosure"), "wait"), False),
    (asked(opened("disclosure"), "scope", text="どの期間ですか。"), False),
]


@pytest.mark.parametrize(("case", "expected"), PAPERS_CASES, ids=range(len(PAPERS_CASES)))
def test_papers_are_awaited_from_the_question_on(case: Case, expected: bool) -> None:  # noqa: FBT001 -- drawn by name
    assert awaits_papers(case) is expected
    assert (PAPERS in reacted(case, attachments=1)[1]) is expected
    assert PAPERS not in reacted(case, attachments=0)[1]


def test_one_mail_can_do_several_things() -> None:
    case = at_once(opened("disclosure"), "/ask id")
    act, hints = reacted(case, flags=["wants_status", "withdraws"], attachments=1)
    assert hints == (STATUS_SENT, WITHDREW, PAPERS)
    assert [one.template for one in act.letters] == ["status_reply", "closure"]


def test_thanks_do_nothing() -> None:
    assert reacted(opened("disclosure"), words="ありがとうございます。") == (QUIET, ())
