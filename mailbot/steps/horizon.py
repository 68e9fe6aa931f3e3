"""How far the company's holidays reach against everything that runs, read from the store."""

from datetime import date

from sqlalchemy import Connection

from mailbot.core.clock import Rules
from mailbot.core.horizon import Horizon, holiday_horizon
from mailbot.edge.holiday import table_until
from mailbot.store.moments import policies_of_open, running_until
from mailbot.store.policies import Policies


def horizon(connection: Connection, rules: Rules, policies: Policies, country: str, today: date) -> Horizon:
    """Return how far holidays reach under today's rules and under those that open cases keep."""
    kept = [Rules(policies.get(key), rules.calendar) for key in policies_of_open(connection) if key != rules.key]
    ends = table_until(country, today)
    return holiday_horizon([rules, *kept], running_until(connection), ends, rules.calendar.holidays_until, today)
