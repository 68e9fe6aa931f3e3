"""Mutants of the clocks: how days are counted, when a clock stands still, and what answers the gate."""

from tests.sabotage.mutant import mutant

_WAITING = "tests/core/test_waiting.py"
_DEFAULT = f"{_WAITING}::test_the_default_policy_reminds_on_the_fifth_and_tenth_day_and_ends_after_the_twentieth"
_PROGRESS = "tests/core/test_progress.py"
_STOOD = f"{_PROGRESS}::test_the_service_dates_move_by_the_business_days_until_the_reply_arrived"
_DRAFT = "tests/core/test_gate_draft.py"
_EXTENSION = "tests/core/test_extension.py"
_RECOUNT = "tests/core/test_recount.py"
_HOLIDAY = "tests/edge/test_holiday.py"
_VECTORS = (
    "tests/core/test_calendar_reference.py"
    "::test_the_vectors_of_the_law_page_hold_for_the_calendar_and_for_the_reference"
)
_EXECUTED = "            executed_on=_end(self.executed_on, by, calendar),\n"

_DAYS = (
    mutant(
        "the day of arrival is counted",
        "tests/core/test_policy.py::test_the_law_vectors_hold",
        (
            "core/policy.py",
            "notice_on=_end(arrived_on, table.notice, calendar)",
            "notice_on=_end(arrived_on - timedelta(days=1), table.notice, calendar)",
        ),
    ),
    mutant(
        "days on which the company is closed are counted",
        _VECTORS,
        ("core/calendar.py", " and (day.month, day.day) not in self._yearly", ""),
    ),
    mutant(
        "a citizens' holiday is a day like any other",
        f"{_HOLIDAY}::test_the_table_of_2026_and_2027_is_the_list_of_the_cabinet_office",
        ("edge/holiday.py", "if day not in removed}", 'if day not in removed and "国民の休日" not in name}'),
    ),
    mutant(
        "holidays nobody has published are believed",
        f"{_HOLIDAY}::test_an_old_installation_does_not_know_more_because_time_went_by",
        (
            "edge/holiday.py",
            "min(known_until or KNOWN_UNTIL, table_until(country, today))",
            "table_until(country, today)",
        ),
    ),
    mutant(
        "a recount forgets the dates of before",
        f"{_RECOUNT}::test_a_holiday_added_in_the_middle_of_a_case_moves_what_lies_behind_it",
        ("core/recount.py", '"before": {name: day for name, day in before.items() if day}', '"before": {}'),
    ),
    mutant(
        "a recount writes what did not move",
        f"{_RECOUNT}::test_a_second_count_under_the_same_calendar_makes_no_second_event",
        (
            "core/recount.py",
            '        return None\n    data: dict[str, Json] = {"before"',
            '        pass\n    data: dict[str, Json] = {"before"',
        ),
    ),
)

_STOPS = (
    mutant(
        "a stop moves the gate of the law", _STOOD, ("core/policy.py", _EXECUTED, _EXECUTED.replace("executed", "gate"))
    ),
    mutant(
        "a stop ends when the reply is read",
        _STOOD,
        ("core/progress.py", "on = rules.calendar.local_day(arrived_at)", "on = rules.calendar.local_day(now)"),
    ),
    mutant(
        "a stop moves the date by all the days it lasts",
        f"{_PROGRESS}::test_stops_add_up_to_the_longest_stop_and_never_move_the_gate",
        ("core/waiting.py", "max(min(stood, _left(request, most)), 0)", "max(stood, 0)"),
    ),
    mutant(
        "a clock that stood still long enough stops again",
        f"{_WAITING}::test_a_clock_that_stood_still_long_enough_stands_still_no_more",
        ("core/progress.py", "most is None or request.moved < most.amount", "most is None or request.moved >= 0"),
    ),
    mutant(
        "the same question stops a clock again once it was answered",
        f"{_WAITING}::test_a_clock_never_stands_still_twice_for_one_thing_nor_for_two_at_once",
        ("core/progress.py", "is_new = reason not in request.stops and not", "is_new = not"),
    ),
    mutant(
        "a request lapses although nobody was reminded",
        _DEFAULT,
        ("core/waiting.py", "if reminders and request.reminded_on is None:", "if not reminders:"),
    ),
    mutant(
        "a request lapses on the last day of the reply",
        _DEFAULT,
        ("core/waiting.py", "on = calendar.add_business_days(last, 1)\n", "on = last\n"),
    ),
    mutant(
        "a request lapses right after a late reminder",
        f"{_WAITING}::test_a_late_reminder_puts_the_end_off_until_five_business_days_have_gone_by",
        ("core/waiting.py", "_GRACE + 1))", "1))"),
    ),
    mutant(
        "a request lapses while the reply may lie unread",
        f"{_WAITING}::test_nothing_lapses_and_nobody_is_reminded_while_the_reply_may_lie_unread",
        ("core/due.py", "return is_waited(point) or point.code in", "return point.code in"),
    ),
    mutant(
        "a requester is reminded twice on one day",
        f"{_WAITING}::test_reminders_missed_together_are_one_reminder",
        (
            "core/due.py",
            '        "points": [*(point.token for point in come)],\n        "on"',
            '        "points": [come[0].token],\n        "on"',
        ),
    ),
)

_GATE = (
    mutant(
        "a stop silences the gate of the law",
        f"{_PROGRESS}::test_while_a_clock_stands_still_only_the_gate_warns",
        (
            "core/clock.py",
            "return tuple(point for point in points if point.code == OVERDUE or",
            "return tuple(point for point in points if",
        ),
    ),
    mutant(
        "the status letter lies ready when nobody is there",
        f"{_DRAFT}::test_the_letter_lies_ready_on_day_12_and_every_business_day_after_and_never_first_when_nobody_is_there",
        ("core/gate_draft.py", "        *_before(first, found.arrived_on, calendar),\n", ""),
    ),
    mutant(
        "a status letter answers the gate before the server took it",
        f"{_DRAFT}::test_the_gate_is_answered_when_the_mail_server_took_the_letter_and_not_before",
        (
            "core/request.py",
            '{"report": str(event.data["mail"])}',
            '{"report": str(event.data["mail"]), "is_gate_answered": True}',
        ),
    ),
    mutant(
        "a status letter that came back still answers the gate",
        f"{_DRAFT}::test_a_letter_that_did_not_arrive_opens_the_gate_again",
        ("core/progress.py", "names += [Name.GATE_UNANSWERED] if request.gate_on else []", "names += []"),
    ),
    mutant(
        "an extension nobody was told of counts",
        f"{_EXTENSION}::test_an_extension_nobody_was_told_of_is_void",
        (
            "core/progress.py",
            'replace(request, extension="", is_gate_answered=False)',
            "replace(request, is_gate_answered=False)",
        ),
    ),
    mutant(
        "the time is extended on its last day",
        f"{_EXTENSION}::test_an_extension_asked_in_time_is_refused_when_it_is_confirmed_on_the_due_date",
        ("core/desk/telling.py", "request.answer_on <= scene.rules", "request.answer_on < scene.rules"),
    ),
    mutant(
        "the time is extended beyond the policy",
        "tests/core/test_desk_weighty.py::test_an_extension_is_no_longer_than_the_law_allows",
        ("core/desk/telling.py", "scene.rules.calendar) > last_on:", "scene.rules.calendar) < due_on:"),
    ),
)

MUTANTS = (*_DAYS, *_STOPS, *_GATE)
