"""The outside world in memory: the folders of a mailbox, and what the server for outgoing mail accepted.

Whatever the product does to it is one action with a name (`select`, `move`, `smtp dot`, …) and passes two hooks,
`before` and `after`; a test makes the world misbehave, or the worker die, by raising there.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple


class Message(NamedTuple):
    """A mail in a folder."""

    uid: int
    received_at: datetime
    raw: bytes


class Delivered(NamedTuple):
    """A mail that became visible in a folder, for the history; `again` where the folder was numbered anew."""

    folder: str
    uidvalidity: int
    message: Message
    again: bool = False


class Accepted(NamedTuple):
    """A mail the server took: whom the envelope names, and the exact bytes."""

    sender: str
    recipient: str
    data: bytes


class Answer(Exception):
    """Raised by a hook: the server answers this SMTP code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Lost(Exception):
    """Raised by a hook: the connection is gone; after `smtp dot` the mail was accepted all the same."""


def nothing(action: str, *arguments: Any) -> None:
    """A hook that lets everything happen."""


@dataclass
class Folder:
    """A folder as IMAP has it."""

    uidvalidity: int = 1
    next_uid: int = 1
    messages: dict[int, Message] = field(default_factory=dict)

    def put(self, raw: bytes, received_at: datetime) -> Message:
        message = Message(self.next_uid, received_at, raw)
        self.messages[message.uid] = message
        self.next_uid += 1
        return message


@dataclass
class Server:
    """Folders by name, mails accepted in order, and every mail that was ever visible (`delivered`)."""

    folders: dict[str, Folder] = field(default_factory=lambda: {"INBOX": Folder(), "Junk": Folder()})
    accepted: list[Accepted] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    before: Callable[..., None] = nothing
    after: Callable[..., None] = nothing
    arrived: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()), repr=False)

    def deliver(self, raw: bytes, at: datetime, folder: str = "INBOX") -> int:
        """Lay a mail into a folder, which is made where it is missing; its UID."""
        with self.arrived:
            place = self.folders.setdefault(folder, Folder())
            message = place.put(raw, at)
            self.delivered.append(Delivered(folder, place.uidvalidity, message))
            self.arrived.notify_all()
        return message.uid

    def renumber(self, folder: str) -> None:
        """Give a folder a new UIDVALIDITY and its mails new numbers, as a restored or moved mailbox has."""
        with self.arrived:
            old = self.folders[folder]
            new = self.folders[folder] = Folder(old.uidvalidity + 1)
            for old_one in old.messages.values():
                message = new.put(old_one.raw, old_one.received_at)
                self.delivered.append(Delivered(folder, new.uidvalidity, message, again=True))

    def copy(self) -> "Server":
        """The same world again, without hooks; what is done to one is not done to the other."""
        folders = {name: replace(folder, messages=dict(folder.messages)) for name, folder in self.folders.items()}
        return Server(folders, list(self.accepted), list(self.delivered))

    def raws(self, folder: str) -> list[bytes]:
        """The mails that lie in a folder now."""
        return [one.raw for one in self.folders[folder].messages.values()] if folder in self.folders else []

    def act(self, action: str, *arguments: Any) -> Any:
        """Do one thing, between its two hooks. Raises KeyError for a folder that is not there."""
        self.before(action, *arguments)
        with self.arrived:
            result = self.do(action, *arguments)
        self.after(action, *arguments)
        return result

    def do(self, action: str, *arguments: Any) -> Any:
        """Do one thing and call no hook."""
        call: Callable[..., Any] = getattr(self, f"_do_{action.replace(' ', '_')}")
        return call(*arguments)

    def _do_select(self, folder: str) -> int:
        return self.folders[folder].uidvalidity

    def _do_exists(self, folder: str) -> bool:
        return folder in self.folders

    def _do_list(self) -> list[str]:
        return sorted(self.folders)

    def _do_create(self, folder: str) -> None:
        self.folders.setdefault(folder, Folder())

    def _do_search(self, folder: str) -> list[int]:
        return sorted(self.folders[folder].messages)

    def _do_fetch(self, folder: str, uids: Sequence[int]) -> list[Message]:
        messages = self.folders[folder].messages
        return [messages[uid] for uid in sorted(set(uids)) if uid in messages]

    def _do_move(self, folder: str, uids: Sequence[int], target: str) -> None:
        source, place = self.folders[folder], self.folders[target]
        for message in (source.messages.pop(uid) for uid in uids if uid in source.messages):
            place.put(message.raw, message.received_at)

    def _do_append(self, folder: str, raw: bytes) -> None:
        self.folders[folder].put(raw, datetime.now(UTC))

    def _do_expunge(self, folder: str, uids: Sequence[int]) -> None:
        for uid in uids:
            self.folders[folder].messages.pop(uid, None)

    def _do_count(self, folder: str) -> int:
        return self.folders[folder].next_uid

    def _do_smtp_connect(self) -> None: ...

    def _do_smtp_mail(self, sender: str) -> None: ...

    def _do_smtp_rcpt(self, recipient: str) -> None: ...

    def _do_smtp_data(self, half: bytes) -> None: ...

    def _do_smtp_dot(self, sender: str, recipient: str, data: bytes) -> None:
        self.accepted.append(Accepted(sender, recipient, data))
