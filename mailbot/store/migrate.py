"""Brings a database to the newest schema with Alembic, and says how far one is behind."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from mailbot.store.engine import read

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, branch: str, revision: str = "head") -> None:
    """Run what is missing up to a revision, each migration in one transaction. `branch` is `main` or `keys`."""
    config = _config(branch)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def behind(engine: Engine, branch: str) -> str:
    """Return "" when the schema is right, `new` for an empty database, `older` or `newer` than this program."""
    with read(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config(branch))
    if found is None:
        return "new"
    if found == script.get_current_head():
        return ""
    known = {revision.revision for revision in script.walk_revisions()}
    return "older" if found in known else "newer"


def _config(branch: str) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_FOLDER / branch))
    config.attributes["branch"] = branch
    return config
