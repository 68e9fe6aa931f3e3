"""Which letter of the book tells each outcome, and whether a policy says the same (law §3)."""

from mailbot.core.desk.letterbook import form_for
from mailbot.core.desk.outcomes import allowed, owed
from mailbot.core.kinds import KINDS
from mailbot.core.policy import Policy
from mailbot.core.policy_file import PolicyFault


def letter_told(kind: str, outcome: str) -> str | None:
    """Return the code of the letter that tells an outcome of a kind.

    None: a person's own words do, or the kind has no such outcome. Raises KeyError for an unknown kind.
    """
    debt = owed(kind, outcome)
    return form_for(debt.template, outcome).code if debt and debt.template else None


def check_letters(policy: Policy) -> None:
    """Raise `PolicyFault` with every letter a policy owes that the desk does not write for that outcome."""
    faults = [
        f'letters.{table}.{outcome} = "{code}": the desk {_says(table, outcome)}'
        for table, letters in policy.letters.items()
        for outcome, code in letters.items()
        if code not in _told(table, outcome)
    ]
    if faults:
        raise PolicyFault(faults)


def _told(table: str, outcome: str) -> list[str]:
    kinds = [kind.code for kind in KINDS.values() if kind.periods == table and allowed(kind.code)]
    return sorted({code for kind in kinds if (code := letter_told(kind, outcome))})


def _says(table: str, outcome: str) -> str:
    told = _told(table, outcome)
    return f"tells it with {' or '.join(told)}; write that" if told else "has no letter for it; take it out"
