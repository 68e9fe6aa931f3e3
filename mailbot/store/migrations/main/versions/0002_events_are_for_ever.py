"""Events are for ever: UPDATE and DELETE are refused by the database itself."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_POSTGRESQL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'events are never changed'; END $$;
CREATE TRIGGER event_is_for_ever BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
_SQLITE = (
    "CREATE TRIGGER event_is_not_updated BEFORE UPDATE ON event "
    "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event "
    "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
)


def upgrade() -> None:
    """Add the triggers in the words of each database."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL)
        return
    for statement in _SQLITE:
        op.execute(statement)
