"""Alembic's entry for the keys database; the connection comes from `store.migrate`."""

from alembic import context

from mailbot.store.tables import keys_metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=keys_metadata, render_as_batch=False
)
with context.begin_transaction():
    context.run_migrations()
