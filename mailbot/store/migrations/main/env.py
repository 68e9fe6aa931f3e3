"""Alembic's entry for the main database; the connection comes from `store.migrate`."""

from alembic import context

from mailbot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=False)
with context.begin_transaction():
    context.run_migrations()
