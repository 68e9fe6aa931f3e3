"""Reads what the desk reclassified for `mailbot train --with-corrections`."""

from collections.abc import Iterable

from mailbot.compose import migrate_if_new, open_stores
from mailbot.config import Config, ConfigFault
from mailbot.learning.corrections import correction_row
from mailbot.learning.rows import Row
from mailbot.store.corrections import Correction, corrections
from mailbot.store.engine import StoreUnavailable, read


def correction_rows(config: Config) -> list[Row]:
    """Return what the desk's people corrected, oldest first, one row per correction that can still be read.

    Raises ConfigFault where the master key or the schema does not fit, and where the database does not answer.
    """
    stores = open_stores(config)
    try:
        migrate_if_new(config, stores)
        with read(stores.engine) as connection:
            found, _ = corrections(connection, stores.vault)
    except StoreUnavailable as fault:
        raise ConfigFault([f"the database does not answer now: {fault}"]) from fault
    finally:
        stores.engine.dispose()
        stores.keys.dispose()
    return rows_of(found)


def rows_of(found: Iterable[Correction]) -> list[Row]:
    """Return the rows of corrections; of several of one mail the last counts, and an undecided kind teaches nothing."""
    last = {(one.change.case_id, one.mail): one for one in found}
    rows = (
        correction_row(one.id, one.ref or str(one.change.case_id), one.mail, one.change.new_kinds, one.change.flags)
        for one in sorted(last.values(), key=lambda one: one.id)
    )
    return [row for row in rows if row]
