"""The rows of the table for the commands of IMAP: refused, cut off, unanswered, refused with a reason."""

from datetime import timedelta

from tests.faults.case import Case
from tests.faults.office import Office
from tests.faults.script import CLOSES, HANGS, RESETS, At, adds, keeps, raw, says

_COMMANDS = ("LIST", "SELECT", "UID SEARCH", "SIZES", "BODIES", "CREATE", "UID MOVE")
_SESSION = ("CAPABILITY", "LOGIN", *_COMMANDS)
_TRANSIENT = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
_LONGEST_SESSION = 2_400
_STEP = 120


def _is_no_refusal(office: Office) -> None:
    assert "credentials" not in office.log, "a server in trouble is no wrong password"


def _moved_once(office: Office) -> None:
    assert len(office.imap.folders["mailbot/Processed"].mails) == 2
    assert not office.imap.folders["INBOX"].mails


def _leave(office: Office) -> None:
    office.round()
    office.parts.mailbox.close()


_NO = [Case(f"NO to {one}", imap=[At(one, says("NO not now"))]) for one in _COMMANDS]
_BAD = [Case(f"BAD to {one}", imap=[At(one, says("BAD what"))]) for one in _SESSION if one != "LOGIN"]
_SHUT = [Case(f"closed at {one}", imap=[At(one, CLOSES)], proves=_is_no_refusal) for one in ("GREETING", *_SESSION)]
_RESET = [Case(f"reset at {one}", imap=[At(one, RESETS)]) for one in ("LOGIN", "BODIES", "UID MOVE")]
_MUTE = [
    Case(f"no answer to {one}", imap=[At(one, HANGS)], is_hasty=True)
    for one in ("GREETING", "LOGIN", "SELECT", "UID SEARCH", "SIZES", "BODIES")
]
_LOST = [
    Case(f"{one} works and its answer is lost", imap=[At(one, keeps(0))], proves=_moved_once)
    for one in ("CREATE", "UID MOVE")
]
_BYE = [
    Case(f"BYE at {one}", imap=[At(one, raw(b"* BYE [UNAVAILABLE] going down\r\n", then="close"))])
    for one in ("GREETING", "SELECT", "BODIES", "UID MOVE")
]
_REASONS = [
    Case(f"LOGIN refused with {one}", imap=[At("LOGIN", says(f"NO {one} later"))], proves=_is_no_refusal)
    for one in _TRANSIENT
]
_QUOTA = [
    Case(
        f"no room for {one} for a day",
        imap=[At(one, says("NO [OVERQUOTA] the mailbox is full"), times=0)],
        rounds=4,
        apart=timedelta(hours=8),
        proves=_moved_once,
    )
    for one in ("CREATE", "UID MOVE")
]
_CUTS = [
    Case(f"closed after {count} bytes of the session", imap_cut=count, proves=_moved_once)
    for count in range(20, _LONGEST_SESSION, _STEP)
]

CASES = [
    *_NO,
    *_BAD,
    *_SHUT,
    *_RESET,
    *_MUTE,
    *_LOST,
    *_BYE,
    *_REASONS,
    *_QUOTA,
    *_CUTS,
    Case("an alert with every answer", imap=[At(one, adds(b"* OK [ALERT] disk\r\n"), times=0) for one in _COMMANDS]),
    Case("UID MOVE unanswered after it worked", imap=[At("UID MOVE", keeps(0, "hang"))], is_hasty=True),
    Case("a NO to LOGOUT", imap=[At("LOGOUT", says("NO stay"))], during=_leave),
]
