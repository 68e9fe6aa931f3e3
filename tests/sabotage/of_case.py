"""Mutants of a case's life: who stands behind what, the identity first, the clock, and the letter that ends it."""

from tests.sabotage.mutant import mutant

_OUTCOMES = "tests/core/test_desk_outcomes.py"
_OWED = f"{_OUTCOMES}::test_a_request_may_have_the_outcomes_of_the_law_and_owes_their_letters"
_IDENTITY = "tests/core/test_desk_identity.py"
_WEIGHTY = "tests/core/test_desk_weighty.py"
_EVERYDAY = "tests/core/test_desk_everyday.py"
_ASKED = "    events = [Event(Name.REPLY_ASKED, scene.now, scene.actor, one.number, waited) for one in asked]\n"
_DECIDED = "    events = [_decided(scene, one, outcome, ground) for one in chosen]\n"

MUTANTS = (
    mutant(
        "a refusal needs no manager",
        _OWED,
        ("core/desk/outcomes.py", 'REFUSED: Owed("refusal", _MANAGER, ', 'REFUSED: Owed("refusal", _CODE, '),
    ),
    mutant(
        "a disclosure needs no manager",
        _OWED,
        ("core/desk/outcomes.py", 'FULL: Owed("disclosure", _MANAGER)', 'FULL: Owed("disclosure", _CODE)'),
    ),
    mutant(
        "data are erased without the manager",
        _OWED,
        (
            "core/desk/outcomes.py",
            '"erase": {**_STOPPED, FULL: Owed("suspension_result", _MANAGER)}',
            '"erase": {**_STOPPED}',
        ),
    ),
    mutant(
        "a handler alone extends the time or changes the address",
        f"{_WEIGHTY}::test_who_must_stand_behind_an_act",
        ("core/desk/weighty.py", 'if command.name in {"extend", "to"}:', "if not command.name:"),
    ),
    mutant(
        "a handler alone waives the identity check",
        f"{_IDENTITY}::test_each_check_reaches_its_tier_and_only_a_waiver_needs_the_manager",
        ("core/desk/identity.py", "Method(HIGHEST_TIER, Level.MANAGER)", "Method(HIGHEST_TIER)"),
    ),
    mutant(
        "data are disclosed before the identity was checked",
        f"{_IDENTITY}::test_nothing_is_done_with_data_nor_said_of_them_before_the_check",
        ("core/desk/deciding.py", "if outcome in _GIVING and lacks_identity(", "if not outcome and lacks_identity("),
    ),
    mutant(
        "a check with little proof is enough for everything",
        f"{_IDENTITY}::test_nothing_is_done_with_data_nor_said_of_them_before_the_check",
        ("core/desk/identity.py", "tier_needed(requests, policy) > (case.identity or 0)", "case.identity is None"),
    ),
    mutant(
        "who was checked at one address is known at another",
        f"{_IDENTITY}::test_a_new_address_is_nobody_known_yet",
        (
            "core/desk/weighty.py",
            '        Event(Name.IDENTITY_REOPENED, scene.now, scene.actor, data={"why": "address_changed"}),\n',
            "",
        ),
    ),
    mutant(
        "a ground is whatever a handler types",
        f"{_OUTCOMES}::test_a_ground_is_one_of_the_laws_list_for_that_right",
        (
            "core/desk/deciding.py",
            "(not found.names_ground or ground in known)",
            "(not found.names_ground or bool(ground))",
        ),
    ),
    mutant(
        "a letter leaves without a field it owes",
        f"{_OUTCOMES}::test_a_letter_that_lacks_a_field_is_not_written",
        (
            "core/desk/letterbook.py",
            'if field.is_required and not filled.get(field.name, "").strip())',
            "if not field.name)",
        ),
    ),
    mutant(
        "the clock stands still before the asking letter left",
        f"{_EVERYDAY}::test_what_was_asked_but_never_left_can_be_asked_again",
        (
            "core/desk/everyday.py",
            _ASKED,
            _ASKED + "    on = scene.rules.calendar.local_day(scene.now).isoformat()\n"
            '    stop = {"on": on, "reason": reason}\n'
            "    events += [Event(Name.PAUSE_STARTED, scene.now, scene.actor, one.number, stop) for one in asked]\n",
        ),
    ),
    mutant(
        "the clock stands still twice for the same thing",
        f"{_EVERYDAY}::test_nothing_stops_a_clock_twice_for_the_same_thing",
        ("core/desk/everyday.py", "if reason not in one.stops and not one.pause]", "if not one.pause]"),
    ),
    mutant(
        "the time is extended twice",
        f"{_WEIGHTY}::test_an_extension_moves_the_service_dates_once_and_leaves_the_gate",
        ("core/desk/telling.py", "if request.is_extended:", "if request.is_extended and request.pause:"),
    ),
    mutant(
        "a request closes before its letter was accepted",
        f"{_OUTCOMES}::test_a_request_is_closed_while_its_answer_is_with_the_requester",
        (
            "core/desk/deciding.py",
            _DECIDED,
            _DECIDED
            + "    events += [Event(Name.REQUEST_ANSWERED, scene.now, scene.actor, one.number) for one in chosen]\n",
        ),
    ),
    mutant(
        "a request closes when any letter was accepted",
        "tests/sabotage/test_killers.py::test_an_answer_closes_the_request_it_answers_and_no_other",
        (
            "core/progress.py",
            "for request in case.requests if key and request.mail == key]",
            "for request in case.requests]",
        ),
    ),
    mutant(
        "an answer that came back counts",
        f"{_OUTCOMES}::test_a_request_is_closed_while_its_answer_is_with_the_requester",
        ("core/progress.py", "ended = {State.DECIDED, State.CLOSED} if", "ended = {State.DECIDED} if"),
    ),
    mutant(
        "a case number alone tells a requester how it stands",
        "tests/core/test_desk_requester.py::test_without_the_token_nothing_happens_by_itself",
        ("core/desk/requester.py", 'if by == BY_TOKEN and ("wants_status"', 'if by and ("wants_status"'),
    ),
    mutant(
        "a case number alone withdraws a request",
        "tests/core/test_desk_requester.py::test_without_the_token_nothing_happens_by_itself",
        ("core/desk/requester.py", 'if by == BY_TOKEN and "withdraws"', 'if by and "withdraws"'),
    ),
)
