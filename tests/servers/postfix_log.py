"""Postfix's log as rows: an independent witness of who was written to, and what became of it."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

LINE = re.compile(r"postfix/(?P<service>[\w/.:-]+)\[\d+\]: (?P<queue_id>NOQUEUE|[0-9A-Za-z]{6,}): (?P<rest>.*)")
SENDER = re.compile(r"from=<(?P<sender>[^>]*)>")
MESSAGE_ID = re.compile(r"message-id=(?P<message_id>\S*)")
OUTCOME = re.compile(
    r"to=<(?P<recipient>[^>]*)>.*? dsn=(?P<dsn>[\d.]+), status=(?P<status>\w+) \((?P<reply>.*)\)$",
)
REFUSAL = re.compile(
    r"reject: RCPT from \S+: (?P<reply>(?:\d+) (?P<dsn>[\d.]+) .*?); from=<(?P<sender>[^>]*)> to=<(?P<recipient>[^>]*)>"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt for one recipient of an envelope.

    `status` is `sent`, `bounced`, `deferred` (one row for each attempt) or `refused` (at RCPT, while the client
    waited). `message_id` keeps its angle brackets and is empty for refusals without other recipients.
    """

    queue_id: str
    sender: str
    recipient: str
    status: str
    dsn: str
    message_id: str
    reply: str


class PostfixLog:
    """The log file, read on from where the last look ended; it outlives restarts of Postfix."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0
        self._senders: dict[str, str] = {}
        self._message_ids: dict[str, str] = {}
        self._settled: set[str] = set()
        self._rows: list[Delivery] = []

    def deliveries(self) -> list[Delivery]:
        """What became of every recipient so far, in the order of the log."""
        self._read_on()
        # A refusal at RCPT is older than the header, so the message-id is looked up now.
        return [replace(row, message_id=self._message_ids.get(row.queue_id, "")) for row in self._rows]

    def unsettled(self) -> set[str]:
        """The queue ids of mails not yet delivered, bounced or deferred; a mail whose client died never will be."""
        self._read_on()
        return self._message_ids.keys() - self._settled

    def give_up(self) -> None:
        """Wait no longer for what is unsettled now."""
        self._settled |= self.unsettled()

    def _read_on(self) -> None:
        with self._path.open("rb") as log:
            log.seek(self._offset)
            news = log.read()
        whole_lines = news[: news.rfind(b"\n") + 1]
        self._offset += len(whole_lines)
        for line in whole_lines.decode(errors="replace").splitlines():
            if match := LINE.search(line):
                self._note(match["service"], match["queue_id"], match["rest"])

    def _note(self, service: str, queue_id: str, rest: str) -> None:
        if service == "cleanup" and (found := MESSAGE_ID.match(rest)):
            self._message_ids[queue_id] = found["message_id"]
        elif service == "qmgr" and (found := SENDER.match(rest)):
            self._senders[queue_id] = found["sender"]
        elif found := OUTCOME.match(rest):
            sender = self._senders.get(queue_id, "")
            self._rows.append(Delivery(queue_id=queue_id, sender=sender, message_id="", **found.groupdict()))
        elif found := REFUSAL.search(rest):
            self._rows.append(Delivery(queue_id=queue_id, status="refused", message_id="", **found.groupdict()))
        if rest == "removed" or " status=deferred " in rest:
            self._settled.add(queue_id)
