"""A case of the table: what goes wrong, and what must hold beside what holds after every case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.faults.script import At, Script

if TYPE_CHECKING:
    from tests.faults.office import Office

ABILITIES = frozenset({"IDLE", "MOVE", "UIDPLUS"})
HOUR = timedelta(hours=1, minutes=5)
"""Longer than the longest wait between two tries, and than the time between two looks at all UIDs."""

Scene = Callable[["Office"], None]


def _nothing(_: "Office") -> None:
    """Nothing more."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row. `before` prepares the world, `during` replaces the rounds with the fault, `after` is told when it ends.

    `proves` asserts what is particular to the case. `hits` is false where the fault is no deed of a script.
    """

    name: str
    imap: Sequence[At] = ()
    smtp: Sequence[At] = ()
    imap_cut: int = 0
    smtp_cut: tuple[int, int] = (0, 0)
    """Close after so many bytes: sent by the SMTP server, received by it."""
    abilities: frozenset[str] = ABILITIES
    extensions: tuple[str, ...] = ("AUTH PLAIN LOGIN",)
    before: Scene = _nothing
    during: Scene | None = None
    after: Scene = _nothing
    proves: Scene = _nothing
    rounds: int = 1
    apart: timedelta = timedelta(minutes=2)
    """Between two rounds with the fault."""
    is_hasty: bool = False
    """Short timeouts while the fault lasts."""
    hits: bool = True

    def scripts(self) -> tuple[Script, Script]:
        """The deeds of both servers, unused."""
        cut_out, cut_in = self.smtp_cut
        return Script(tuple(self.imap), cut_out=self.imap_cut), Script(tuple(self.smtp), cut_out=cut_out, cut_in=cut_in)
