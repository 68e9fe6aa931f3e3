"""Mutants of the wire: what the mailbox believes of an IMAP server, and what the sender makes of an SMTP answer."""

from tests.sabotage.mutant import mutant

_IMAP = "tests/faults/test_imap_faults.py::test_a_fault_of_the_mailbox_loses_and_doubles_nothing"
_SMTP = "tests/faults/test_smtp_faults.py::test_a_fault_of_the_submission_server_loses_and_doubles_nothing"
_IDLE = "tests/faults/test_idle_faults.py"
_POISON = "tests/faults/test_poison.py"
_TLS = "tests/faults/test_tls_faults.py"

MUTANTS = (
    mutant(
        "what the server puts off counts as sent",
        f"{_SMTP}[450 to RCPT]",
        (
            "edge/smtp.py",
            "    return Result(Outcome.TRANSIENT, str(code))\n",
            "    return Result(Outcome.SENT, str(code))\n",
        ),
    ),
    mutant(
        "what the server refuses for good is tried for ever",
        f"{_SMTP}[550 to RCPT]",
        ("edge/smtp.py", "    if code in _PERMANENT and code not in _OURS:\n", "    if code == 0:\n"),
    ),
    mutant(
        "commands out of order are a verdict on the mail",
        f"{_SMTP}[503 to MAIL]",
        ("edge/smtp.py", "frozenset({503, 530, 534, 535, 538})", "frozenset({530, 534, 535, 538})"),
    ),
    mutant(
        "a lost answer to the mail is tried again",
        f"{_SMTP}[250 to the mail is lost, closed]",
        (
            "edge/smtp.py",
            'self._drop(line)\n            return Result(Outcome.UNKNOWN, "lost")',
            'self._drop(line)\n            return Result(Outcome.TRANSIENT, "late")',
        ),
    ),
    mutant(
        "garbage after the mail is tried again",
        f"{_SMTP}[354 after the mail]",
        (
            "edge/smtp.py",
            "        return Result(Outcome.UNKNOWN, str(answer.code))\n",
            "        return Result(Outcome.TRANSIENT, str(answer.code))\n",
        ),
    ),
    mutant(
        "an answer that came ahead is believed",
        f"{_SMTP}[a 250 ahead of a refusal]",
        ("edge/smtp.py", "if answer.code != _GO_ON or _is_ahead(client):", "if answer.code != _GO_ON:"),
    ),
    mutant(
        "an answer left over from one mail is taken for the next",
        f"{_SMTP}[a refusal ahead of the next mail]",
        ("edge/smtp.py", "client.is_connected and not _is_ahead(client):", "client.is_connected:"),
    ),
    mutant(
        "a server whose folders have no number is not read",
        f"{_IMAP}[UIDVALIDITY 0]",
        ("edge/imap.py", "return found if 0 < found < BITS_32 else 0", "return 1 // found"),
    ),
    mutant(
        "an unknown acknowledgement is sent again",
        f"{_SMTP}[250 to the mail is lost, closed]",
        ("steps/send.py", "if result.outcome is Outcome.UNKNOWN and row.once:", "if row.once and not row.id:"),
    ),
    mutant(
        "a refused password of IMAP is offered again at once",
        f"{_TLS}::test_a_refused_password_is_offered_once_and_then_ever_more_rarely",
        ("edge/imap_session.py", "        self._breaker.check()\n", ""),
    ),
    mutant(
        "a refused password is offered each minute for ever",
        f"{_TLS}::test_a_refused_password_is_offered_once_and_then_ever_more_rarely",
        ("edge/breaker.py", "if self._refusals >= _PATIENT:", "if self._refusals < 0:"),
    ),
    mutant(
        "a password is offered on both connections and in every way",
        f"{_TLS}::test_a_refused_password_is_offered_once_and_then_ever_more_rarely",
        ("edge/smtp.py", "            self._breaker.check()\n", ""),
    ),
    mutant(
        "a server in trouble counts as a refusal of the password",
        f"{_TLS}::test_a_server_in_trouble_with_its_passwords_is_asked_again_soon",
        ("edge/imap_session.py", 'any(f"[{code}" in str(error) for code in _PASSING)', "not error"),
    ),
    mutant(
        "any certificate will do",
        f"{_TLS}::test_a_server_that_does_not_prove_who_it_is_gets_no_password",
        (
            "edge/tls.py",
            "    context.minimum_version = ssl.TLSVersion.TLSv1_2\n",
            "    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE\n",
        ),
    ),
    mutant(
        "without STARTTLS the password goes in clear text",
        f"{_TLS}::test_a_connection_is_never_brought_down_to_clear_text",
        ("edge/smtp.py", 'start_tls=config.security == "starttls"', "start_tls=None"),
    ),
    mutant(
        "another UIDVALIDITY is not noticed",
        f"{_IMAP}[numbers begin again, the mails are back]",
        ("edge/imap.py", "        return validity\n", "        return 1_700_000_001\n"),
    ),
    mutant(
        "an answer without UID is taken by its place",
        f"{_IMAP}[an answer without a UID whose place is a UID]",
        ("edge/imap_answers.py", '        uid = values.get(b"UID")\n', '        uid = values.setdefault(b"UID", 7)\n'),
    ),
    mutant(
        "a body of nothing is a mail",
        f"{_IMAP}[a body that is NIL]",
        ("edge/imap_answers.py", "and not data and (size or not isinstance(value, bytes)):", "and not values:"),
    ),
    mutant(
        "the clock of the server is believed",
        f"{_IMAP}[a server in the next century]",
        ("edge/imap_answers.py", "return min(self.received_at or now, now)", "return self.received_at or now"),
    ),
    mutant(
        "a clock that was never set makes mail old",
        f"{_IMAP}[a server whose clock was never set]",
        ("edge/imap_answers.py", "return at if at.year >= _FIRST_YEAR else None", "return at"),
    ),
    mutant(
        "a mail that is not handed over stops the others",
        f"{_POISON}::test_a_mail_that_is_not_handed_over_stops_no_other_and_comes_in_when_it_is_mended",
        ("edge/suspects.py", "return any((*self._here, uid) in self._failures for uid in uids)", "return not self"),
    ),
    mutant(
        "a server sends as much as it likes",
        f"{_POISON}::test_the_size_of_a_mail_that_is_not_true_costs_no_more_than_twice_that_size",
        ("edge/imap_wire.py", "        if size > self._left + len(self._rest):\n", "        if size < 0:\n"),
        ("edge/imap_wire.py", "        if self._left <= 0:\n", "        if not self:\n"),
    ),
    mutant(
        "a server that refuses IDLE is joined again each second",
        f"{_IDLE}::test_a_server_that_refuses_idle_is_not_asked_and_joined_again_each_second",
        ("edge/imap.py", "                self._poll_until_s = steady_s() + _IDLE_AGAIN_S\n", "                pass\n"),
    ),
    mutant(
        "a full folder for what is done ends all reading",
        "tests/fakes/test_lanes.py::test_a_full_folder_for_what_is_done_keeps_no_mail_from_being_read",
        (
            "lanes.py",
            "of_one(partial(step, parts, now) for step in steps.values())",
            "any([step(parts, now) for step in steps.values()])",
        ),
    ),
    mutant(
        "a server that does not answer is asked by every step",
        "tests/fakes/test_lanes.py::test_whoever_does_not_answer_or_refuses_the_password_is_asked_once",
        ("steps/accounts.py", "return _in_turn(calls, (Refused, Away))", "return _in_turn(calls)"),
    ),
    mutant(
        "an outage of days ends every mail at the first passing no",
        "tests/e2e/test_outbox_rules.py::test_after_an_outage_of_days_the_first_passing_no_ends_nothing",
        ("steps/send.py", "_LEAST_TRIES = 2", "_LEAST_TRIES = 0"),
    ),
    mutant(
        "mail behind several that are not handed over waits for an hour",
        "tests/faults/test_poison.py::test_mail_behind_several_that_are_not_handed_over_comes_in_at_once",
        ("steps/fetch.py", "    _look_again(here, [one.uid for one in group if one.uid not in came])\n", ""),
    ),
    mutant(
        "a mail that is not handed over is asked for again and again",
        "tests/faults/test_poison.py::test_mail_behind_several_that_are_not_handed_over_comes_in_at_once",
        (
            "edge/suspects.py",
            "return self._failures[*self._here, uid] <= 1",
            "return self._failures[*self._here, uid] <= 99",
        ),
    ),
    mutant(
        "a file of certificates that is gone makes acknowledgements unknown",
        f"{_TLS}::test_a_file_of_certificates_that_is_gone_for_a_while_loses_and_doubles_nothing",
        (
            "edge/smtp.py",
            "            try:\n                client = self._lines[line] = self._client()\n",
            "            client = self._lines[line] = self._client()\n            try:\n",
        ),
    ),
    mutant(
        "mail that comes in the moment before the wait is found by the next poll",
        f"{_IDLE}::test_a_fault_while_waiting_keeps_no_mail_waiting_for_good[closed in IDLE]",
        ("edge/imap.py", "        return self._has_told\n", "        return False\n"),
    ),
)
