"""Many workers: one of them reads a mailbox at a time; what is to be filed is found among any number of mails."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TO_FILE = sa.text("filed_at IS NULL AND disposition IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name="uq_account_key"),
    )
    op.create_index("ix_account_due_at", "account", ["due_at"])
    op.drop_index("ix_ledger_unfiled", "ledger")
    columns = ["folder", "uidvalidity"]
    op.create_index("ix_ledger_to_file", "ledger", columns, sqlite_where=TO_FILE, postgresql_where=TO_FILE)
