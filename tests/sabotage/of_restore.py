"""Mutants of what happens after a restore, and of the comparison of mail server and database."""

from tests.sabotage.mutant import mutant

_SAFE = "tests/restore/test_safe_mode.py"
_AWAY = (
    f"{_SAFE}::test_staff_hear_of_a_date_that_comes_near_although_the_mailbox_cannot_be_asked"
    "_and_nobody_hears_anything_else"
)
_SUM = "tests/restore/test_reconcile.py"
_FOUND = "FOUND if any(has_unknown(parts, place) for place in places) else"
_STORY = f"{_SAFE}::test_after_a_restore_only_the_question_leaves_and_then_nothing_twice_and_every_mail_is_a_case_again"

MUTANTS = (
    mutant(
        "a restored database is not noticed by its marker",
        f"{_SAFE}::test_no_digest_is_issued_twice",
        ("core/marker.py", "return OLDER if found.number > known.number else", "return OLDER if not known else"),
    ),
    mutant(
        "another database is trusted with the mailbox",
        f"{_SAFE}::test_another_database_is_doubted_and_sends_nothing",
        ("core/marker.py", "        return OTHER\n", '        return ""\n'),
        ("steps/safe_mode.py", _FOUND, "FOUND if not parts else"),
    ),
    mutant(
        "mail that was dealt with and is unknown gives nothing away",
        f"{_SAFE}::test_mail_that_was_dealt_with_and_is_unknown_gives_a_restore_away_where_the_marker_is_gone",
        ("steps/safe_mode.py", _FOUND, "FOUND if not parts else"),
    ),
    mutant(
        "what waited in the backup is sent after the restore",
        f"{_SAFE}::test_a_mail_that_waited_to_leave_when_the_backup_was_made_never_leaves_again",
        ("steps/safe_mode.py", "    never_send(connection, now)\n", ""),
    ),
    mutant(
        "mail that is found again is acknowledged again",
        _STORY,
        ("steps/receive.py", "        hold_back(connection, done, now)\n", ""),
    ),
    mutant(
        "mail that was filed after the backup is not looked for",
        _STORY,
        ("steps/start.py", "elif not find_again(parts, now):", "elif parts:"),
    ),
    mutant(
        "a number that stands in a mail is given again",
        f"{_SAFE}::test_a_case_number_that_stands_in_a_mail_is_never_given_to_somebody_else",
        ("steps/safe_mode.py", "    skip_numbers(connection, marker.case if marker else 0, _SKIPPED)\n", ""),
    ),
    mutant(
        "a database that is doubted empties the mailbox of the right one",
        _STORY,
        ("steps/filing.py", "if is_doubted(parts, RESTORE) or not holds", "if not holds"),
    ),
    mutant(
        "the digest of the day is issued again",
        f"{_SAFE}::test_no_digest_is_issued_twice",
        (
            "steps/safe_mode.py",
            '    put_off(connection, "digest", next_digest_at(parts, now))\n',
            "    del connection, parts, now\n",
        ),
    ),
    mutant(
        "mail leaves before the mailbox could be asked",
        f"{_SAFE}::test_while_the_mailbox_cannot_be_asked_nothing_leaves",
        ("steps/start.py", "if self._shared[0] >= least:", "if least:"),
    ),
    mutant(
        "a marker is left and not counted",
        f"{_SAFE}::test_a_first_start_a_normal_one_and_one_after_mail_was_held_are_never_doubted",
        (
            "steps/marking.py",
            "remember(connection, MARKER, as_text(marker))",
            "remember(connection, MARKER, as_text(before))",
        ),
    ),
    mutant(
        "a marker that cannot be left stops the work",
        f"{_SAFE}::test_a_marker_that_cannot_be_left_stops_no_work_and_stands_in_the_digest",
        (
            "steps/own_folders.py",
            "            account.mailbox.select(account.imap.folders[0])  # raises where the server is away\n",
            "            raise\n",
        ),
    ),
    mutant(
        "a message that nobody will read is no difference",
        f"{_SUM}::test_a_difference_is_named_by_the_command_and_told_to_the_manager_once_a_day",
        ("store/differences.py", "and_(is_open, ~waits)", "and_(is_open, waits, ~waits)"),
    ),
    mutant(
        "a mail that came back is no difference",
        f"{_SUM}::test_a_difference_is_named_by_the_command_and_told_to_the_manager_once_a_day",
        ("store/differences.py", "[uid for uid in uids if known.get(uid)]", "[uid for uid in uids if uid < 0]"),
    ),
    mutant(
        "a mail that has just come is an alarm",
        f"{_SUM}::test_a_difference_is_named_by_the_command_and_told_to_the_manager_once_a_day",
        (
            "steps/reconciling.py",
            "stays = tuple(lasting(before.found, found)) if before else ()",
            "stays = tuple(found)",
        ),
    ),
    mutant(
        "a difference is told every hour",
        f"{_SUM}::test_a_difference_is_named_by_the_command_and_told_to_the_manager_once_a_day",
        ("steps/reconciling.py", '{parts.rules.calendar.local_day(now)}"', '{now}"'),
    ),
    mutant(
        "a mail that cannot be opened stops those behind it",
        "tests/restore/test_lost_keys.py::test_what_cannot_be_opened_is_held_and_told_and_the_rest_goes_on",
        ("steps/send.py", "lost = parts.vault.lost(row.key_id for row in alive)", "lost: set[str] = set()"),
    ),
    mutant(
        "a case whose key is lost warns nobody any more",
        "tests/restore/test_lost_keys.py::test_what_cannot_be_opened_is_held_and_told_and_the_rest_goes_on",
        ("steps/start.py", "            make_good(parts, now)\n", ""),
    ),
    mutant(
        "a reminder from before a restore leaves again",
        f"{_SAFE}::test_a_reminder_that_left_after_the_backup_does_not_leave_again",
        (
            "steps/tick.py",
            "        if forgotten:\n            never_send",
            "        if not parts:\n            never_send",
        ),
    ),
    mutant(
        "whoever restarts while the mailbox is away hears of no date any more",
        _AWAY,
        ("steps/start.py", "_PATIENCE_S = 600", "_PATIENCE_S = 10**9"),
    ),
    mutant(
        "a database that nobody compared writes to requesters",
        _AWAY,
        ("steps/send.py", '(("queued", "sending")), kinds)', '(("queued", "sending")))'),
    ),
    mutant(
        "a mail too large to be stored makes a desk doubt its database",
        f"{_SAFE}::test_a_mail_too_large_to_be_stored_makes_nobody_doubt",
        (
            "store/restored.py",
            "or_(ledger.c.content_index.is_(None), ledger.c.blob_id.is_(None))",
            "or_(ledger.c.content_index.is_(None))",
        ),
    ),
)
