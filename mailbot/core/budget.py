"""When what the desk writes by itself may leave: so many an hour, so many a day to one address, none after its promise.

What the border proves has an hour of its own: mail that nothing proves, however much of it comes, cannot push the
acknowledgement of an honest person away, nor bury the desk under notices (threats B1, D8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.core.flood import PROVED_TIMES

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Written:
    """When mails of the last hour left or will leave, oldest first, by whether the border proved what they are about.

    `notices` are those about new cases of mail that nothing proves.
    """

    proved: Sequence[datetime] = ()
    unproved: Sequence[datetime] = ()
    notices: Sequence[datetime] = ()


class Slots:
    """The caps on acknowledgements and notices; `to_party` is how many acknowledgements each party got in a day."""

    def __init__(
        self, written: Written, per_hour: int, to_party: Mapping[str, int], per_day: int, notices_per_hour: int
    ) -> None:
        """Take what was written, and the limits; no limit of notices where theirs is 0."""
        self._per_hour, self._per_day, self._to_party = per_hour, per_day, dict(to_party)
        self._acks = {
            False: Hour(written.unproved, per_hour),
            True: Hour(written.proved, per_hour * PROVED_TIMES),
        }
        self._notices = Hour(written.notices, notices_per_hour) if notices_per_hour else None

    def take(self, party: str, now: datetime, latest: datetime, *, is_proved: bool) -> datetime | str:
        """Return when an acknowledgement to this party may leave, or the code of why it may not.

        One that would have to wait beyond `latest` is not written at all: the case shows it.
        """
        if self._to_party.get(party, 0) >= self._per_day:
            return "address_limit"
        slot = self._acks[is_proved].next_at(now)
        if self._per_hour == 0 or slot > latest:
            return "hour_limit"
        self._to_party[party] = self._to_party.get(party, 0) + 1
        return self._acks[is_proved].take(slot)

    def notice(self, now: datetime, *, is_proved: bool) -> datetime:
        """Return when staff are told of a new case: at once, or when its hour has room."""
        if is_proved or self._notices is None:
            return now
        return self._notices.take(self._notices.next_at(now))


class Hour:
    """The moments of the last mails of a kind, and when the next may follow."""

    def __init__(self, taken: Sequence[datetime], most: int) -> None:
        """Take the moments, oldest first, and how many an hour may have, at least one."""
        self._most, self._taken = max(most, 1), [*taken]

    def next_at(self, now: datetime) -> datetime:
        """Return when one more has room."""
        return max(now, self._taken[-self._most] + _HOUR) if len(self._taken) >= self._most else now

    def take(self, slot: datetime) -> datetime:
        """Note one for this moment, and return it."""
        self._taken.append(slot)
        return slot
