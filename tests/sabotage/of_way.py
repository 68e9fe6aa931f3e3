"""Mutants of who may act: tokens, the sender, the proof of a mail's way, and where a mail is routed."""

from tests.sabotage.mutant import mutant

_MATCH, _AUTH, _DKIM = "tests/core/test_match.py", "tests/edge/test_auth.py", "tests/edge/test_dkim.py"
_TEXTS = "    texts = dict.fromkeys([*(text for place in places for text in tokens_in(place)), *quoted])\n"
_SIGNED = "keys.current + text[1:13] + keys._mac(keys.keys[keys.current], keys.current + text[1:13])"


def _signed(texts: str) -> tuple[str, str, str]:
    """Sign anew what these carriers bring, so that `verify` says yes to every one of them."""
    after = _TEXTS.replace("*quoted])", f"*quoted, *({_SIGNED} for {texts})])")
    return "core/match.py", _TEXTS, after


MUTANTS = (
    mutant(
        "a token in a plus address counts unsigned",
        f"{_MATCH}::test_an_answer_to_us_without_a_good_token_is_seen",
        _signed("place in (*incoming.to, *incoming.cc) for text in tokens_in(place)"),
    ),
    mutant(
        "a token in a Message-ID counts unsigned",
        f"{_MATCH}::test_a1_a_forged_roster_address_without_its_own_token_never_acts",
        _signed("place in ids for text in tokens_in(place)"),
    ),
    mutant(
        "a token in a ref line counts unsigned",
        f"{_MATCH}::test_a_token_is_read_where_a_mail_client_puts_it",
        _signed("text in quoted"),
    ),
    mutant(
        "a signature is not compared",
        "tests/core/test_token.py::test_every_single_change_of_a_character_is_refused",
        ("core/token.py", "if not hmac.compare_digest(mac, self._mac(self.keys[text[0]], payload)):", "if not mac:"),
    ),
    mutant(
        "a token never expires",
        "tests/core/test_token.py::test_a_token_is_good_through_its_last_day",
        ("core/token.py", " or expires_on < today", ""),
    ),
    mutant(
        "a revoked key still signs",
        "tests/store/test_token_keys.py::test_a_revocation_kills_every_token_before_it[sqlite]",
        ("store/token_keys.py", "range(kept.get(_FLOOR, 0), current + 2)", "range(current + 2)"),
    ),
    mutant(
        "From is parsed as the standard library does",
        f"{_MATCH}::test_a2_an_ambiguous_sender_is_no_staff",
        (
            "core/reader/headers/sender.py",
            "    if len(from_headers) != 1:\n        return None\n",
            "    return __import__('email.utils').utils.parseaddr(str([*from_headers, ''][0]))[1] or None\n",
        ),
    ),
    mutant(
        "Reply-To says who wrote",
        f"{_MATCH}::test_a2_an_ambiguous_sender_is_no_staff",
        (
            "core/reader/parse.py",
            'strict_address(headers.raw("from"))',
            'strict_address(headers.raw("reply-to") or headers.raw("from"))',
        ),
    ),
    mutant(
        "the end of a domain is the domain",
        f"{_AUTH}::test_a4_the_domain_of_a_pass_is_compared_whole_and_in_ascii",
        ("edge/auth.py", "header_from == domain else None", "header_from.endswith(domain) else None"),
    ),
    mutant(
        "of two results of our server one counts",
        f"{_AUTH}::test_a5_the_same_id_twice_proves_nothing",
        ("edge/auth.py", "len(ours) != 1 or _claims(values, authserv_id) != 1:", "not ours:"),
    ),
    mutant(
        "the result of a strange server counts",
        f"{_AUTH}::test_a5_an_attackers_header_below_or_above_is_not_read",
        ("edge/auth.py", " and result.authserv_id.lower() == authserv_id.lower()", ""),
        ("edge/auth.py", " or _claims(values, authserv_id) != 1:", ":"),
    ),
    mutant(
        "a mail that failed DMARC is proved by something else",
        "tests/core/test_proof.py::test_a_fail_under_our_own_name_always_wins",
        ("core/desk/proof.py", ' if dmarc != "fail" else Proof(dmarc=dmarc)', ""),
    ),
    mutant(
        "a mail that failed DMARC opens a case",
        "tests/core/test_triage.py::test_what_becomes_of",
        ("core/triage.py", 'if about.dmarc == "fail":', "if not about:"),
    ),
    mutant(
        "trouble with the DNS is a proof",
        "tests/core/test_proof.py::test_trouble_with_the_dns_is_no_proof",
        ("core/desk/proof.py", "signature is Signature.PASS", "signature is not Signature.FAIL"),
    ),
    mutant(
        "a key nobody could ask for is a good one",
        f"{_DKIM}::test_a_silent_dns_is_unknown_and_never_a_pass",
        ("edge/dkim.py", "        return Signature.UNKNOWN\n", "        return Signature.PASS\n"),
    ),
    mutant(
        "a signature may leave the end of a mail out",
        f"{_DKIM}::test_a7_a_body_appended_past_its_length_is_refused",
        ("edge/dkim.py", '        and b"l" not in tags\n', ""),
    ),
    mutant(
        "a signature of another domain counts",
        f"{_DKIM}::test_a7_the_signature_of_another_domain_is_refused",
        ("edge/dkim.py", 'tags.get(b"d", b"").lower() == mail.domain', 'bool(tags.get(b"d"))'),
    ),
    mutant(
        "a signed mail counts however old it is",
        f"{_DKIM}::test_a7_a_replay_is_refused_after_72_hours",
        ("edge/dkim.py", " and abs(arrived_at - signed_at) <= LONGEST_AGE.total_seconds()", ""),
    ),
    mutant(
        "a stranger with a case number joins the case",
        f"{_MATCH}::test_nobody_unknown_ever_joins_a_case",
        (
            "core/match.py",
            "Route.FOLLOW_UP if case_id in known.parties else Route.RELATED, case_id",
            "Route.FOLLOW_UP, case_id",
        ),
    ),
    mutant(
        "a stranger with the requester's token joins the case",
        f"{_MATCH}::test_nobody_unknown_ever_joins_a_case",
        ("core/match.py", "    if case_id in known.parties:\n", "    if known:\n"),
    ),
    mutant(
        "any token of staff is good for all staff",
        f"{_MATCH}::test_where_a_message_goes",
        (
            "core/match.py",
            "for staff_id in known.staff if person_number(staff_id) in acting)",
            "for staff_id in known.staff)",
        ),
    ),
    mutant(
        "staff act by a case number alone",
        f"{_MATCH}::test_a1_without_a_token_a_tag_is_refused",
        (
            "core/match.py",
            'return Match(Route.REFUSED, case_id, "tag", persons=',
            'return Match(Route.STAFF, case_id, "tag", persons=',
        ),
    ),
    mutant(
        "a machine is read like a person",
        "tests/core/test_triage.py::test_what_becomes_of",
        ("core/triage.py", "    if incoming.machine:\n", "    if not incoming:\n"),
    ),
)
