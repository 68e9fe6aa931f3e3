"""Every order in which things can happen to the desk, as rules; after each the promises that hold at any moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.fakes.ground import BOSS, HANA
from tests.stateful import people
from tests.stateful.office import BEGIN, STAFF, Office

_ANY = st.integers(0, 1_000_000)
_PHASES = st.sampled_from(("smtp connect", "smtp mail", "smtp rcpt", "smtp data", "smtp dot"))
_ACTIONS = st.sampled_from(("select", "search", "fetch", "move", "exists"))
MOST_DAYS = timedelta(days=9)
"""No run lasts as long as a mail is tried (`give_up_days`): what was given up would be no fault."""
TAKEN = {"steps": 0}
"""How many steps were taken in this process: each is one rule, executed once."""
Rule = Callable[..., None]


def step(**strategies: Any) -> Callable[[Rule], Rule]:
    """A rule that is counted."""

    def counting(call: Rule) -> Rule:
        @wraps(call)
        def counted(self: Any, **arguments: Any) -> None:
            TAKEN["steps"] += 1
            call(self, **arguments)

        made: Rule = rule(**strategies)(counted)  # type: ignore[no-untyped-call]
        return made

    return counting


def one_of(choices: list[Any], number: int) -> Any:
    """One of the choices, mostly a late one."""
    return choices[-1 - number % len(choices)]


class States(RuleBasedStateMachine):
    """The rules are what the world does to the desk; `worker_works` is what the desk does."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.sent = 0

    def _number(self) -> str:
        self.sent += 1
        return f"later-{self.sent}"

    def _put(self, one: people.Mail | None) -> None:
        if one:
            self.office.put(one)

    @step(number=st.integers(0, people.STOCK - 1))
    def customer_writes(self, number: int) -> None:
        self._put(people.first_mail(number))

    @step(number=_ANY)
    @precondition(lambda self: self.office.written)
    def mail_comes_again(self, number: int) -> None:
        self._put(people.Mail(one_of(list(self.office.written.values()), number)))

    @step(number=_ANY)
    @precondition(lambda self: self.office.written)
    def copy_in_junk(self, number: int) -> None:
        self.office.put(people.Mail(one_of(list(self.office.written.values()), number)), "Junk")

    @step()
    def number_is_given_away(self) -> None:
        self.office.leave_hole()

    @step(number=st.integers(0, people.STOCK - 1))
    @precondition(lambda self: self.office.holes)
    def mail_is_seen_late(self, number: int) -> None:
        self.office.put_late(people.first_mail(number))

    @step(folder=st.sampled_from(("INBOX", "Junk")))
    def folder_is_numbered_anew(self, folder: str) -> None:
        self.office.renumber(folder)

    @step(number=st.integers(0, 19))
    def machine_writes(self, number: int) -> None:
        self._put(people.machine_mail(number))

    @step(number=_ANY)
    @precondition(lambda self: self.office.to_people())
    def customer_replies(self, number: int) -> None:
        got = one_of(self.office.to_people(), number)
        self._put(people.reply(got.data, got.recipient, self._number(), "追伸: 電話番号も変わりました。", "follow-up"))

    @step(number=_ANY)
    @precondition(lambda self: self.office.to_people())
    def our_mail_bounces(self, number: int) -> None:
        self._put(people.bounce(one_of(self.office.to_people(), number).data, self._number()))

    @step(number=_ANY, command=st.sampled_from(people.COMMANDS), who=st.sampled_from((HANA, BOSS)))
    @precondition(lambda self: self.office.got(HANA, "notice"))
    def staff_orders(self, number: int, command: str, who: str) -> None:
        if got := self.office.got(who, "notice", "warning", "receipt", "escalation"):
            self._put(people.staff_reply(one_of(got, number), who, self._number(), command))

    @step(number=_ANY, draft=st.sampled_from(people.DRAFTS))
    @precondition(lambda self: self.office.got(HANA, "notice"))
    def staff_drafts(self, number: int, draft: str) -> None:
        self._put(people.staff_reply(one_of(self.office.got(HANA, "notice"), number), HANA, self._number(), draft))

    @step(number=_ANY, label=st.sampled_from(("送信", "やめる")))
    @precondition(lambda self: self.office.got(HANA, "preview"))
    def staff_taps(self, number: int, label: str) -> None:
        self._put(people.tap(one_of(self.office.got(HANA, "preview"), number), HANA, self._number(), label))

    @step(number=_ANY, kind=st.sampled_from(sorted(people.FORGERIES)))
    @precondition(lambda self: self.office.got(HANA, "notice"))
    def somebody_forges(self, number: int, kind: str) -> None:
        self._put(people.FORGERIES[kind](one_of(self.office.got(HANA, "notice"), number), self._number()))

    @step(number=_ANY, text=st.sampled_from(people.DIGEST_ANSWERS))
    @precondition(lambda self: self.office.got(BOSS, "digest"))
    def manager_answers_the_digest(self, number: int, text: str) -> None:
        self._put(people.staff_reply(one_of(self.office.got(BOSS, "digest"), number), BOSS, self._number(), text))

    @step(minutes=st.sampled_from((1, 10, 61, 60 * 5)))
    def time_goes_by(self, minutes: int) -> None:
        self.office.now += timedelta(minutes=minutes)

    @step(days=st.sampled_from((1, 1, 3)))
    @precondition(lambda self: self.office.now < BEGIN + MOST_DAYS)
    def days_go_by(self, days: int) -> None:
        self.office.now += timedelta(days=days)

    @step(where=_PHASES, how=st.sampled_from(("450", "550", "lost")))
    def sending_will_fail(self, where: str, how: str) -> None:
        self.office.faults.append(("before", where, how))

    @step()
    def answer_to_a_mail_will_be_lost(self) -> None:
        self.office.faults.append(("after", "smtp dot", "lost"))

    @step(where=_ACTIONS, when=st.sampled_from(("before", "after")))
    def mailbox_will_fail(self, where: str, when: str) -> None:
        self.office.faults.append((when, where, "lost"))

    @step(roster=st.integers(0, 1))
    def worker_is_started_anew(self, roster: int) -> None:
        self.office.restart(roster)

    @step(boundary=st.sampled_from((0, 0, *range(1, 30), *range(30, 90, 3))), is_crowded=st.booleans())
    def worker_works(self, boundary: int, *, is_crowded: bool) -> None:
        self.office.dies_in = boundary
        self.office.is_crowded = is_crowded and not boundary
        self.office.work()
        self._judge()

    def _judge(self) -> None:
        """Nobody is written to but staff and who wrote to the desk (I4), at any moment."""
        known = {one.requester for one in self.office.written.values() if one.opens} | STAFF
        strangers = {one.recipient for one in self.office.server.accepted} - known
        assert not strangers, f"I4 {strangers} were written to"

    def teardown(self) -> None:
        found = self.office.findings()
        assert not found.violations, "\n".join(found.violations[:8])
