"""Mutants of the warnings and the digest: who is told and when, what counts as work, and what a line lets do."""

from tests.sabotage.mutant import mutant

_DUE = "tests/core/test_due.py"
_HEARD = f"{_DUE}::test_a_warning_is_acknowledged_by_a_proved_mail_of_somebody_who_was_told"
_IDLE = "tests/core/test_idle.py"
_FRESH = "[one for one in roster.get(role, ()) if one not in request.told]"

_WARNINGS = (
    mutant(
        "overdue is told once and never again",
        "tests/core/test_ladder.py::test_overdue_comes_daily_over_weekends_and_holidays",
        (
            "core/ladder.py",
            "for point in points if point.code == OVERDUE]",
            "for point in points if point.code == OVERDUE and not _overdue_days(fired)]",
        ),
    ),
    mutant(
        "a warning is handed on to somebody who was told",
        f"{_DUE}::test_the_manager_comes_before_the_representative_and_nobody_after",
        ("core/due.py", _FRESH, "[*roster.get(role, ())]"),
    ),
    mutant(
        "a warning that was answered is handed on",
        _HEARD,
        ("core/case.py", "if event.actor in request.told else request", "if not request.told else request"),
    ),
    mutant(
        "a mail that proves nobody answers a warning",
        _HEARD,
        ("core/case.py", ' or not event.data.get("proved", True)', ""),
    ),
    mutant(
        "anybody's mail answers a warning",
        _HEARD,
        ("core/case.py", "if event.actor in request.told else request", "if request.told else request"),
    ),
    mutant(
        "whoever is away is told all the same",
        "tests/core/test_absence.py::test_whoever_is_away_is_left_out_while_somebody_else_has_the_role",
        (
            "steps/roster.py",
            "for person in self.having(role) if person.id not in self.away]",
            "for person in self.having(role)]",
        ),
    ),
    mutant(
        "warnings are put off past the last day",
        "tests/core/test_desk_everyday.py::test_warnings_wait_five_business_days_at_most_and_never_past_the_last_day",
        ("core/desk/everyday.py", "one.answer_on - timedelta(days=1) for", "one.answer_on + timedelta(days=9) for"),
    ),
    mutant(
        "a note is no work",
        f"{_IDLE}::test_work_begins_the_count_anew",
        ("core/case.py", "        Name.NOTE_KEPT,\n", ""),
    ),
    mutant(
        "a draft is work",
        "tests/core/test_case.py::test_only_the_acts_of_people_are_work",
        ("core/case.py", "        Name.NOTE_KEPT,\n", "        Name.NOTE_KEPT,\n        Name.EFFECT_OFFERED,\n"),
        ("core/case.py", "Name.CHALLENGE_ISSUED, Name.EFFECT_OFFERED})", "Name.CHALLENGE_ISSUED})"),
    ),
    mutant(
        "what the program does by itself is work",
        f"{_IDLE}::test_what_the_program_does_by_itself_is_no_work",
        ("core/case.py", "if event.actor == BOT or event.name in", "if event.name in"),
    ),
    mutant(
        "a lawful wait is called idle",
        f"{_IDLE}::test_while_the_clock_stands_still_every_day_is_explained",
        ("core/idle.py", "if policy.idle is None or request.pause or not", "if policy.idle is None or not"),
    ),
)

_SHOWN = (
    mutant(
        "a line of another digest is obeyed",
        "tests/store/test_digest.py::test_the_numbers_of_a_digest_are_kept_by_its_serial",
        (
            "store/answers.py",
            "(digest_line.c.serial == serial, digest_line.c.number == number)",
            "(digest_line.c.number == number,)",
        ),
    ),
    mutant(
        "the number of a line approves without the digest itself",
        "tests/e2e/test_digest_answers.py"
        "::test_a_colleague_with_a_token_of_another_day_gets_no_approval_and_the_manager_is_asked_with_a_code",
        ("steps/desk/approving.py", "is_itself and answers_it and is_fresh", "is_itself and is_fresh"),
    ),
    mutant(
        "a cell of a report is a formula",
        "tests/core/test_statistics.py::test_no_cell_is_ever_a_formula",
        ("core/spreadsheet.py", 'value.lstrip(" ").startswith(_FORMULA)', "not value"),
    ),
    mutant(
        "the calendar file names the handler",
        "tests/core/test_icalendar.py::test_the_file_says_what_it_is_and_names_nobody",
        ("core/icalendar.py", "ref=case.ref,", 'ref=f"{case.ref}-{case.handler}",'),
    ),
    mutant(
        "a policy may hold a key nobody reads",
        "tests/core/test_policy.py::test_a_bad_policy_is_refused_with_its_fault",
        ("core/section.py", "if key not in self._read:", "if not key:"),
    ),
    mutant(
        "a newer shipped policy changes the cases that run",
        "tests/core/test_policy_extending.py"
        "::test_what_is_kept_is_whole_so_that_a_newer_mailbot_changes_no_case_that_runs",
        ("core/policy_extending.py", 'and all it leaves.\\n{_toml(laid)}"', 'and all it leaves.\\n{text}"'),
    ),
    mutant(
        "nobody sees that the clock was set",
        "tests/edge/test_clock.py::test_a_clock_that_is_set_drifts_by_that_much",
        (
            "edge/clock.py",
            "(wall - self._began[0]) - timedelta(seconds=steady - self._began[1])",
            "(wall - self._began[0]) * 0 + timedelta(seconds=steady * 0)",
        ),
    ),
    mutant(
        "mail leaves while the clock is doubted",
        "tests/e2e/test_clock_jumps.py"
        "::test_a_clock_that_jumps_ahead_by_more_than_a_day_holds_everything_until_the_manager_confirms",
        (
            "steps/send.py",
            "is_held = doubt_of(connection) is not None",
            "is_held = doubt_of(connection) is not None and not parts",
        ),
    ),
)

MUTANTS = (*_WARNINGS, *_SHOWN)
