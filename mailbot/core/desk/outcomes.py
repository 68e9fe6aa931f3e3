"""Which outcomes a request may have, the letter each owes, and who must stand behind it (law §1 and §3).

Nothing closes without the letter it owes. Where the law asks for a reason the letter comes from its template;
elsewhere a member of staff may answer in their own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.desk.levels import Level
from mailbot.core.kinds import UNCLASSIFIED

FULL, PARTIAL, REFUSED = "full", "partial", "refused"
NO_DATA, ALTERNATIVE, WITHDRAWN, LAPSED = "no_data", "alternative", "withdrawn", "lapsed"
OUTCOMES = (FULL, PARTIAL, REFUSED, NO_DATA, ALTERNATIVE, WITHDRAWN, LAPSED)


@dataclass(frozen=True, slots=True)
class Owed:
    """What one outcome of one kind owes.

    `template` is the letter; `level` who must stand behind it; `in_own_words` whether a person's own confirmed words
    may be the letter; `names_ground` whether a ground from the law's list must be given.
    """

    template: str
    level: Level
    in_own_words: bool = False
    names_ground: bool = False


_CODE, _MANAGER = Level.CODE, Level.MANAGER
_OWN_WORDS = Owed("", _CODE, in_own_words=True)

_DISCLOSED: Mapping[str, Owed] = {
    FULL: Owed("disclosure", _MANAGER),
    PARTIAL: Owed("partial_disclosure", _MANAGER, names_ground=True),
    REFUSED: Owed("refusal", _MANAGER, names_ground=True),
    NO_DATA: Owed("no_data", _CODE),
}
_CORRECTED: Mapping[str, Owed] = {
    FULL: Owed("correction_result", _CODE, in_own_words=True),
    PARTIAL: Owed("correction_result", _MANAGER, names_ground=True),
    REFUSED: Owed("correction_result", _MANAGER, names_ground=True),
    NO_DATA: Owed("no_data", _CODE),
}
_STOPPED: Mapping[str, Owed] = {
    FULL: Owed("suspension_result", _CODE, in_own_words=True),
    PARTIAL: Owed("suspension_result", _MANAGER, names_ground=True),
    REFUSED: Owed("suspension_result", _MANAGER, names_ground=True),
    ALTERNATIVE: Owed("suspension_result", _MANAGER),
    NO_DATA: Owed("no_data", _CODE),
}
_ANSWERED: Mapping[str, Owed] = {FULL: _OWN_WORDS}

_BY_KIND: Mapping[str, Mapping[str, Owed]] = {
    "purpose": {
        FULL: Owed("purpose_notice", _CODE, in_own_words=True),
        REFUSED: Owed("purpose_notice", _MANAGER, names_ground=True),
    },
    "disclosure": _DISCLOSED,
    "tp_record": _DISCLOSED,
    "correct": _CORRECTED,
    "add": _CORRECTED,
    "delete_item": _CORRECTED,
    "stop_use": _STOPPED,
    "tp_stop": _STOPPED,
    "erase": {**_STOPPED, FULL: Owed("suspension_result", _MANAGER)},
    "marketing_stop": {FULL: Owed("marketing_stopped", _CODE, in_own_words=True)},
    "complaint": {FULL: Owed("complaint_reply", _CODE, in_own_words=True)},
    "opinion": {FULL: Owed("complaint_reply", _CODE, in_own_words=True)},
    "incident_tip": {FULL: Owed("complaint_reply", _CODE, in_own_words=True)},
    "inquiry": _ANSWERED,
    "not_for_us": _ANSWERED,
    UNCLASSIFIED: {},
}
_CLOSED = Owed("closure", _CODE, in_own_words=True)


def owed(kind: str, outcome: str) -> Owed | None:
    """Return what an outcome of a kind owes, None where the law does not know that outcome for it."""
    if outcome in {WITHDRAWN, LAPSED}:
        return _CLOSED
    return _BY_KIND[kind].get(outcome)


def allowed(kind: str) -> tuple[str, ...]:
    """Return the outcomes a person may give a request of a kind; none as long as nobody said what it asks."""
    return tuple(_BY_KIND[kind])
