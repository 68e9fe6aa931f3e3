"""An IMAP server that has a million messages and not one of them: numbers, dates and sizes are made when asked for.

Started as a process of its own (`python -m bench.imap_of_many COUNT`), so that its memory and time are not the
product's. It prints its port. Old messages are of OLD and have no bytes worth reading; each line on standard input
adds one fresh mail from that address.
"""

import re
import socketserver
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

OLD, FIRST_UID, STEP = datetime(2024, 5, 1, 12, tzinfo=UTC), 7, 3
"""The date of old messages; their UIDs have gaps, as those of any mailbox that people work in."""
_FRESH = b"From: %s\r\nTo: privacy@company.test\r\nSubject: data\r\nMessage-ID: <%d@people.test>\r\n\r\n%s\r\n"
_WISH = b"Please send me a copy of all personal data you hold about me."


class Box:
    """The messages: `count` old ones, and the fresh ones, by their place from 1."""

    def __init__(self, count: int) -> None:
        self._old, self._fresh, self._moved = count, list[tuple[datetime, bytes]](), set[int]()
        self.changed = threading.Condition()

    def add(self, sender: bytes) -> None:
        with self.changed:
            self._fresh.append((datetime.now(UTC), _FRESH % (sender, len(self._fresh), _WISH)))
            self.changed.notify_all()

    @property
    def count(self) -> int:
        return self._old + len(self._fresh)

    def uids(self, first: int, last: int) -> range:
        """UIDs of the messages from one place to another."""
        return range(FIRST_UID + STEP * (first - 1), FIRST_UID + STEP * last, STEP)

    def between(self, first: int, last: int) -> Iterator[int]:
        """UIDs from one number to another."""
        low = max((first - FIRST_UID + STEP - 1) // STEP + 1, 1)
        high = min((last - FIRST_UID) // STEP + 1, self.count)
        return (uid for uid in self.uids(low, high) if uid not in self._moved)

    def move(self, uids: list[int]) -> None:
        """Let messages be gone; the places stay, which no client minds that asks for UIDs."""
        self._moved.update(uids)

    def answer(self, uid: int, *, is_whole: bool) -> bytes:
        place = (uid - FIRST_UID) // STEP + 1
        at, raw = (OLD, b"") if place <= self._old else self._fresh[place - self._old - 1]
        size = len(raw) or 4_000 + uid % 9_000
        body = b" BODY[] {%d}\r\n%s" % (len(raw), raw) if is_whole else b""
        date = at.strftime("%d-%b-%Y %H:%M:%S +0000").encode()
        return b'* %d FETCH (UID %d INTERNALDATE "%s" RFC822.SIZE %d%s)\r\n' % (place, uid, date, size, body)


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    box: Box
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def handle(self) -> None:
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS] ready\r\n")
        self.wfile.flush()
        self._made, self._place = {b"INBOX"}, b"INBOX"
        while line := self.rfile.readline():
            tag, _, command = line.strip().partition(b" ")
            name, _, rest = command.partition(b" ")
            is_done = self._obey(name.upper(), rest)
            self.wfile.write(tag + (b" OK done\r\n" if is_done else b" NO none of mine\r\n"))
            self.wfile.flush()
            if name.upper() == b"LOGOUT":
                return

    def _obey(self, name: bytes, rest: bytes) -> bool:
        folder = rest.split(b" ")[-1].strip(b'"')
        if name == b"CAPABILITY":
            self.wfile.write(b"* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n")
        elif name == b"SELECT":
            self._place = folder
            self.wfile.write(b"* FLAGS ()\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 77] kept\r\n" % self._count)
            return folder in self._made
        elif name == b"LIST" and folder in self._made:
            self.wfile.write(b'* LIST () "/" "%s"\r\n' % folder)
        elif name == b"CREATE":
            self._made.add(folder)
        elif name == b"APPEND":
            self._swallow(int(rest.rpartition(b"{")[2].strip(b"+}")))
        elif name == b"IDLE":
            self._idle()
        elif name == b"UID":
            self._obey_uid(*rest.split(b" ", 1))
        return True

    @property
    def _count(self) -> int:
        """Other folders than the first are empty, whatever is put into them."""
        return self.box.count if self._place == b"INBOX" else 0

    def _swallow(self, size: int) -> None:
        self.wfile.write(b"+ go on\r\n")
        self.wfile.flush()
        self.rfile.read(size)
        self.rfile.readline()

    def _obey_uid(self, name: bytes, rest: bytes) -> None:
        if name.upper() == b"SEARCH":
            found = self._searched(rest.upper())
            self.wfile.write(b"* SEARCH " + b" ".join(b"%d" % uid for uid in found) + b"\r\n")
        elif name.upper() == b"FETCH":
            places, items = rest.split(b" ", 1)
            for uid in self._uids(places):
                self.wfile.write(self.box.answer(uid, is_whole=b"BODY" in items.upper()))
        elif name.upper() == b"MOVE":
            self.box.move(self._uids(rest.split(b" ", 1)[0]))

    def _searched(self, rest: bytes) -> list[int]:
        if not self._count:
            return []
        last = self.box.uids(1, self.box.count)[-1]
        if asked := re.fullmatch(rb"UID (\d+):(\d+|\*)", rest):
            high = last if asked[2] == b"*" else int(asked[2])
            low = min(int(asked[1]), last) if asked[2] == b"*" else int(asked[1])
            return list(self.box.between(low, high))
        if rest == b"ALL":
            return list(self.box.between(1, last))
        places = [self.box.count if one == b"*" else int(one) for one in rest.split(b",")]
        return [self.box.uids(place, place)[0] for place in places]

    def _uids(self, places: bytes) -> list[int]:
        return [uid for one in places.split(b",") for uid in self._span(one)]

    def _span(self, one: bytes) -> list[int]:
        first, _, last = one.partition(b":")
        return list(self.box.between(int(first), int(last or first)))

    def _idle(self) -> None:
        """Tell of new mail until the client ends it; it does every second or so."""
        self.wfile.write(b"+ idling\r\n")
        self.wfile.flush()
        known, waiting = self.box.count, threading.Thread(target=self.rfile.readline)
        waiting.start()
        while waiting.is_alive():
            with self.box.changed:
                self.box.changed.wait(0.02)
            if self.box.count != known:
                known = self.box.count
                self.wfile.write(b"* %d EXISTS\r\n" % known)
                self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


def main() -> None:
    """Serve until standard input ends."""
    Session.box = Box(int(sys.argv[1]))
    with _Server(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        for line in sys.stdin:
            Session.box.add(line.strip().encode())


if __name__ == "__main__":
    main()
