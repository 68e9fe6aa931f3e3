"""What a server of a case does wrong: at which point of the protocol, from which time on, and how often."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Then = Literal["go on", "close", "reset", "hang"]
Change = Callable[[bytes, bytes], bytes]
"""From the tag of a command (empty in SMTP) and the true answer to the answer that is given."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A wrong answer: whether the command `works` all the same, and what becomes of the connection `then`."""

    change: Change
    works: bool = True
    then: Then = "go on"


@dataclass(frozen=True, slots=True)
class At:
    """A deed at a point, such as `SELECT` or `RCPT`: from its `nth` time on, `times` times, 0 for ever."""

    point: str
    deed: Deed
    nth: int = 1
    times: int = 1


@dataclass
class Script:
    """The deeds of one server, armed until `end`. `cut_out` and `cut_in` close after so many bytes, once."""

    deeds: tuple[At, ...] = ()
    cut_out: int = 0
    cut_in: int = 0
    is_armed: bool = True
    met: Counter[str] = field(default_factory=Counter)
    """How often each point came while the script was armed."""
    done: int = 0
    """How many wrong things were really done."""

    def meet(self, point: str) -> Deed | None:
        """The deed that is due at a point, if any."""
        if not self.is_armed:
            return None
        self.met[point] += 1
        for at in self.deeds:
            late = self.met[point] - at.nth
            if at.point == point and late >= 0 and (at.times == 0 or late < at.times):
                self.done += 1
                return at.deed
        return None

    def sent(self, total: int) -> int | None:
        """How many of the bytes sent so far may leave, None where nothing is cut."""
        return self._cut(self.cut_out, total)

    def received(self, total: int) -> int | None:
        """How many of the bytes received so far are taken, None where nothing is cut."""
        return self._cut(self.cut_in, total)

    def _cut(self, limit: int, total: int) -> int | None:
        if not self.is_armed or not limit or total < limit:
            return None
        self.cut_out = self.cut_in = 0
        self.done += 1
        return limit

    def end(self) -> None:
        """The fault is over."""
        self.is_armed = False


def says(text: str, then: Then = "go on") -> Deed:
    """Refuse: the tag and these words instead of the answer, and nothing is done."""
    return Deed(lambda tag, _: (tag + b" " if tag else b"") + text.encode() + b"\r\n", works=False, then=then)


def raw(answer: bytes, then: Then = "go on", *, works: bool = False) -> Deed:
    """Exactly these bytes; `%T` stands for the tag."""
    return Deed(lambda tag, _: answer.replace(b"%T", tag), works=works, then=then)


def adds(before: bytes = b"", after: bytes = b"") -> Deed:
    """The true answer between other bytes."""
    return Deed(lambda _, answer: before + answer + after)


def swaps(old: bytes, new: bytes) -> Deed:
    """The true answer with other words."""
    return Deed(lambda _, answer: answer.replace(old, new))


def keeps(count: int, then: Then = "close") -> Deed:
    """The command works; the first bytes of its answer come (a negative count leaves so many out), and no more."""
    return Deed(lambda _, answer: answer[:count], then=then)


CLOSES = Deed(lambda *_: b"", works=False, then="close")
RESETS = Deed(lambda *_: b"", works=False, then="reset")
HANGS = Deed(lambda *_: b"", works=False, then="hang")
