"""Mutants of many workers on one database: leases, fences, caps for all together, several mailboxes."""

from tests.sabotage.mutant import mutant

_RACES = "tests/scale/test_races.py"
_OUTCOMES = "tests/scale/test_outcomes.py"
_PRESENCE = "tests/scale/test_presence.py"
_MAILBOXES = "tests/scale/test_two_mailboxes.py"

MUTANTS = (
    mutant(
        "two workers may claim the same row",
        f"{_RACES}::test_no_row_goes_to_two_workers",
        ("store/claim.py", "        .with_for_update(skip_locked=True)\n", ""),
    ),
    mutant(
        "every worker reads the mailbox",
        f"{_RACES}::test_of_all_workers_one_reads_the_mailbox",
        ("store/accounts.py", "    if row and now < row.due_at <= _latest(now):\n        return None\n", ""),
        (
            "store/accounts.py",
            "claim(connection, account, now, LEASE, 1, account.c.key == key)",
            "claim(connection, account, now + LEASE * 9, LEASE, 1, account.c.key == key)",
        ),
    ),
    mutant(
        "who lost the mailbox writes all the same",
        f"{_RACES}::test_who_comes_back_too_late_with_mail_in_hand_writes_nothing",
        (
            "store/accounts.py",
            "    if connection.execute(_ours(lease).values(due_at=until, **values)).rowcount != 1:\n",
            "    if connection.execute(_ours(lease).values(due_at=until, **values)).rowcount > 1:\n",
        ),
    ),
    mutant(
        "who is too slow loses the mailbox for ever",
        f"{_RACES}::test_a_round_that_takes_longer_than_a_lease_ends_at_last",
        ("store/accounts.py", "_LONGEST_DOUBLED = 5\n", "_LONGEST_DOUBLED = 0\n"),
    ),
    mutant(
        "a worker that ends keeps the mailbox",
        f"{_RACES}::test_a_worker_that_ends_leaves_the_mailbox_to_the_next_at_once",
        ("store/accounts.py", "    connection.execute(_ours(lease).values(due_at=now - LEASE, failures=0))\n", ""),
    ),
    mutant(
        "a worker whose clock is behind does not get a mailbox that is given back",
        f"{_RACES}::test_a_worker_that_ends_leaves_the_mailbox_to_the_next_at_once",
        ("store/accounts.py", "values(due_at=now - LEASE, failures=0)", "values(due_at=now, failures=0)"),
    ),
    mutant(
        "who decided too late writes all the same",
        f"{_RACES}::test_who_decides_too_late_changes_nothing",
        ("store/ledger.py", '    if gone.rowcount != len(ours):\n        raise LeaseLost("inbox")\n', ""),
    ),
    mutant(
        "each worker has a cap of its own",
        f"{_RACES}::test_the_cap_of_an_hour_is_one_for_all_workers",
        (
            "steps/receive.py",
            "queue(connection, in_turn(parts, connection, posts, now), envelopes, now)",
            "queue(connection, posts, envelopes, now)",
        ),
    ),
    mutant(
        "poison is met again and again",
        f"{_RACES}::test_poison_is_held_once_and_stops_nobody_elses_mail",
        ("steps/receive.py", "rows[0].failures > STRIKES:", "rows[0].failures > STRIKES * 9:"),
    ),
    mutant(
        "what left is looked for among all mails that ever left",
        "tests/scale/test_plans.py::test_what_a_mail_needs_is_found_by_an_index",
        (
            "store/claim.py",
            "update(table).where(known, ours).values(values)",
            "update(table).where(ours).values(values)",
        ),
    ),
    mutant(
        "trouble with one mailbox stops the others",
        f"{_MAILBOXES}::test_a_mailbox_that_cannot_be_opened_is_told_and_the_others_are_read",
        (
            "worker.py",
            '    return name if number == 1 else f"{name} {number}"\n',
            '    return name if number else ""\n',
        ),
    ),
    mutant(
        "mail of another mailbox's junk folder is answered",
        f"{_MAILBOXES}::test_the_junk_of_every_mailbox_is_read_and_never_acknowledged",
        (
            "steps/routing.py",
            "is_junk=one.entry.folder in parts.junk_folders",
            "is_junk=one.entry.folder == parts.config.imap.junk_folder",
        ),
    ),
    mutant(
        "what landed is forgotten where the database is away",
        f"{_OUTCOMES}::test_what_is_on_the_wire_when_the_next_group_cannot_be_claimed_is_known_later",
        (
            "steps/send.py",
            "    except Exception:\n        _land(parts, group, results, Ready([]), now)\n        raise\n",
            "    except Exception:\n        parts.landed.clear()\n        raise\n",
        ),
    ),
    mutant(
        "one judged by another takes the outcomes of its group with it",
        f"{_OUTCOMES}::test_one_mail_that_another_has_judged_takes_no_other_outcome_with_it",
        ("steps/landing.py", "        _write_each(parts, landed, now)\n", "        parts.landed.clear()\n"),
    ),
    mutant(
        "mails that were never offered count as interrupted",
        f"{_OUTCOMES}::test_a_group_that_could_not_be_opened_was_never_offered",
        ("steps/send.py", "*(_untried(row, now) for row in alive)", ""),
    ),
    mutant(
        "what a worker died of twice takes others with it",
        f"{_OUTCOMES}::test_what_a_worker_died_of_twice_is_offered_last_and_alone",
        ("store/mail.py", "    first = outbox.c.failures <= 1\n", "    first = outbox.c.failures <= 9\n"),
    ),
    mutant(
        "what could not be written when it landed is forgotten",
        f"{_OUTCOMES}::test_what_left_while_the_database_refused_is_known_when_it_is_back",
        (
            "steps/landing.py",
            "    except StoreUnavailable:\n        raise\n",
            "    except StoreUnavailable:\n        parts.landed.clear()\n        raise\n",
        ),
    ),
    mutant(
        "a worker that the server has forgotten stays forgotten",
        f"{_PRESENCE}::test_a_worker_that_the_server_has_forgotten_is_there_again",
        ("store/presence.py", "            connection.execute(_SHARED)\n    except", "            pass\n    except"),
    ),
    mutant(
        "who starts gives up the leases of whoever started a moment later",
        f"{_PRESENCE}::test_on_a_file_nobody_else_begins_while_leases_are_given_up",
        (
            "store/presence.py",
            "            when_alone()\n        fcntl.flock(file, fcntl.LOCK_SH)\n",
            "            fcntl.flock(file, fcntl.LOCK_SH)\n            when_alone()\n        fcntl.flock(file, fcntl.LOCK_SH)\n",
        ),
    ),
    mutant(
        "acknowledgements whose keys cannot be read for a moment count as interrupted",
        f"{_OUTCOMES}::test_a_group_whose_keys_cannot_be_read_was_never_offered",
        ("steps/send.py", "        parts.landed.extend([*died, *(_untried(row, now) for row in alive)])\n", ""),
    ),
    mutant(
        "one mail of ours that does not open takes its group with it",
        f"{_OUTCOMES}::test_a_mail_of_ours_that_does_not_open_keeps_no_other_back_and_is_held_at_last",
        ("steps/send.py", "        if len(rows) == 1:\n", "        if rows:\n"),
    ),
    mutant(
        "what a sender dies of is offered for ever",
        f"{_OUTCOMES}::test_a_letter_that_kills_its_sender_each_time_is_told_to_staff_at_last",
        ("steps/send.py", "row.failures > _MOST_DEATHS", "row.failures > 10_000"),
    ),
    mutant(
        "an outcome that cannot be written is forgotten",
        f"{_OUTCOMES}::test_a_bug_in_what_follows_from_an_outcome_does_not_send_the_mail_again",
        ("steps/landing.py", "            _write_barely(parts, one, now)\n", ""),
    ),
)
