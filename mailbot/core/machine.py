"""Tells mail that a machine wrote from mail of a person, so that no machine is ever answered.

The test is made of header values (RFC 3834, RFC 3464, RFC 5965, RFC 2369), never of one word in a
subject: 不在 is also what people write about. Everything here is a claim of the mail; it may only make
the desk more silent, never act on a case.
"""

import re

from mailbot.core.headers import Headers
from mailbot.core.message import Machine
from mailbot.core.mime import Part, leaves

_PROGRAM = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon).*|.*[-_.]no-?reply|owner-.*|.*-(?:request|bounces?|owner)"
    r"|(?:postmaster|bounces?|listserv|listproc|majordomo|mdaemon)(?:[+=._-].*)?|root|cron",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(?:mailer-daemon|mdaemon)(?:[+=.-].*)?", re.IGNORECASE)
_VACATION = re.compile(
    "自動返信|自動応答|不在|休暇|auto[- ]?repl|automatic reply|auto response|out of office|vacation|on leave|away from",
    re.IGNORECASE,
)
_CHALLENGE_HEADERS = {"x-tmda-confirm", "x-tmda-fingerprint", "x-boxtrapper", "x-asva-challenge", "x-spamarrest"}
_AUTO_HEADERS = {"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mail-autoreply", "x-vacation"}
_FAILURE = re.compile(
    "undeliver|delivery (?:status|fail|report|problem)|returned mail|failure notice|mail delivery|delivery has failed"
    "|nondeliverable|returned to sender|配信不能|配信できません|不達|エラーメール",
    re.IGNORECASE,
)
_REPORTS = {"feedback-report", "disposition-notification", "tlsrpt"}


def machine_of(headers: Headers, root: Part, subject: str, address: str) -> Machine | None:
    """Return what kind of machine wrote the mail, None for a person.

    `address` is the shown From address or, where there is none, the name; `subject` is decoded. Only the value "no" of
    Auto-Submitted is a person's (RFC 3834 §5).
    """
    if report := _report(root):
        return report
    if set(headers.names()) & _CHALLENGE_HEADERS:
        return Machine.CHALLENGE_RESPONSE
    if _is_bounce(headers, address, subject):
        return Machine.BOUNCE
    if _is_auto_reply(headers, subject):
        return Machine.AUTO_REPLY
    return Machine.LIST if _is_list(headers) else None


def is_automatic(headers: Headers, machine: Machine | None, address: str) -> bool:
    """Whether the mail must get no answer: a machine's, a program's address, a wish for silence, or one of our own."""
    return machine is not None or is_program(address) or _has_suppress(headers) or _is_our_own(headers)


def is_program(address: str) -> bool:
    """Whether an address belongs to a program: mailer-daemon, no-reply, owner-…, …-request and their like."""
    return bool(_PROGRAM.fullmatch(address.partition("@")[0][:100]))


def is_spam(headers: Headers) -> bool:
    """Whether a filter on the way called the mail spam."""
    flags = (*headers.all("x-spam-flag"), *headers.all("x-spam-status"))
    return any(flag.strip().lower().startswith("yes") for flag in flags)


def _report(root: Part) -> Machine | None:
    kind = root.parameters.get("report-type", "").lower()
    types = {leaf.type for leaf in leaves(root)} if root.type.startswith("multipart/") else {root.type}
    if kind == "delivery-status" or (root.type == "multipart/report" and "message/delivery-status" in types):
        return Machine.BOUNCE
    if root.type == "multipart/report" or types & {f"message/{report}" for report in _REPORTS}:
        return Machine.REPORT
    return None


def _is_bounce(headers: Headers, address: str, subject: str) -> bool:
    """Whether an old-style delivery failure: a daemon's, with failed recipients named, or automatic and called one."""
    if headers.first("x-failed-recipients") or _DAEMON.fullmatch(address.partition("@")[0][:100]):
        return True
    return bool(_FAILURE.search(subject)) and (_is_auto_reply(headers, subject) or is_program(address))


def _is_auto_reply(headers: Headers, subject: str) -> bool:
    submitted = {re.split(r"[;(\s]", value.strip().lower(), maxsplit=1)[0] for value in headers.all("auto-submitted")}
    if submitted - {"no"} or set(headers.names()) & _AUTO_HEADERS or _has_null_path(headers):
        return True
    if "no" in submitted or _is_list(headers):
        return False
    return _precedence(headers) in {"bulk", "junk", "auto_reply"} or (
        _VACATION.search(subject) is not None and _has_suppress(headers)
    )


def _is_our_own(headers: Headers) -> bool:
    return "x-mailbot-kind" in headers.names() or any("mailbot" in value for value in headers.all("x-loop"))


def _has_null_path(headers: Headers) -> bool:
    return headers.first("return-path").replace(" ", "") == "<>"


def _has_suppress(headers: Headers) -> bool:
    words = re.split(r"[,;\s]+", headers.first("x-auto-response-suppress").lower())
    return bool({"all", "autoreply", "oof"} & set(words))


def _precedence(headers: Headers) -> str:
    return headers.first("precedence").strip().lower()


def _is_list(headers: Headers) -> bool:
    return _precedence(headers) == "list" or any(name.startswith("list-") for name in headers.names())
