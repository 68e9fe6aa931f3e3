"""The policy texts cases were opened under: written once, read back for as long as a case needs them."""

from sqlalchemy import Engine, insert, select

from mailbot.core.policy import Policy
from mailbot.core.policy_file import kept_policy
from mailbot.store.engine import read, write
from mailbot.store.tables import policy


class Policies:
    """Policies by key (`label@hash`), parsed once."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine of the main database."""
        self._engine = engine
        self._parsed: dict[str, Policy] = {}

    def keep(self, key: str, text: str) -> None:
        """Store a policy text under its key, unless it is there already."""
        with write(self._engine) as connection:
            if connection.execute(select(policy.c.label).where(policy.c.label == key)).first() is None:
                connection.execute(insert(policy).values(label=key, text=text))

    def get(self, key: str) -> Policy:
        """Return a kept policy. Raises KeyError when no case can have been opened under it."""
        if key not in self._parsed:
            with read(self._engine) as connection:
                text = connection.execute(select(policy.c.text).where(policy.c.label == key)).scalar()
            if text is None:
                raise KeyError(key)
            self._parsed[key] = kept_policy(text)
        return self._parsed[key]
