"""An IMAP4rev1 server (RFC 3501) with IDLE, MOVE and UIDPLUS, each of which can be taken away, for scripted faults.

Its points are the commands, and three more: `GREETING`, `SIZES` and `BODIES` (the two kinds of UID FETCH).
"""

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.server import Message
from tests.faults.listener import Gone, Link, Listener
from tests.faults.script import Deed

PASSWORD = "desk-secret-4711"
_WORDS = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')
_DATE = "%d-%b-%Y %H:%M:%S +0000"


@dataclass
class Mail:
    """A message: its bytes, when it came, and where a case wants it so, exactly what the server says about that."""

    raw: bytes
    at: datetime
    date: str | None = None
    flags: set[bytes] = field(default_factory=set)

    @property
    def internaldate(self) -> bytes:
        return (self.at.astimezone(UTC).strftime(_DATE) if self.date is None else self.date).encode()


@dataclass
class Folder:
    """Messages by UID; `next_uid` only grows."""

    uidvalidity: int = 1_700_000_001
    next_uid: int = 1
    mails: dict[int, Mail] = field(default_factory=dict)

    def add(self, mail: Mail, uid: int = 0) -> int:
        uid = uid or self.next_uid
        self.next_uid = max(self.next_uid, uid + 1)
        self.mails[uid] = mail
        return uid


@dataclass
class ImapServer(Listener):
    """The account of one desk. `seen` are all mails that were ever visible: folder, UIDVALIDITY, and what lay there."""

    folders: dict[str, Folder] = field(default_factory=dict)
    abilities: frozenset[str] = frozenset()
    seen: list[tuple[str, int, Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        super().__post_init__()

    def deliver(self, raw: bytes, at: datetime, folder: str = "INBOX", uid: int = 0, date: str | None = None) -> int:
        """A mail arrives."""
        with self._lock:
            here, at = self.folders.setdefault(folder, Folder()), at.replace(microsecond=0)  # as IMAP tells it
            uid = here.add(Mail(raw, at, date), uid)
            self.seen.append((folder, here.uidvalidity, Message(uid, at, raw)))
            return uid

    def serve(self, link: Link) -> None:
        _Session(self, link).run()


class _Session:
    """One connection: reads commands, gives the true answer or the one of the script."""

    def __init__(self, server: ImapServer, link: Link) -> None:
        self._server, self._link = server, link
        self._folder = Folder()

    def run(self) -> None:
        self._answer("GREETING", b"", lambda: b"* OK ready\r\n")
        while True:
            tag, _, rest = self._link.line().partition(b" ")
            name, arguments = _command(rest)
            if name == "APPEND":
                arguments.append(self._literal(rest))
            self._answer(_point(name, rest), tag, lambda: self._done(name, tag, arguments))  # noqa: B023 -- at once
            if name == "LOGOUT":
                raise Gone
            if name == "STARTTLS":
                assert self._server.tls
                self._link.secure(self._server.tls)
            if name == "IDLE":
                self._link.line()
                self._answer("DONE", tag, lambda: tag + b" OK idled\r\n")  # noqa: B023 -- at once

    def _answer(self, point: str, tag: bytes, true: Callable[[], bytes]) -> None:
        with self._server._lock:
            deed: Deed | None = self._server.script.meet(point)
            answer = true() if deed is None or deed.works else b""
        self._link.act(deed, tag, answer)

    def _literal(self, rest: bytes) -> bytes:
        count = int(rest.rpartition(b"{")[2].strip(b"+}"))
        self._link.send(b"+ go on\r\n")
        data = self._link.exactly(count)
        self._link.until(b"\r\n")
        return data

    def _done(self, name: str, tag: bytes, arguments: list[bytes]) -> bytes:
        if name == "IDLE":
            return b"+ idling\r\n"
        do = getattr(self, "_" + name.lower().replace(" ", "_"), lambda _: "BAD what")
        lines = do(arguments)
        if isinstance(lines, str):
            return tag + f" {lines}\r\n".encode()
        return b"".join(line + b"\r\n" for line in lines) + tag + f" OK {name} done\r\n".encode()

    def _capability(self, _: list[bytes]) -> Iterable[bytes]:
        return [b"* CAPABILITY " + " ".join(["IMAP4rev1", *sorted(self._server.abilities)]).encode()]

    def _noop(self, _: list[bytes]) -> Iterable[bytes]:
        return []

    def _logout(self, _: list[bytes]) -> Iterable[bytes]:
        return [b"* BYE so long"]

    _starttls = _noop

    def _login(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        self._server.offered += 1
        return [] if arguments[1].decode() == PASSWORD else "NO [AUTHENTICATIONFAILED] no such pair"

    def _list(self, arguments: list[bytes]) -> Iterable[bytes]:
        wanted = arguments[1].decode()
        names = [name for name in self._server.folders if wanted in {"*", name}]
        return [f'* LIST () "/" "{name}"'.encode() for name in names]

    def _create(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        name = arguments[0].decode()
        if name in self._server.folders:
            return "NO [ALREADYEXISTS] there it is"
        self._server.folders[name] = Folder(1_700_000_100 + len(self._server.folders))
        return []

    def _select(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        found = self._server.folders.get(arguments[0].decode())
        if found is None:
            return "NO [NONEXISTENT] no such folder"
        self._folder = found
        counted = [b"* FLAGS (\\Seen \\Deleted)", b"* %d EXISTS" % len(found.mails), b"* 0 RECENT"]
        told = (b"UIDVALIDITY %d" % found.uidvalidity, b"UIDNEXT %d" % found.next_uid)
        return [*counted, *(b"* OK [%s] so" % one for one in told)]

    def _append(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        folder = self._server.folders.get(arguments[0].decode())
        if folder is None:
            return "NO [TRYCREATE] no such folder"
        folder.add(Mail(arguments[-1], datetime.now(UTC)))
        return []

    def _uid_search(self, arguments: list[bytes]) -> Iterable[bytes]:
        uids, last = sorted(self._folder.mails), len(self._folder.mails)
        if arguments[0].upper() == b"UID":
            uids = self._chosen(arguments[1])
        elif arguments[0].upper() != b"ALL":  # places in the folder, counted from 1
            uids = [uids[place - 1] for place in _chosen(arguments[0], range(1, last + 1))]
        return [b" ".join([b"* SEARCH", *(b"%d" % uid for uid in uids)])]

    def _uid_fetch(self, arguments: list[bytes]) -> Iterable[bytes]:
        numbers = {uid: place for place, uid in enumerate(sorted(self._folder.mails), 1)}
        return [self._fetched(numbers[uid], uid, arguments[1]) for uid in self._chosen(arguments[0])]

    def _fetched(self, number: int, uid: int, items: bytes) -> bytes:
        mail = self._folder.mails[uid]
        parts = [b"UID %d" % uid, b"RFC822.SIZE %d" % len(mail.raw)]
        parts += [b'INTERNALDATE "%s"' % mail.internaldate] if mail.date != "" else []
        if b"BODY.PEEK[" in items:
            found = re.search(rb"BODY.PEEK(\[.*?\])(?:<(\d+)\.(\d+)>)?", items)
            assert found
            start, count = int(found[2] or 0), int(found[3] or len(mail.raw))
            body = mail.raw[start : start + count]
            where = found[1] + (b"<%d>" % start if found[2] else b"")
            parts.append(b"BODY%s {%d}\r\n%s" % (where, len(body), body))
        return b"* %d FETCH (%s)" % (number, b" ".join(parts))

    def _uid_copy(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        target = self._server.folders.get(arguments[1].decode())
        if target is None:
            return "NO [TRYCREATE] no such folder"
        for uid in self._chosen(arguments[0]):
            mail = self._folder.mails[uid]
            target.add(Mail(mail.raw, mail.at, mail.date))
        return []

    def _uid_move(self, arguments: list[bytes]) -> Iterable[bytes] | str:
        uids = self._chosen(arguments[0])
        refused = self._uid_copy(arguments)
        return refused if isinstance(refused, str) else self._gone(uids)

    def _uid_store(self, arguments: list[bytes]) -> Iterable[bytes]:
        for uid in self._chosen(arguments[0]):
            self._folder.mails[uid].flags.add(b"\\Deleted")
        return []

    def _uid_expunge(self, arguments: list[bytes]) -> Iterable[bytes]:
        return self._gone([uid for uid in self._chosen(arguments[0]) if self._folder.mails[uid].flags])

    def _gone(self, uids: Iterable[int]) -> list[bytes]:
        lines = []
        for uid in sorted(uids, reverse=True):
            lines.append(b"* %d EXPUNGE" % (sorted(self._folder.mails).index(uid) + 1))
            del self._folder.mails[uid]
        return lines

    def _chosen(self, ranges: bytes) -> list[int]:
        return _chosen(ranges, self._folder.mails)


def _chosen(ranges: bytes, numbers: Iterable[int]) -> list[int]:
    """Those of a set; `9:*` always holds the last one (RFC 3501 §6.4.8)."""
    there = sorted(numbers)
    last = there[-1] if there else 0
    found: set[int] = set()
    for one in ranges.split(b","):
        low, high = (last if end == b"*" else int(end) for end in (one.split(b":") * 2)[:2])
        found |= {number for number in there if min(low, high) <= number <= max(low, high)}
    return sorted(found)


def _command(rest: bytes) -> tuple[str, list[bytes]]:
    """The name, `UID FETCH` as one, and the arguments without quotes."""
    words = [quoted or listed or plain for quoted, listed, plain in _WORDS.findall(rest)]
    count = 2 if rest[:4].upper() == b"UID " else 1
    return b" ".join(words[:count]).decode("latin-1").upper(), words[count:]


def _point(name: str, rest: bytes) -> str:
    if name != "UID FETCH":
        return name
    return "BODIES" if b"BODY" in rest else "SIZES"
