"""Mutants of mail bombs and of the outbox: what is folded, what is told, what leaves first, what never leaves twice."""

from tests.sabotage.mutant import mutant

_CORE, _DESK, _OUTBOX = "tests/core/test_flood.py", "tests/e2e/test_flood.py", "tests/e2e/test_outbox_rules.py"
_FLOOD, _FLOODING, _DISPOSE, _SEND = (
    "core/flood.py",
    "steps/flooding.py",
    "steps/dispose.py",
    "steps/send.py",
)
_LANDING = "steps/landing.py"

MUTANTS = (
    mutant(
        "no flood is ever folded",
        f"{_DESK}::test_what_goes_beyond_a_limit_goes_into_one_case_and_nothing_of_it_is_lost",
        (_FLOOD, "return limit > 0 and full", "return limit < 0 and full"),
    ),
    mutant(
        "mail that the border proves is counted with mail in its name",
        f"{_DESK}::test_a_bomb_in_somebodys_name_and_from_their_provider_leaves_their_own_mail_alone",
        (_FLOODING, 'blind(f"{reason}|{is_proved}|{value}")', 'blind(f"{reason}|{value}")'),
    ),
    mutant(
        "every folded batch opens a case of its own",
        f"{_DESK}::test_staff_are_told_at_once_and_at_each_power_of_ten",
        (_FLOODING, "is_new = known is None or not known.case.is_open", "is_new = True"),
    ),
    mutant(
        "the case of a flood hides how many mails it holds",
        f"{_DESK}::test_the_digest_and_the_case_tell_the_number",
        (
            "core/case.py",
            '{"folded": case.folded + int(str(event.data["count"]))}',
            '{"folded": case.folded + 1}',
        ),
    ),
    mutant(
        "the digest says nothing of a flood",
        f"{_DESK}::test_the_digest_and_the_case_tell_the_number",
        ("steps/digest/gather.py", '"folded": folded_between(connection, since, until)', '"folded": 0'),
    ),
    mutant(
        "staff are told of a flood only once",
        f"{_DESK}::test_staff_are_told_at_once_and_at_each_power_of_ten",
        (_FLOOD, "return int(10 ** (len(str(count)) - 1)) if count else 0", "return min(count, 1)"),
    ),
    mutant(
        "a copy of a folded mail opens a case",
        f"{_DESK}::test_a_copy_of_a_folded_mail_is_a_copy",
        (
            "steps/receive.py",
            "for one, out in sort_all(parts, batch, facts) if one.row.ledger_id not in folded]",
            "for one, out in sort_all(parts, [one for one in batch if one.row.ledger_id not in folded], facts)]",
        ),
    ),
    mutant(
        "proved mail is acknowledged in the hour of mail that nothing proves",
        f"{_DESK}::test_acknowledgements_of_proved_mail_do_not_wait_behind_mail_that_nothing_proves",
        (
            _DISPOSE,
            "max(promised, now + _ONE_DAY), is_proved=one.transport.dmarc ==",
            "max(promised, now + _ONE_DAY), is_proved=one.transport.spf ==",
        ),
    ),
    mutant(
        "an acknowledgement may come weeks later",
        f"{_DESK}::test_an_acknowledgement_that_would_come_too_late_is_withheld_and_the_case_says_so",
        ("core/budget.py", "if self._per_hour == 0 or slot > latest:", "if self._per_hour == 0:"),
    ),
    mutant(
        "all notices of unproved mail leave at once",
        f"{_DESK}::test_notices_of_unproved_mail_are_spread_over_the_hours_and_none_is_left_out",
        ("core/budget.py", "if is_proved or self._notices is None:", "if is_proved or self._notices:"),
    ),
    mutant(
        "an acknowledgement whose end is unknown is sent again",
        f"{_OUTBOX}::test_an_acknowledgement_whose_end_is_unknown_is_never_sent_again_and_staff_are_asked",
        (
            _SEND,
            "if result.outcome is Outcome.UNKNOWN and row.once:",
            "if result.outcome is Outcome.UNKNOWN and row.failures > 9:",
        ),
    ),
    mutant(
        "words of a person whose end is unknown are sent again",
        f"{_OUTBOX}::test_words_of_a_person_whose_end_is_unknown_are_never_sent_again",
        ("steps/letters.py", "            once=True,\n", ""),
    ),
    mutant(
        "nobody hears of a mail that waits for days",
        f"{_OUTBOX}::test_the_manager_hears_within_the_day_of_a_mail_that_others_leave_before",
        (_LANDING, "_LATE_AFTER = timedelta(hours=1)", "_LATE_AFTER = timedelta(days=9)"),
    ),
    mutant(
        "trouble with a mail about trouble makes another mail",
        f"{_OUTBOX}::test_trouble_with_a_mail_about_trouble_makes_no_further_mail",
        (_LANDING, 'if one.row.audience != "requester" or one.row.case_id == OFFICE:', "if one.row.case_id == OFFICE:"),
    ),
    mutant(
        "a machine that answers is answered on and on",
        f"{_OUTBOX}::test_who_got_five_automatic_mails_within_an_hour_gets_no_sixth_for_a_day",
        (_FLOOD, "MOST_AN_HOUR, _HOUR, _MUTE = 5,", "MOST_AN_HOUR, _HOUR, _MUTE = 500,"),
    ),
    mutant(
        "three marks make texts the same kind",
        f"{_CORE}::test_three_marks_in_common_are_not_the_same_kind_of_text",
        (_FLOOD, "_ENOUGH = 4", "_ENOUGH = 3"),
    ),
    mutant(
        "staff hear at once of every message of one case, however many come",
        f"{_DESK}::test_who_writes_to_a_case_again_and_again_does_not_bury_the_desk",
        (_DISPOSE, "    return Hour(taken, most).next_at(now) if most else now\n", "    return now\n"),
    ),
    mutant(
        "a threat in the midst of a flood waits until staff have heard of the flood",
        f"{_DESK}::test_a_new_wish_in_the_midst_of_many_messages_is_told_at_once",
        (_DISPOSE, "*(told if is_urgent else _from(", "*(_from("),
        (_DISPOSE, "snapshot.case_id, now), told))]", "snapshot.case_id, now), told))]  # always"),
    ),
)
