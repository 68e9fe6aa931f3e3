"""Mutants of what a death must find in order: what is written before what, and what is done once."""

from tests.sabotage.mutant import mutant

_DEATHS = "tests/crash/test_boundaries.py::test_a_death_at_any_boundary_loses_and_doubles_nothing"
_FILES = "tests/crash/test_boundaries.py::test_a_first_start_that_dies_between_its_files_is_repeated"
_UNLUCKY = "tests/crash/test_unlucky.py"

MUTANTS = (
    mutant(
        "a mail is moved before it is in the ledger",
        _DEATHS,
        (
            "steps/fetch.py",
            "    with here.written() as connection:\n        new = record(",
            "    here.account.mailbox.move([one.uid for one in group], here.account.imap.processed_folder)\n    with here.written() as connection:\n        new = record(",
        ),
    ),
    mutant(
        "the bytes of a mail are kept in a second transaction",
        _DEATHS,
        (
            "steps/fetch.py",
            "        insert_blobs(connection, [text for text in texts if text.id in kept])\n",
            "    with here.written() as connection:\n        insert_blobs(connection, [text for text in texts if text.id in kept])\n",
        ),
    ),
    mutant(
        "how far a folder was read is written before its mails",
        _DEATHS,
        (
            "steps/fetch.py",
            "    last_uid, rest = _take_new(here, cursor.last_uid if cursor else _top(unseen[here.name]))\n",
            "    with here.written() as connection:\n        write_cursor(connection, here.name, {'uidvalidity': here.uidvalidity, 'last_uid': max(account.mailbox.uids_above(0), default=0), 'polled_at': now, 'compared_at': now})\n    last_uid, rest = _take_new(here, cursor.last_uid if cursor else _top(unseen[here.name]))\n",
        ),
    ),
    mutant(
        "letters are queued in a second transaction",
        _DEATHS,
        (
            "steps/receive.py",
            "        queue(connection, in_turn(parts, connection, posts, now), envelopes, now)\n        hold_back(connection, done, now)\n        settle_inbox(connection, [one.settlement for one in done], now)\n",
            "        hold_back(connection, done, now)\n        settle_inbox(connection, [one.settlement for one in done], now)\n    with write(parts.engine) as connection:\n        queue(connection, in_turn(parts, connection, posts, now), envelopes, now)\n",
        ),
    ),
    mutant(
        "a mail leaves the inbox in a second transaction",
        _DEATHS,
        (
            "steps/receive.py",
            "        settle_inbox(connection, [one.settlement for one in done], now)\n",
            "    with write(parts.engine) as connection:\n        settle_inbox(connection, [one.settlement for one in done], now)\n",
        ),
    ),
    mutant(
        "a letter is claimed without a word that it is on its way",
        _DEATHS,
        (
            "store/mail.py",
            'outbox.c.once, state="sending", code=None)',
            "outbox.c.once, due_at=now, code=None)",
        ),
    ),
    mutant(
        "an acknowledgement whose outcome is unknown is sent again",
        _DEATHS,
        (
            "steps/send.py",
            "row.code == INTERRUPTED and (row.once or",
            "row.code == INTERRUPTED and (not row.id or",
        ),
    ),
    mutant(
        "nobody hears of an acknowledgement whose outcome is unknown",
        _DEATHS,
        (
            "steps/landing.py",
            "    troubles = [one for one in ended if one.trouble]\n",
            '    troubles = [one for one in ended if one.trouble and one.state != "unknown"]\n',
        ),
    ),
    mutant(
        "a mail is marked as filed before it is moved",
        _DEATHS,
        (
            "steps/filing.py",
            "    mailbox.end_idle()\n",
            "    mailbox.end_idle()\n    with write(parts.engine) as connection:\n        mark_filed(connection, [row.id for row in rows], now)\n",
        ),
    ),
    mutant(
        "what a dead worker had in hand is left alone",
        _DEATHS,
        (
            "store/presence.py",
            '        connection.execute(update(outbox).where(outbox.c.state == "sending").values(due_at=now))\n',
            "",
        ),
    ),
    mutant(
        "the master key is written where it is read",
        _FILES,
        ("store/vault.py", 'path.with_name(f"{path.name}.{new_id()}")', "path"),
        ("store/vault.py", "        os.link(draft, path)", "        os.path.exists(path)"),
        ("store/vault.py", "        draft.unlink()\n", "        pass\n"),
    ),
    mutant(
        "only mail above the highest number is looked for",
        f"{_UNLUCKY}::test_a_mail_that_shows_after_a_later_one_is_found_within_the_hour",
        ("steps/fetch.py", "now - cursor.compared_at >= _COMPARE_EVERY", "now < cursor.compared_at"),
    ),
    mutant(
        "mails are told apart by their Message-ID alone",
        f"{_UNLUCKY}::test_two_mails_with_one_message_id_are_two",
        ("core/content.py", "        if name in _AUTHORS:\n", '        if name == "message-id":\n'),
        ("core/content.py", '    digest.update(b"\\n" + plain[body_at:].rstrip())\n', ""),
    ),
    mutant(
        "old mail is answered at the first start",
        f"{_UNLUCKY}::test_mail_from_before_the_desk_is_counted_and_never_answered",
        ("steps/fetch.py", "    since = here.account.since\n", "    since = here.account.since.replace(year=2000)\n"),
    ),
    mutant(
        "a worker that is told to end twice at once hangs",
        "tests/storage/test_stops.py::test_to_be_told_to_end_waits_for_no_lock",
        ("worker.py", "        self._is_told = True", "        self.stop()"),
    ),
    mutant(
        "a process that is told to end while it is made goes on",
        "tests/e2e/test_processes.py::test_whoever_is_told_to_end_while_it_makes_processes_ends_with_all_of_them",
        ("supervisor.py", "            _end_at_once()\n            code", "            code"),
    ),
)
