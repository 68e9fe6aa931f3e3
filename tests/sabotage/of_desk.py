"""Mutants of the desk at work: codes, approvals, orders nobody proved, and who is written to."""

from tests.sabotage.mutant import mutant

_A, _C = "tests/e2e/test_threats_a.py", "tests/e2e/test_threats_c.py"
_STORIES = "tests/e2e/test_desk_stories.py"
_EFFECTS = "tests/store/test_effects.py"
_KILLERS = "tests/sabotage/test_killers.py"
_CODE_OF_ONE = f"{_A}::test_a1_a_code_works_once_for_its_own_person_in_its_own_case"
_QUOTED = f"{_A}::test_a1_a_quoted_code_and_one_in_an_automatic_reply_let_nothing_leave"
_MANAGER = f"{_A}::test_a1_nobody_but_a_manager_approves_and_never_what_they_wrote_themselves"
_UNKNOWN = "        elif case and route.persons:\n"
_TOLD = """\
        elif case and route.route is Route.REFUSED and not route.persons:
            told = parts.staff("handler", now)[0].model_copy(update={"address": one.incoming.sender})
            done.append(refused(parts, one, case, [told], route.route.value, now))
"""
_WRITES_AGAIN = "        elif case and out is None and route.route is Route.FOLLOW_UP:\n"
_OBEYED = """\
        elif case and out is None and route.route is Route.FOLLOW_UP and one.carried.is_order:
            done.append(staff_mail(parts, one, case, parts.staff("handler", now)[0], "", now))
"""
_LETTERS = "    letters = [requester_post("
_TO_THE_WRITER = """\
    from mailbot.steps import letters as writer
    writer.case_address = lambda parts, snapshot: one.incoming.sender
"""
_HOLD = "def hold(acting: "
_TO_WHOM_STAFF_NAMED = """\
def _addressed(acting, effect):
    from mailbot.steps import letters
    mail = acting.parts.sandbox.read(raw_of(acting, effect.message))
    letters.case_address = lambda parts, snapshot: [*mail.to, *mail.cc][-1]
    return letter_post


"""

MUTANTS = (
    mutant(
        "a code is good for everybody",
        _CODE_OF_ONE,
        ("steps/desk/confirming.py", "if found.person != acting.person.id:", "if not found.person:"),
    ),
    mutant(
        "a code is good in every case",
        _CODE_OF_ONE,
        ("steps/desk/confirming.py", "if found.effect.case_id != acting.snapshot.case_id:", "if not found.effect.id:"),
    ),
    mutant(
        "a code is good twice",
        f"{_C}::test_c8_a_confirmation_that_comes_twice_sends_once",
        ("steps/desk/confirming.py", "if found.is_used or found.state in {DONE, DENIED}:", "if not found.state:"),
        (
            "steps/desk/confirming.py",
            "if found.state != (APPROVING if found.purpose == APPROVE else OFFERED):",
            "if not found:",
        ),
        ("store/effects.py", "code.c.id == code_id, code.c.used_at.is_(None)", "code.c.id == code_id"),
        ("store/effects.py", "(effect.c.id == effect_id, effect.c.state == before)", "(effect.c.id == effect_id,)"),
        ("steps/desk/carrying.py", "            order.key,\n", '            f"{order.key}:{acting.message}",\n'),
    ),
    mutant(
        "a code is good for ever",
        f"{_A}::test_a1_a_code_is_good_for_24_hours_and_not_a_second_longer",
        (
            "steps/desk/confirming.py",
            'return "code_expired" if acting.now >= found.expires_at else ""',
            'return ""',
        ),
    ),
    mutant(
        "a code is good though a new draft took its place",
        _QUOTED,
        (
            "steps/desk/offering.py",
            "        void_others(connection, acting.snapshot.case_id, acting.person.id, acting.now)\n",
            "",
        ),
    ),
    mutant(
        "a code in a quotation confirms",
        _QUOTED,
        (
            "steps/desk/orders.py",
            'words = _REF_LINE.sub("", acting.incoming.reply_text)',
            'words = (re.findall("送信 [a-z2-9]{10}", acting.incoming.text) or [acting.incoming.reply_text])[0]',
        ),
    ),
    mutant(
        "an automatic reply confirms",
        _QUOTED,
        ("core/triage.py", "    if incoming.machine:\n", "    if not incoming:\n"),
        ("core/triage.py", "if incoming.automatic and not _asks(verdict):", "if not incoming:"),
    ),
    mutant(
        "an automatic reply answers a challenge",
        f"{_A}::test_a12_an_automatic_reply_that_quotes_the_challenge_is_no_answer_to_it",
        ("core/triage.py", "    if incoming.machine:\n", "    if not incoming:\n"),
        ("core/triage.py", "if incoming.automatic and not _asks(verdict):", "if not incoming:"),
    ),
    mutant(
        "the author confirms what the manager has to",
        f"{_STORIES}::test_a_refusal_needs_a_ground_of_the_list_and_the_managers_word",
        (
            "steps/desk/confirming.py",
            "if found.effect.level >= Level.MANAGER and not _is_one_person_firm(acting):",
            "if not found.effect.level:",
        ),
    ),
    mutant(
        "a manager approves what they wrote",
        _MANAGER,
        (
            "steps/approvers.py",
            'asked = [person for person in team.here("manager") if person.id != effect.author]',
            'asked = team.here("manager")',
        ),
        (
            "steps/desk/confirming.py",
            "if found.effect.author == acting.person.id and not _is_one_person_firm(acting):",
            "if not found.effect.author:",
        ),
    ),
    mutant(
        "a handler approves",
        f"{_KILLERS}::test_only_a_manager_is_asked_to_approve_and_only_their_word_counts",
        (
            "steps/approvers.py",
            'asked = [person for person in team.here("manager")',
            'asked = [person for person in team.here("handler")',
        ),
        ("steps/desk/confirming.py", "    if not _may_approve(acting):\n", "    if not found:\n"),
    ),
    mutant(
        "an order that nobody proved is obeyed",
        f"{_A}::test_a1_the_right_token_without_a_proved_way_does_nothing_but_ask_the_roster_address",
        ("steps/desk/orders.py", "return not acting.is_proved and any(", "return not acting and any("),
    ),
    mutant(
        "a challenge goes to the address in From",
        f"{_KILLERS}::test_a_challenge_goes_to_the_address_of_the_roster_as_it_stands_there",
        (
            "steps/desk/doubting.py",
            "    person = acting.person\n",
            "    person = acting.person.model_copy(update={'address': acting.incoming.from_address})\n",
        ),
    ),
    mutant(
        "who pretends to be staff is told that it failed",
        f"{_A}::test_a1_a_confirmation_counts_by_its_from_alone_and_is_answered_nowhere_else",
        ("steps/receive.py", _UNKNOWN, _TOLD + _UNKNOWN),
    ),
    mutant(
        "a requester commands",
        f"{_KILLERS}::test_a_requester_orders_nothing",
        ("steps/receive.py", _WRITES_AGAIN, _OBEYED + _WRITES_AGAIN),
        ("steps/desk/orders.py", "return not acting.is_proved and any(", "return not acting and any("),
    ),
    mutant(
        "whoever left the roster still acts",
        f"{_A}::test_a14_whoever_left_the_roster_is_nobody_from_the_next_day_on",
        ("config.py", " if person.valid_until is None or day <= person.valid_until]", "]"),
    ),
    mutant(
        "a stranger is told how a case stands",
        f"{_KILLERS}::test_a_stranger_who_answers_a_letter_learns_nothing_of_its_case",
        (
            "core/match.py",
            '    return Match(Route.RELATED, case_id, "token")',
            '    return Match(Route.FOLLOW_UP, case_id, "stranger")',
        ),
        ("core/desk/requester.py", "    if by == BY_TOKEN and (", "    if by and ("),
        ("steps/dispose.py", _LETTERS, _TO_THE_WRITER + _LETTERS),
    ),
    mutant(
        "a reply goes to whom the staff mail names beside the desk",
        f"{_KILLERS}::test_a_reply_leaves_to_the_requester_alone_and_without_what_it_quoted",
        (
            "steps/desk/carrying.py",
            "        letter_post(\n            acting.parts,\n",
            "        _addressed(acting, effect)(\n            acting.parts,\n",
        ),
        ("steps/desk/carrying.py", _HOLD, _TO_WHOM_STAFF_NAMED + _HOLD),
    ),
    mutant(
        "a reply carries what it quoted",
        f"{_KILLERS}::test_a_reply_leaves_to_the_requester_alone_and_without_what_it_quoted",
        (
            "steps/desk/orders.py",
            'words = _REF_LINE.sub("", acting.incoming.reply_text)',
            "words = acting.incoming.text",
        ),
    ),
    mutant(
        "a forwarded mail becomes a draft",
        f"{_C}::test_c3_a_forwarded_mail_is_never_a_draft_and_asks_nothing",
        ("steps/desk/orders.py", "_is_forward(acting):\n        raise", "not wanted:\n        raise"),
    ),
    mutant(
        "a draft with a warning that blocks can be confirmed",
        f"{_C}::test_c3_the_words_of_a_note_never_leave[below]",
        ("steps/desk/offering.py", "any(one.code in BLOCKING for one in self.warnings)", "not self.warnings"),
    ),
    mutant(
        "a note is a draft",
        "tests/core/test_desk_plan.py::test_words_are_a_draft_unless_a_command_takes_them",
        ("core/desk/plan.py", 'if command.name == "note":', 'if command.name == "notes":'),
    ),
    mutant(
        "a letter that the server refused answers the request",
        f"{_STORIES}::test_an_answer_that_the_server_refuses_was_none_either",
        (
            "steps/landing.py",
            'decide = decide_accepted if one.state == "sent" else decide_bounced',
            "decide = decide_accepted",
        ),
    ),
    mutant(
        "a code stands for another effect than it was made for",
        f"{_EFFECTS}::test_a_code_is_worthless_once_anything_it_stood_for_is_another",
        (
            "store/effects.py",
            "if _secret(vault, row.code_id, digest_of(found.payload), row.person) != secret.lower():",
            "if not found.payload:",
        ),
    ),
    mutant(
        "a code may look like a word",
        f"{_EFFECTS}::test_a_code_has_two_digits_so_that_no_word_is_ever_like_one",
        ("store/effects.py", "if _DIGITS.search(secret):", "if secret:"),
    ),
    mutant(
        "two mails at once use one code",
        f"{_EFFECTS}::test_of_two_mails_with_the_same_code_one_counts",
        ("store/effects.py", "code.c.id == code_id, code.c.used_at.is_(None)", "code.c.id == code_id"),
        ("store/effects.py", "(effect.c.id == effect_id, effect.c.state == before)", "(effect.c.id == effect_id,)"),
    ),
    mutant(
        "a deputy who takes a case hears nothing more of it",
        "tests/core/test_absence.py::test_whoever_took_a_case_is_told_as_its_handler_whatever_their_role",
        (
            "steps/roster.py",
            "own = [person for person in self.people if",
            'own = [person for person in self.having("handler") if',
        ),
    ),
)
