"""The answer to a staff mail: what was done or why nothing was, in the reader's words, and what comes next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from mailbot.core.case import Case
from mailbot.core.desk.plan import plan
from mailbot.core.desk.preview import Offered, Preview, preview
from mailbot.core.desk.receipt import Receipt, in_words, receipt
from mailbot.core.desk.scene import NotDone
from mailbot.core.letters import Letter, LetterKind, Said, Tap
from mailbot.core.message import Language
from tests.core.desk_scenes import (
    NEW,
    NOW,
    OTHER,
    REF,
    RULES,
    WORDS,
    asked,
    at_once,
    commands,
    days_later,
    done,
    filled,
    form,
    only,
    opened,
    planned,
    scene,
    taken,
)
from tests.edge.letter_samples import COMPANY, MAILBOX, RENDERER, TOKEN

JA, EN = Language.JA, Language.EN


def answer(case: Case, *said: Said, language: Language = JA, now: datetime = NOW) -> Letter:
    told = Receipt(case, said, "hana@company.test", language, taps=(Tap("status", "/状況"),))
    return receipt(COMPANY[language], told, RULES, now)


def written(made: Letter) -> str:
    context = {**made.context, "token": TOKEN, "mailbox": MAILBOX}
    rendered = RENDERER.render(replace(made, context=context))
    return f"{rendered.subject}\n{rendered.text}"


def lines(words: str) -> set[str]:
    """Return the lines of an answer without their marks: a code that has no words would stand there as it is."""
    return {line.strip(" ✔✗") for line in words.splitlines()}


# Every answer has its words.

OTHERS = [opened("correct", ref=OTHER)]
DONE = [
    *(
        ("/take", ""),
        ("/assign ken", ""),
        ("/note 電話済み", ""),
        ("/type correct", ""),
        ("/ask id", ""),
        ("/ask wait", ""),
    ),
    *(
        ("/ask mandate", ""),
        ("/ask scope", "どの期間ですか。"),
        ("/hold", ""),
        ("/hold off", ""),
        (f"/link {OTHER}", ""),
    ),
    *(("/snooze", ""), ("/verify document", ""), ("/verify waive", ""), ("/close withdrawn", ""), ("/spam", "")),
    *(("/close lapsed", ""), (f"/merge {OTHER}", ""), ("/split 1", ""), ("/to new@requester.example", "")),
    *(("/party agent@requester.example", ""), ("/party family@requester.example 家族", "")),
    *(("/extend 5 量", filled(form("status_report"))), ("/send L5", filled(form("status_report")))),
    *(("/refuse 33-2-2 1", filled(form("refusal", "refused"))), ("/grant 2", WORDS)),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("line", "text"), DONE)
def test_everything_that_can_be_done_has_its_words(line: str, text: str, language: Language) -> None:
    case = opened("disclosure", "inquiry")
    found = planned(case, line, text=text, others=OTHERS)
    said = found.at_once.said + (found.offers[0].act.said if found.offers else ())
    assert said
    words = written(answer(case, *said, language=language))
    for one in said:
        assert one.is_done
        assert one.code not in lines(words)
        assert one.line in words


NOT_DONE = [
    ("unknown_person", ["/assign nobody"], ""),
    ("needs_text", ["/note"], ""),
    ("needs_text", ["/grant 2"], ""),
    ("no_request", ["/grant 7"], ""),
    ("cannot", ["/reopen"], ""),
    ("missing", ["/ask scope"], ""),
    ("missing", ["/verify document", "/grant 1"], ""),
    ("unknown_ref", [f"/link {NEW}"], ""),
    ("no_identity", ["/grant 1"], filled(form("disclosure", "full"))),
    ("unknown_ground", ["/refuse factual 1"], ""),
    ("not_allowed", ["/refuse factual 2"], ""),
    ("extension_limit", ["/extend 60 量"], filled(form("status_report"))),
    ("extension_again", ["/extend 5 量 #1"], filled(form("status_report"))),
    ("extension_paused", ["/extend 5 量 #1"], filled(form("status_report"))),
    ("extension_none", ["/extend 5 量 #3"], filled(form("status_report"))),
    ("argument", ["/send L5 quickly"], ""),
    ("open_requests", ["/close"], ""),
    ("open_requests", ["/send L16"], ""),
    ("case_closed", ["/spam", "/close"], ""),
    ("no_draft", ["/send"], ""),
    ("extension_late", ["/extend 5 量 #1"], filled(form("status_report"))),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("code", "typed", "text"), NOT_DONE)
def test_everything_that_cannot_be_done_says_so_and_what_helps(
    code: str, typed: Sequence[str], text: str, language: Language
) -> None:
    case, now = opened("disclosure", "inquiry", "marketing_stop"), NOW
    report = filled(form("status_report"))
    if code == "extension_late":
        now = datetime.fromisoformat("2026-12-03T10:00+09:00")
    if code == "extension_again":
        case, _ = done(case, "/extend 5 量 #1", text=report)
    if code == "extension_paused":
        case = asked(case, "id")
    with pytest.raises(NotDone) as fault:
        plan(scene(case, text, now, others=OTHERS), commands(*typed))
    assert fault.value.said.code == code
    made = answer(case, fault.value.said, language=language)
    assert made.context["is_refused"] is True
    words = written(made)
    assert code not in lines(words)
    assert fault.value.said.line in words


def test_the_words_of_a_fault_are_those_of_its_reader() -> None:
    with pytest.raises(NotDone) as missing:
        planned(opened("correct", identity=2), "/refuse factual")
    for language, labels in ((JA, ["事実", "理由"]), (EN, ["Facts", "Reason"])):
        assert in_words(missing.value.said, language).values["fields"] == labels
    with pytest.raises(NotDone) as unknown:
        planned(opened("correct", identity=2), "/refuse nowhere")
    grounds = RULES.policy.grounds["correction"].values()
    for language in Language:
        expected = [(one.code, one.words(language)) for one in grounds]
        assert in_words(unknown.value.said, language).values["grounds"] == expected
    usage = Said("argument", {"usage": "extend"}, is_done=False)
    assert in_words(usage, EN).values["usage"] == "/extend DAYS WHY [#1 #3]"
    assert in_words(usage, JA).values["usage"] == "/延長 日数 理由 [#1 #3]"
    assert in_words(Said("argument", {"usage": "/担当"}), EN).values["usage"] == "/担当"


def test_values_that_are_the_same_for_everybody_stay() -> None:
    said = Said("decided", {"rights": ["correct"], "outcome": "full", "numbers": (1, 2)}, "/grant")
    assert in_words(said, EN).values == {"rights": ["correct"], "outcome": "full", "numbers": [1, 2]}
    assert in_words(said, EN).line == "/grant"


# What comes next.

NEXT = [
    (opened("disclosure"), (), "take"),
    (at_once(opened(), "/take"), (), "type"),
    (at_once(opened("disclosure"), "/take"), (), "identity"),
    (at_once(opened("disclosure", identity=3), "/take"), (), "answer"),
    (at_once(opened("correct", identity=1), "/take"), (), "identity"),
    (at_once(opened("complaint"), "/take"), (), "answer"),
    (at_once(opened("disclosure"), "/ask id"), (), "wait"),
    (asked(opened("disclosure"), "id"), (), "wait"),
    (done(opened("inquiry"), "/grant", text=WORDS)[0], (), "leaves"),
    (done(opened("inquiry"), "/spam")[0], (), None),
    (opened("disclosure"), (Said("preview"),), "confirm"),
    (opened("disclosure"), (Said("waiting_approval", {"who": ["Bo"]}),), "approval"),
]


@pytest.mark.parametrize(("case", "said", "code"), NEXT, ids=range(len(NEXT)))
def test_a_receipt_says_what_comes_next(case: Case, said: tuple[Said, ...], code: str | None) -> None:
    made = answer(case, *said)
    assert made.context["next"] == (Said(code) if code else None)
    for language in Language:
        assert written(answer(case, *said, language=language))


def test_a_receipt_counts_the_days_to_the_first_date_that_is_owed() -> None:
    made = answer(opened("disclosure", "marketing_stop"))
    assert (made.context["due_on"], made.context["days_left"]) == (date(2026, 11, 26), 2)
    late = answer(opened("marketing_stop"), now=datetime.fromisoformat("2026-11-30T10:00+09:00"))
    assert late.context["days_left"] == -2
    case, act = done(opened("inquiry"), "/grant", text=WORDS)
    ended = answer(taken(case, *act.letters))
    assert (ended.context["due_on"], ended.context["days_left"]) == (None, None)


def test_a_receipt_does_not_count_down_while_the_service_clock_stands_still_but_the_gate_does() -> None:
    waiting = asked(opened("disclosure"), "id")
    [today, next_day, later] = [answer(waiting, now=days_later(number)).context for number in (0, 1, 30)]
    assert (next_day["due_on"], next_day["days_left"]) == (date(2026, 12, 4), today["days_left"])
    assert later["due_on"] == only(waiting).gate_on


def test_a_receipt_goes_to_the_actor_alone_and_names_the_case() -> None:
    made = answer(opened("disclosure"), Said("note"))
    assert (made.to, made.kind, made.context["ref"]) == ("hana@company.test", LetterKind.RECEIPT, REF)
    assert made.context["is_refused"] is False
    assert answer(Case(), Said("note")).context["ref"] is None


def test_a_code_without_words_would_be_seen() -> None:
    assert "no_such_code" in lines(written(answer(opened("disclosure"), Said("no_such_code"))))
    assert "no_such_code" in lines(written(answer(opened("disclosure"), Said("no_such_code", is_done=False))))


def test_two_things_that_need_the_manager_are_told_apart_in_the_preview() -> None:
    case = opened("correct")
    plain, closing = planned(case, "/verify waive", text=WORDS).offers
    assert (plain.code, closing.code) == ("to_manager", "to_manager")
    offers = (Offered(plain.code, "a" * 10), Offered(closing.code, "b" * 10, closing.act.said[1:]))
    shown = Preview(case, "requester@people.example", (), (), (), offers, plain.act.said, is_blocked=False)
    made = preview(COMPANY[EN], shown, "hana@company.test", EN, RULES, NOW).context["offers"]
    assert isinstance(made, list)
    assert [[said.code for said in one.acts] for one in made] == [[], ["decided"]]
