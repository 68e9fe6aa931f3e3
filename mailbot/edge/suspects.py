"""Messages that a server does not hand over: asked for one by one and last, so that one of them stops no other.

A corrupt mail makes some servers answer NO to a whole batch, others close the connection. What is counted is forgotten
with the process.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

_PATIENCE, _HOPELESS = 3, 10
"""After so many failures a message is no reason to stop; after so many nobody expects it any more."""


class Suspects:
    """How often each message of an account was asked for in vain, by the folder and UIDVALIDITY that were entered."""

    def __init__(self) -> None:
        """Begin without suspicion."""
        self._here = "", 0
        self._failures: Counter[tuple[str, int, int]] = Counter()

    def enter(self, folder: str, uidvalidity: int) -> None:
        """Say whose UIDs are meant from now on."""
        self._here = folder, uidvalidity

    def any_of(self, uids: Iterable[int]) -> bool:
        """Say whether one of these failed before: then they are asked for one by one."""
        return any((*self._here, uid) in self._failures for uid in uids)

    def last(self, uids: Sequence[int]) -> list[int]:
        """Return the order in which to ask for messages: those that failed most at the end."""
        return sorted(uids, key=lambda uid: (self._failures[*self._here, uid], uid))

    def ask(self, uids: Iterable[int]) -> None:
        """Count a failure of each of these, which are asked for now; `came` takes all of them back."""
        self._failures.update((*self._here, uid) for uid in uids)

    def came(self, uids: Iterable[int]) -> None:
        """Forget what was held against these."""
        for uid in uids:
            self._failures.pop((*self._here, uid), None)

    def is_passed_over(self, uid: int) -> bool:
        """Say of one that did not come whether it may be innocent: at most once was it asked for, and with others."""
        return self._failures[*self._here, uid] <= 1

    def is_known(self, uid: int) -> bool:
        """Say whether this one failed so often that the others go on without it."""
        return self._failures[*self._here, uid] >= _PATIENCE

    def is_hopeless(self, uid: int) -> bool:
        """Say whether this one failed so often that a person has to be told."""
        return self._failures[*self._here, uid] >= _HOPELESS
