"""The rows of the table for a submission server: every answer to every command, and every way to lose a connection."""

from collections import Counter
from datetime import timedelta

from tests.faults.case import Case
from tests.faults.office import Office
from tests.faults.script import CLOSES, HANGS, RESETS, At, Then, adds, keeps, raw, says

_EARLY = ("GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA")
_AFTER_A_DAY = timedelta(hours=6)
_ALWAYS = 0


def _all_went(office: Office) -> None:
    """Both were acknowledged, and nobody had to be told of anything."""
    assert Counter(office.outbox().values()) == {"sent": 2}
    assert len(office.acknowledged()) == 2


def _one_refused(office: Office) -> None:
    assert Counter(office.outbox().values()) == {"sent": 1, "failed": 1}
    assert len(office.acknowledged()) == 1


def _one_unknown(office: Office) -> None:
    """The mail left, or not: nobody knows, it is not sent again, and staff are told (promise 2)."""
    assert Counter(office.outbox().values()) == {"sent": 1, "unknown": 1}


def _given_up(office: Office) -> None:
    """After five days without an answer staff are told once, and nothing is tried any more."""
    assert Counter(office.outbox().values()) == {"failed": 2}
    assert office.acknowledged() == []


def _close_idle(office: Office) -> None:
    """The server ends connections that were kept while nothing was to be sent."""
    office.round()
    office.smtp.hang_up()
    office.smtp.script.done += 1
    office.write_late()
    office.round()


def _both_unknown(office: Office) -> None:
    assert Counter(office.outbox().values()) == {"unknown": 2}


def _nobody_believes(office: Office) -> None:
    """An answer that was there before the mail was handed over says nothing about the mail."""
    assert "sent" not in {state for name, state in office.outbox().items() if name not in office.went()}


def _nothing_failed(office: Office) -> None:
    """An answer that was left over from one mail is no verdict on the next."""
    assert office.rows("SELECT kind, code FROM outbox WHERE state != 'sent'") == []


def _three_went(office: Office) -> None:
    assert Counter(office.outbox().values()) == {"sent": 3}


_SHUT = [Case(f"closed at {one}", smtp=[At(one, CLOSES)], proves=_all_went) for one in _EARLY]
_RESET = [Case(f"reset at {one}", smtp=[At(one, RESETS)], proves=_all_went) for one in _EARLY]
_MUTE = [Case(f"no answer to {one}", smtp=[At(one, HANGS)], is_hasty=True) for one in _EARLY]
_LATER: tuple[tuple[str, str, Then], ...] = (
    *(("421", "GREETING", "close"), ("421", "EHLO", "close"), ("454", "AUTH", "go on"), ("421", "MAIL", "close")),
    *(("451", "MAIL", "go on"), ("450", "RCPT", "go on"), ("451", "RCPT", "go on"), ("452", "RCPT", "go on")),
    *(("421", "RCPT", "close"), ("451", "DATA", "go on"), ("421", "DATA", "close"), ("421", "DOT", "close")),
    *(("450", "DOT", "go on"), ("451", "DOT", "go on"), ("452", "DOT", "go on"), ("421", "DOT", "go on")),
)
_REFUSED_4 = [
    Case(f"{code} to {one}", smtp=[At(one, says(f"{code} 4.3.2 later", then))], proves=_all_went)
    for code, one, then in _LATER
]
_REFUSED_5 = [
    Case(f"{code} to {one}", smtp=[At(one, says(f"{code} 5.7.1 never"))], proves=_one_refused)
    for code, one in (
        *(("550", "MAIL"), ("553", "MAIL"), ("550", "RCPT"), ("551", "RCPT"), ("553", "RCPT"), ("554", "DATA")),
        *(("550", "DOT"), ("552", "DOT"), ("554", "DOT"), ("571", "DOT")),
    )
]
_OUR_DISORDER = [
    Case(f"{code} to {one}", smtp=[At(one, says(f"{code} 5.5.1 what"))], proves=_all_went)
    for code, one in (
        *(("554", "GREETING"), ("502", "EHLO"), ("503", "MAIL"), ("503", "RCPT"), ("503", "DATA"), ("503", "DOT")),
        *(("530", "MAIL"), ("530", "RCPT")),
    )
]
_OUR_DISORDER.append(
    Case(
        "500 to RSET after a refusal",
        smtp=[At("RCPT", says("450 4.3.2 later")), At("RSET", says("500 5.5.1 what"))],
        proves=_all_went,
    )
)
_LOST = [
    Case("250 to the mail is lost, closed", smtp=[At("DOT", keeps(0))], proves=_one_unknown),
    Case("250 to the mail is lost, reset", smtp=[At("DOT", keeps(0, "reset"))], proves=_one_unknown),
    Case("250 to the mail comes too late", smtp=[At("DOT", keeps(0, "hang"))], is_hasty=True, proves=_one_unknown),
    Case("half of the 250 to the mail", smtp=[At("DOT", keeps(7))], proves=_one_unknown),
    Case("reset in the middle of the mail", smtp=[At("BODY", RESETS)], proves=_one_unknown),
    Case("closed in the middle of the mail", smtp=[At("BODY", CLOSES)], proves=_one_unknown),
    Case("the mail is taken and never answered", smtp=[At("BODY", HANGS)], is_hasty=True, proves=_one_unknown),
    Case("both 250 are lost", smtp=[At("DOT", keeps(0), times=2)], proves=_both_unknown),
]
_GARBAGE = [
    Case(f"garbage to {one}", smtp=[At(one, raw(b"<html>\xff\x00\r\n"))], proves=_all_went)
    for one in _EARLY
    if one != "GREETING"
] + [
    Case("garbage after the mail", smtp=[At("DOT", raw(b"ok then\r\n", works=True))], proves=_one_unknown),
    Case("code 999 after the mail", smtp=[At("DOT", raw(b"999 eh\r\n", works=True))], proves=_one_unknown),
    Case("354 after the mail", smtp=[At("DOT", raw(b"354 more\r\n", works=True))], proves=_one_unknown),
    Case("another 2yz after the mail", smtp=[At("DOT", raw(b"251 forwarded\r\n", works=True))], proves=_all_went),
    Case("an answer of many lines", smtp=[At("DOT", adds(b"250-2.0.0 one\r\n250-2.0.0 two\r\n"))], proves=_all_went),
    Case(
        "a refusal of many lines",
        smtp=[At("RCPT", raw(b"550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 one\r\n"))],
        proves=_one_refused,
    ),
    Case("an answer without an end", smtp=[At("EHLO", raw(b"250-x\r\n" * 20_000, then="close"))], proves=_all_went),
    Case("a line of 100 kB", smtp=[At("MAIL", raw(b"250 " + b"x" * 100_000 + b"\r\n"))], proves=_all_went),
    Case("a 250 ahead of its question", smtp=[At("DATA", adds(after=b"250 2.0.0 queued\r\n"))], proves=_all_went),
    Case(
        "a 250 ahead of a refusal",
        smtp=[At("DATA", adds(after=b"250 ok\r\n")), At("DOT", says("552 5.3.4 too big"))],
        proves=_nobody_believes,
    ),
    Case(
        "a refusal ahead of the next mail",
        smtp=[At("DOT", adds(after=b"550 5.7.1 no\r\n"), times=_ALWAYS)],
        proves=_nothing_failed,
    ),
    Case("answers to questions nobody asked", smtp=[At("RCPT", adds(after=b"250 a\r\n250 b\r\n"))], proves=_all_went),
    Case("a second greeting", smtp=[At("GREETING", adds(after=b"220 again\r\n"))]),
]
_SERVERS = [
    Case("nothing but plain SMTP", extensions=("AUTH PLAIN LOGIN", "SIZE 100000"), hits=False, proves=_all_went),
    Case(
        "everything modern",
        extensions=("AUTH LOGIN PLAIN", "PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "DSN"),
        hits=False,
        proves=_all_went,
    ),
    Case("only AUTH LOGIN", extensions=("AUTH LOGIN",), hits=False, proves=_all_went),
    Case(
        "too small a SIZE",
        extensions=("AUTH PLAIN", "SIZE 100"),
        smtp=[At("DOT", says("552 5.3.4 too big"))],
        proves=_one_refused,
    ),
    Case("one of two connections fails", smtp=[At("GREETING", CLOSES, nth=2, times=3)], hits=False, proves=_all_went),
    Case("one of two connections dies in a mail", smtp=[At("RCPT", RESETS, nth=2)], proves=_all_went),
    Case("idle connections are closed", during=_close_idle, proves=_three_went),
    Case("the goodbye is not answered", smtp=[At("QUIT", HANGS, times=_ALWAYS)], hits=False, proves=_all_went),
    Case("a server that dribbles", smtp=[At("EHLO", raw(b"250-m", then="hang"))], is_hasty=True, proves=_all_went),
]
_LONG = [
    Case(
        "greylisted",
        smtp=[At("RCPT", says("450 4.7.1 greylisted"), times=4)],
        rounds=4,
        apart=timedelta(minutes=10),
        proves=_all_went,
    ),
    Case(
        "4.7.x for a day",
        smtp=[At("RCPT", says("451 4.7.1 slow down"), times=_ALWAYS)],
        rounds=5,
        apart=_AFTER_A_DAY,
        proves=_all_went,
    ),
    Case(
        "4.7.x after the mail for a day",
        smtp=[At("DOT", says("451 4.7.1 slow down"), times=_ALWAYS)],
        rounds=5,
        apart=_AFTER_A_DAY,
        proves=_all_went,
    ),
    Case(
        "4.7.x for five days",
        smtp=[At("DOT", says("450 4.7.1 slow down"), times=_ALWAYS)],
        rounds=8,
        apart=timedelta(hours=18),
        proves=_given_up,
    ),
    Case(
        "no connection for a day",
        smtp=[At("GREETING", CLOSES, times=_ALWAYS)],
        rounds=5,
        apart=_AFTER_A_DAY,
        proves=_all_went,
    ),
]
_CUTS = [Case(f"closed after {count} bytes from the server", smtp_cut=(count, 0)) for count in range(30, 390, 45)] + [
    Case(f"closed after {count} bytes to the server", smtp_cut=(0, count)) for count in range(50, 8_000, 550)
]


CASES = [
    *_SHUT,
    *_RESET,
    *_MUTE,
    *_REFUSED_4,
    *_REFUSED_5,
    *_OUR_DISORDER,
    *_LOST,
    *_GARBAGE,
    *_SERVERS,
    *_LONG,
    *_CUTS,
]
