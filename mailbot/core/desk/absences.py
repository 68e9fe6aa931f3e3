"""What a member of staff says of their own absence; it belongs to no case and changes none."""

from mailbot.core.absence import next_day
from mailbot.core.desk.order import Command
from mailbot.core.desk.scene import Act, Extra, NotDone, Scene
from mailbot.core.letters import Said

_LONGEST_DAYS = 183
"""Two days without a year in the wrong order are almost a year apart; who is away for longer is in the roster."""
ABSENT = "absent"
"""The extra that asks for the absence to be kept: first and last day (ISO), no value where the person is back."""


def absent(scene: Scene, command: Command) -> Act:
    """Note that the actor will be away, or is back. Raises NotDone for days that cannot be meant."""
    days = [part for word in command.words for part in word.split("..")]
    if days == ["off"]:
        return Act(said=(Said("present", {}, command.line),), extras=(Extra(ABSENT),))
    if "off" in days or len(days) > 2:  # noqa: PLR2004 -- an absence has two ends
        raise NotDone("argument", command.line, usage="absent")
    today = scene.rules.calendar.local_day(scene.now)
    first_on = next_day(days[0], today)
    last_on = next_day(days[-1], max(first_on, today))
    if last_on < max(first_on, today) or (last_on - first_on).days >= _LONGEST_DAYS:
        raise NotDone("absence_days", command.line, usage="absent")
    said = {
        "first_on": first_on,
        "first_year": first_on.year,
        "last_on": last_on,
        "last_year": last_on.year,
    }
    extra = Extra(ABSENT, (first_on.isoformat(), last_on.isoformat()))
    return Act(said=(Said("absent", said, command.line),), extras=(extra,))
