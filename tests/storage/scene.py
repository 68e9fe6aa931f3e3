"""Ten mails through the real worker over a world in memory, and what the world saw of it, act by act."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from mailbot.edge.clock import Clock
from mailbot.store.presence import present
from mailbot.worker import run_once
from tests.e2e.desk import mail
from tests.fakes.ground import DESK, Ground
from tests.fakes.parts import fake_parts
from tests.fakes.server import Server
from tests.storage.watched import Disk

NOW = datetime(2026, 11, 20, 5, 10, tzinfo=UTC)
LATER = timedelta(hours=2)
"""Longer than every lease and every wait after a failed try."""
WISHES = (
    ("お願い", "私の個人データを開示してください。"),
    ("My data", "Please send me a copy of the personal data you hold about me."),
    ("退会", "私の個人情報をすべて削除してください。"),
    ("Address", "I moved. Please correct my address, and stop sending me the magazine."),
    ("住所の変更", "引っ越しました。登録されている住所を訂正してください。"),
    ("Remove me", "Please delete all my personal data."),
    ("問い合わせ", "誰に私の情報を渡したのか教えてください。"),
)
PEOPLE = tuple(f"asker-{number}@people{number}.test" for number in range(len(WISHES)))
REQUESTS = tuple(mail(who, DESK, *wish, number) for number, (who, wish) in enumerate(zip(PEOPLE, WISHES, strict=True)))
MACHINE = mail("robot@people.test", DESK, "Re: お願い", "I am away.", 8, Auto_Submitted="auto-replied")


@dataclass
class Scene:
    """One desk on files, and its world."""

    ground: Ground
    server: Server = field(default_factory=Server)

    @classmethod
    def new(cls, folder: Path, url: str = "", keys_url: str = "") -> "Scene":
        """A desk that never had a mail."""
        return cls(Ground(folder, url, keys_url))

    def once(self, at: datetime = NOW, only: Sequence[str] = ()) -> int:
        """One life of a worker that does what is due, or some steps of it; its exit code."""
        clock = Clock(at)
        with ExitStack() as stack:
            parts = stack.enter_context(fake_parts(self.ground.config, clock, self.server))
            stack.enter_context(present(parts.engine, at))
            return run_once(parts, clock, only)

    def deliver(self, *raws: bytes) -> None:
        for raw in raws:
            self.server.deliver(raw, NOW - timedelta(minutes=1))
        self.server.after("deliver", len(raws))

    def play(self) -> None:
        """Seven requests, a mail of a robot, a copy, and an answer to an acknowledgement: in three rounds."""
        self.deliver(*REQUESTS[:4], MACHINE)
        self.once()
        self.deliver(*REQUESTS[4:], REQUESTS[0])
        self.once(NOW + timedelta(minutes=5))
        self.deliver(self.answer())
        self.once(NOW + timedelta(minutes=10))

    def answer(self) -> bytes:
        """What the first requester writes back to the acknowledgement."""
        [ack] = [message_from_bytes(one.data) for one in self.server.accepted if one.recipient == PEOPLE[0]]
        said = {"In_Reply_To": str(ack["Message-ID"]), "References": str(ack["Message-ID"])}
        return mail(PEOPLE[0], DESK, "Re: お願い", "ありがとうございます。", 9, **said)

    def recover(self, rounds: int = 2) -> list[int]:
        """Workers that work off what is left, hours later each; their exit codes."""
        return [self.once(NOW + number * LATER) for number in range(1, rounds + 1)]


@dataclass(frozen=True)
class Seen:
    """A moment after which the world knows something: what it was, and what the server held then."""

    what: dict[str, Any]
    server: Server


def watch(server: Server, disk: Disk) -> list[Seen]:
    """Let the server tell each delivery, move and accepted mail, as marks between the acts of the disk."""
    seen: list[Seen] = []

    def tell(what: dict[str, Any]) -> None:
        disk.mark(json.dumps(what))
        seen.append(Seen(what, copy_of(server)))

    observe(server, tell)
    return seen


def observe(server: Server, tell: Callable[[dict[str, Any]], None]) -> None:
    """Let the server tell each delivery, move and accepted mail when it has happened."""

    def hook(action: str, *arguments: Any) -> None:
        if what := _told(server, action, *arguments):
            tell(what)

    server.after = hook


def _told(server: Server, action: str, *arguments: Any) -> dict[str, Any] | None:
    if action == "move":
        folder, uids, _ = arguments
        return {"moved": list(uids), "folder": folder, "uidvalidity": server.folders[folder].uidvalidity}
    if action == "smtp dot":
        return {"accepted": str(message_from_bytes(server.accepted[-1].data)["Message-ID"])}
    return {"delivered": arguments[0]} if action == "deliver" else None


def copy_of(server: Server) -> Server:
    """The server as it is now, without the hooks."""
    return Server(deepcopy(server.folders), list(server.accepted), list(server.delivered))


def told(mark: str) -> dict[str, Any]:
    """What a mark says."""
    found: dict[str, Any] = json.loads(mark)
    return found
