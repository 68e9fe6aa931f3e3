"""Mutants of what leaves: the outgoing gate, the mail itself, its attachments, and what a draft is warned of."""

from tests.sabotage.mutant import mutant

_GATE = "tests/core/test_gate.py"
_STAYS = f"{_GATE}::test_what_must_not_leave_is_named"
_CONFIRMED = f"{_GATE}::test_what_a_person_confirmed_leaves_and_nothing_else"
_WARNED = "tests/core/test_draft_warnings.py"

MUTANTS = (
    mutant(
        "the gate lets other words leave than were confirmed",
        _CONFIRMED,
        ("core/gate.py", " and text_digest(read.text) != permit.approved_text:", " and not read.text:"),
    ),
    mutant(
        "the gate lets a relay leave that nobody confirmed",
        _CONFIRMED,
        ("core/gate.py", "(permit.approved_text or permit.kind is LetterKind.RELAY) and", "permit.approved_text and"),
    ),
    mutant(
        "the gate looks at no recipient",
        _STAYS,
        (
            "core/gate.py",
            """values.get("to") != permit.recipient or len(_ADDRESS.findall(values.get("to", ""))) != 1:""",
            "not permit.recipient:",
        ),
    ),
    mutant(
        "the gate lets a copy leave to somebody else",
        _STAYS,
        (
            "core/gate.py",
            '_OF_A_THREAD = {"in-reply-to", "references"}',
            '_OF_A_THREAD = {"in-reply-to", "references", "cc"}',
        ),
    ),
    mutant(
        "the gate lets a token of staff leave",
        _STAYS,
        ("core/gate.py", "    if _STAFF_TOKEN.search(text):\n", "    if not text:\n"),
    ),
    mutant(
        "the gate lets the reference of another case leave",
        _STAYS,
        ("core/gate.py", "any(found != permit.ref for found in references_in(text)):", "not text:"),
    ),
    mutant(
        "the gate lets quoted words leave",
        _STAYS,
        ("core/gate.py", "    if _QUOTED.search(read.text) or _QUOTED.search(shown):\n", "    if not shown:\n"),
    ),
    mutant(
        "the gate lets a file leave that nobody approved",
        _CONFIRMED,
        (
            "core/gate.py",
            "any(found.count(one) > permit.approved_attachments.count(one) for one in found):",
            "not permit:",
        ),
    ),
    mutant(
        "the HTML of a relay may say something else",
        _CONFIRMED,
        ("core/gate.py", " and words(shown) != words(read.text):", " and not shown:"),
    ),
    mutant(
        "every mail goes to a second address as well",
        "tests/core/test_outgoing.py::test_any_files_make_a_sound_mail_and_the_same_bytes_each_time",
        ("core/outgoing.py", '        ("To", to),\n', '        ("To", to),\n        ("Cc", company.address),\n'),
    ),
    mutant(
        "any file may leave",
        "tests/core/test_outgoing_attachments.py::test_no_other_file_may_leave",
        (
            "core/desk/attachments.py",
            "if not _is_what_it_says(one) or one.sha256 == _TEST_VIRUS_SHA256:",
            "if not one.name:",
        ),
        (
            "core/desk/attachments.py",
            "return _TYPES[_ending(attachment)]",
            'return _TYPES.get(_ending(attachment), "")',
        ),
    ),
    mutant(
        "a file that two programs open apart may leave",
        "tests/core/test_outgoing_attachments.py::test_no_other_file_may_leave",
        ("core/desk/attachments.py", "data is not None and _is_twofold(type_of(one), data)", "not one.name"),
    ),
    mutant(
        "the words of a note may leave",
        f"{_WARNED}::test_words_of_a_note_are_known_again",
        ("core/desk/warnings.py", "if _is_note_in(draft.text, draft.notes):", "if not draft:"),
    ),
    mutant(
        "a quotation may leave",
        f"{_WARNED}::test_what_is_wrong_with_a_draft_is_said",
        ("core/desk/warnings.py", "    if is_quoting(draft.text):\n", "    if not draft:\n"),
    ),
    mutant(
        "another case may be named to a requester",
        f"{_WARNED}::test_what_is_wrong_with_a_draft_is_said",
        ("core/desk/warnings.py", "if ref != draft.own_ref.upper()]:", "if not ref]:"),
    ),
    mutant(
        "nothing keeps a draft from leaving",
        f"{_WARNED}::test_what_blocks_is_what_no_confirmation_can_make_right",
        ("core/desk/warnings.py", '"attachment_size", "tag_differs"}', '"attachment_size"}'),
    ),
    mutant(
        "a value that a letter lacks prints nothing",
        "tests/edge/test_render.py::test_a_missing_field_names_letter_language_and_field",
        (
            "edge/render.py",
            "        undefined=StrictUndefined,\n",
            '        undefined=__import__("jinja2").Undefined,\n',
        ),
    ),
    mutant(
        "what was left in junk makes the same mail in the inbox a copy",
        "tests/fakes/test_junk.py::test_what_is_taken_out_of_junk_is_heard_once",
        (
            "steps/receive.py",
            "index = None if is_left else one.settlement.content_index",
            "index = one.settlement.content_index",
        ),
    ),
    mutant(
        "an answer in the junk folder is thrown away",
        "tests/fakes/test_junk.py::test_an_answer_to_our_mail_that_lies_in_junk_waits_for_a_person",
        ("core/triage.py", "is_work = _asks(verdict) or about.is_answer", "is_work = _asks(verdict)"),
    ),
)
