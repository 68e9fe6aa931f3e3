"""Floods: what strangers sent today, how many mails a case took in, and which mails are about what nothing proves."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flood",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "key"),
    )
    op.add_column("case_file", sa.Column("folded", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("is_unproved", sa.Boolean(), server_default=sa.text("false"), nullable=False))
