"""What can be seen from outside after a case, for the one checker of all scenarios (`tests/invariants`)."""

from collections.abc import Iterable, Sequence

from tests.fakes.ground import Ground
from tests.fakes.server import Accepted, Delivered, Folder, Message, Server
from tests.faults.imap_server import ImapServer
from tests.faults.smtp_server import SmtpServer
from tests.invariants.check import check
from tests.invariants.look import look, spills
from tests.invariants.world import Written, message_id

_COPIES = ("lies in", "was never filed")
"""What is found of a mail that a server without MOVE copied, or whose answer was lost between two steps."""
_ARRIVAL = "arrived at"
"""What is found where the server does not say when a mail came."""
_SPAM = frozenset({"spam", "machine", "follow-up"})


def violations(
    ground: Ground, mailboxes: ImapServer, submission: SmtpServer, people: Iterable[tuple[str, bytes]], log: str
) -> Sequence[str]:
    """Return what is broken of I1 to I8; `people` are those who may have written, and their mails."""
    server = Server(
        folders={
            name: Folder(
                one.uidvalidity, one.next_uid, {uid: Message(uid, m.at, m.raw) for uid, m in one.mails.items()}
            )
            for name, one in mailboxes.folders.items()
        },
        accepted=[Accepted(one.sender, one.recipient, one.raw) for one in submission.taken],
        delivered=[Delivered(*one) for one in mailboxes.seen],
    )
    known = {one.message.raw for one in server.delivered}
    written = [Written(sender, message_id(raw), raw) for sender, raw in people if raw in known]
    strangers = known - {one.raw for one in written}
    written += [Written("", message_id(raw), raw, becomes=_SPAM, opens=False) for raw in strangers]
    done = mailboxes.script.done + submission.script.done
    seen = look(ground, server, written, deaths=done, spills={**spills(ground.folder), "log": log.encode()})
    is_lying = any(mail.date is not None for folder in mailboxes.folders.values() for mail in folder.mails.values())
    left_out = (*_COPIES, *([_ARRIVAL] if is_lying else []))
    return [one for one in check(seen).violations if not any(words in one for words in left_out)]
