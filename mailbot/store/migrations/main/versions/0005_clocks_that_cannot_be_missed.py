"""Clocks that cannot be missed: extensions, warnings waited for, status letters, absences, the lines of a digest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in _columns():
        op.add_column("request", column)
    op.execute("UPDATE request SET extension = '0bd', is_gate_answered = is_extended WHERE is_extended")
    op.drop_column("request", "is_extended")
    op.create_table(
        "remembered",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "absence",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("person", "first_on"),
    )
    op.create_table(
        "digest_line",
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("effect_id", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("serial", "number"),
    )


def _columns() -> list[sa.Column[Any]]:
    """Return the new columns of a request; what an old extension added stays among the days it was moved by."""
    return [
        _text("extension", 12),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        _text("report", 120),
        sa.Column("is_gate_answered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)
