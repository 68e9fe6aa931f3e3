"""A case lives on whatever staff, the requester, the mail server and the days do to it, in any order.

No order makes an event that the table refuses: that would be a mail nobody can deal with. Nothing closes without the
letter it owes, and no case gets where it can never end.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mailbot.core.case import Case, fold
from mailbot.core.clock import is_snoozed
from mailbot.core.decide import decide_follow_up
from mailbot.core.desk.letterbook import FORMS, form_for
from mailbot.core.desk.outcomes import OUTCOMES
from mailbot.core.desk.plan import Offer, carry_out, plan
from mailbot.core.desk.requester import react
from mailbot.core.desk.scene import Act, LetterOrder, NotDone, Scene
from mailbot.core.desk.waiting_letters import endings
from mailbot.core.desk.weighty import absorbed
from mailbot.core.events import Event, Json, Name, stamp
from mailbot.core.kinds import KINDS, UNCLASSIFIED
from mailbot.core.message import Language
from mailbot.core.progress import decide_accepted, decide_bounced, opened_by_hand
from mailbot.core.request import Request
from mailbot.core.transitions import State
from tests.core.desk_scenes import (
    ARRIVED,
    GROUNDS,
    NEW,
    OTHER,
    REF,
    RULES,
    WORDS,
    arrived,
    commands,
    deciding,
    filled,
    opened,
    scene,
    ticked,
)

KIND = st.sampled_from(sorted(KINDS))
KIND_LISTS = st.lists(KIND, min_size=1, max_size=3, unique=True)
GROUND_LINES = tuple(f"{name} {ground}" for name in ("/partial", "/refuse") for ground in GROUNDS.values())
LINES = (
    *("/take", "/assign ken", "/note", "/note 電話済み", "/hold", "/hold off", "/reopen", "/snooze", "/snooze 5"),
    *(f"/type {kind}" for kind in KINDS if kind != UNCLASSIFIED),
    *("/type correct marketing_stop", "/type disclosure erase", "/type inquiry", "/type not_for_us"),
    *(f"/ask {what}{which}" for what in ("id", "mandate", "scope", "wait") for which in ("", " 1", " 2")),
    *(f"/send {one.code}" for one in FORMS),
    *(f"/send {code} {ground}" for code in ("L5", "L6", "L8", "L11", "L12") for ground in GROUNDS.values()),
    *(f"/verify {method}" for method in ("reply", "facts", "document", "post", "waive")),
    *(f"/grant{which}" for which in ("", " 1", " 2", " alternative", " alternative 1")),
    *(f"{line}{which}" for line in GROUND_LINES for which in ("", " 1")),
    *("/nodata", "/nodata 1", "/send", "/extend 5 理由", "/extend 10 理由 #1", "/extend 20 理由"),
    *("/close", "/close 重複", "/close withdrawn", "/close lapsed", "/spam"),
    *(f"/merge {OTHER}", f"/merge {REF}", "/split 1", "/split 2", f"/link {OTHER}"),
    *("/to new@requester.example", "/party agent@requester.example agent", "/status", "/undo"),
)
REPORT = filled(form_for("status_report", ""))
MATCHED = (
    *((f"/send {form.code}", filled(form)) for form in FORMS if not form.outcome),
    *(("/ask id", ""), ("/ask scope", "どの期間のことでしょうか。"), ("/ask mandate", ""), ("/ask wait", "")),
    *(("/extend 5 理由", REPORT), ("/extend 5 理由 #1", REPORT), (f"/merge {OTHER}", ""), ("/split 1", "")),
)
"""Lines with what stands below them when staff make no mistake."""
MAILS = st.lists(st.sampled_from(LINES), max_size=3, unique_by=lambda line: line.split()[0])
TEXTS = st.sampled_from(["", "", WORDS, WORDS, *(filled(form) for form in FORMS), filled(FORMS[7], Language.EN)])
FLAGS = st.sampled_from([(), (), ("wants_status",), ("withdraws",), ("withdraws", "wants_status"), ("agent",)])


class Life(RuleBasedStateMachine):
    """Two cases of one desk, the mails on their way, and the previews that wait for a code."""

    @initialize(first=KIND_LISTS, second=KIND_LISTS)
    def open_cases(self, first: list[str], second: list[str]) -> None:
        self.now = ARRIVED
        self.cases = {REF: opened(*first), OTHER: opened(*second, ref=OTHER)}
        self.outbox: list[tuple[str, LetterOrder]] = []
        self.sent: list[tuple[str, LetterOrder]] = []
        self.offers: list[tuple[str, Offer]] = []
        self.happened = Counter[tuple[str, int | None, Name, Json]]()
        self.messages = 100

    # What happens.

    @rule(ref=st.sampled_from([REF, REF, OTHER, NEW]), lines=MAILS, text=TEXTS)
    def staff_write(self, ref: str, lines: list[str], text: str) -> None:
        self._write(ref, lines, text)

    @rule(
        ref=st.sampled_from([REF, OTHER]),
        which=st.integers(0, 9),
        outcome=st.sampled_from(OUTCOMES),
        more=st.booleans(),
    )
    def staff_decide(self, ref: str, which: int, outcome: str, more: bool) -> None:  # noqa: FBT001 -- drawn by name
        requests = self.cases[ref].requests
        line, text = deciding(requests[which % len(requests)], outcome)
        self._write(ref, ["/verify waive", line][not more :], text)

    @rule(ref=st.sampled_from([REF, OTHER]), mail=st.sampled_from(MATCHED))
    def staff_ask_or_tell(self, ref: str, mail: tuple[str, str]) -> None:
        self._write(ref, [mail[0]], mail[1])

    @precondition(lambda self: self.offers)
    @rule(which=st.integers(0, 5))
    def a_code_comes_back(self, which: int) -> None:
        ref, one = self.offers.pop(which % len(self.offers))
        self._confirm(ref, one)

    @precondition(lambda self: self.outbox)
    @rule(which=st.integers(0, 5))
    def the_server_takes_a_mail(self, which: int) -> None:
        ref, letter = self.outbox.pop(which % len(self.outbox))
        self.sent.append((ref, letter))
        self._apply(ref, decide_accepted(self.cases[ref], letter.key, self.now, RULES))

    @precondition(lambda self: self.outbox)
    @rule(which=st.integers(0, 5))
    def the_server_refuses_a_mail(self, which: int) -> None:
        ref, letter = self.outbox.pop(which % len(self.outbox))
        self._apply(ref, decide_bounced(self.cases[ref], letter.key, self.now, RULES))

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50))
    def a_mail_comes_back(self, which: int) -> None:
        ref, letter = self.sent.pop(which % len(self.sent))
        self._apply(ref, decide_bounced(self.cases[ref], letter.key, self.now, RULES))

    @rule(
        ref=st.sampled_from([REF, OTHER]),
        kinds=st.lists(KIND, max_size=2, unique=True),
        flags=FLAGS,
        by=st.sampled_from(["token", "tag"]),
        files=st.integers(0, 1),
        words=st.sampled_from(["", "違います", "any update?"]),
        late=st.integers(0, 48),
    )
    def the_requester_writes(
        self, ref: str, kinds: list[str], flags: tuple[str, ...], by: str, files: int, words: str, late: int
    ) -> None:
        while into := self.cases[ref].merged_into:
            ref = into
        self.messages += 1
        at = max(ARRIVED, self.now - timedelta(hours=late))
        mail = replace(arrived(*kinds, at=at, flags=flags), message=self.messages)
        self._apply(ref, decide_follow_up(self.cases[ref], mail, RULES, self.now, by))
        here = self._scene(ref, "")
        self._happen(ref, react(here, mail, words, by, files)[0], here)

    @rule(hours=st.sampled_from([1, 24, 72, 24 * 8, 24 * 30]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for ref, case in self.cases.items():
            awake = [one for one in case.requests if not is_snoozed(case, one, RULES, self.now)]
            events = tuple(event for one in awake for event in ticked(one, self.now))
            self._happen(ref, Act(events, letters=tuple(endings(events))), self._scene(ref, ""))

    # What holds whatever happened.

    @invariant()
    def what_is_closed_was_answered_and_what_is_decided_will_be(self) -> None:
        working = {ref: case for ref, case in self.cases.items() if case.state is not State.MERGED}
        for ref, case in working.items():
            for one in case.requests:
                assert one.state is not State.CLOSED or any(_is_answer(ref, one, *mail) for mail in self.sent)
                assert one.state is not State.DECIDED or any(_is_answer(ref, one, *mail) for mail in self.outbox)

    @invariant()
    def a_case_that_ended_owes_nothing(self) -> None:
        assert all(case.is_open or not case.running for case in self.cases.values())

    @invariant()
    def no_clock_stops_twice_for_one_thing_and_no_date_is_extended_twice(self) -> None:
        once = {Name.PAUSE_STARTED, Name.REQUEST_EXTENDED}
        assert all(count <= 1 for (_, _, name, _), count in self.happened.items() if name in once)

    def teardown(self) -> None:
        """End every case as any member of staff can, whatever it went through."""
        if not hasattr(self, "cases"):
            return
        for ref in self.cases:
            self._send_all()
            if self.cases[ref].undecided:
                self._write(ref, ["/type inquiry"], "")
                self._write(ref, ["/grant"], WORDS)
                self._confirm(*self.offers.pop(0))
                self._send_all()
            if self.cases[ref].is_open:
                self._write(ref, ["/close"], "")
                self._confirm(*self.offers.pop(0))
            assert not self.cases[ref].is_open

    # How the store and the steps carry it on.

    def _write(self, ref: str, lines: Sequence[str], text: str) -> None:
        ref = ref if ref in self.cases else REF
        here = self._scene(ref, text)
        try:
            found = plan(here, commands(*lines))
        except NotDone:
            return
        self._happen(ref, found.at_once, here)
        self.offers = [*((ref, one) for one in found.offers), *self.offers][:6]

    def _confirm(self, ref: str, one: Offer) -> None:
        here = self._scene(ref, one.text)
        try:
            act = carry_out(here, one.commands, one.text, str(self.messages))
        except NotDone:
            return
        self._happen(ref, act, here)

    def _send_all(self) -> None:
        while self.outbox:
            self.the_server_takes_a_mail(0)

    def _scene(self, ref: str, text: str) -> Scene:
        self.messages += 1
        others = {other: (number, case) for number, (other, case) in enumerate(self.cases.items(), 1)}
        return replace(scene(self.cases[ref], text, self.now, self.messages), others=others)

    def _happen(self, ref: str, act: Act, here: Scene) -> None:
        self._apply(ref, act.events)
        known = {letter.key for _, letter in (*self.outbox, *self.sent)}
        self.outbox += [(ref, letter) for letter in act.letters if letter.key not in known]
        for extra in act.extras:
            if extra.what == "merge":
                self._apply(extra.values[0], absorbed(here, self._scene(extra.values[0], "")))
            if extra.what == "split" and NEW not in self.cases:
                self.cases[NEW] = _split_off(here.case, int(extra.values[0]), self.now)

    def _apply(self, ref: str, events: Sequence[Event]) -> None:
        for one in events:
            reason = one.data.get("reason")
            if one.data.get("void"):  # the letter that stopped the clock did not arrive: it never stood still
                [reason] = [known.pause for known in self.cases[ref].requests if known.number == one.request]
                self.happened[ref, one.request, Name.PAUSE_STARTED, reason] -= 1
            self.happened[ref, one.request, one.name, reason] += 1
            self.cases[ref] = fold([one], self.cases[ref])


def _is_answer(ref: str, one: Request, of: str, letter: LetterOrder) -> bool:
    return (ref, one.mail, one.outcome) == (of, letter.key, letter.outcome) and one.number in letter.numbers


def _split_off(case: Case, number: int, now: datetime) -> Case:
    moved = next(one for one in case.requests if one.number == number)
    received_at = moved.received_at or now
    data: dict[str, Json] = {"ref": NEW, "received_at": stamp(received_at), "language": "ja", "policy": RULES.key}
    return fold(
        [
            Event(Name.CASE_OPENED, now, data=data),
            opened_by_hand(1, moved.kind, received_at, RULES, now, "hana"),
            Event(Name.ACKNOWLEDGEMENT_WITHHELD, now, data={"why": "split"}),
        ]
    )


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
