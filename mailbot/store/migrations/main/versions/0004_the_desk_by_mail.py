"""The desk by mail: outcomes, pauses and identity on the rows, effects that wait for a code, what the desk knows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    _effects()
    _codes()
    _known()


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)


def _columns() -> dict[str, list[sa.Column[Any]]]:
    return {
        "case_file": [
            sa.Column("identity", sa.Integer(), nullable=True),
            _text("merged_into", 32),
            sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("snoozed_until", sa.Date(), nullable=True),
        ],
        "request": [
            sa.Column("moved", sa.Integer(), server_default="0", nullable=False),
            sa.Column("is_extended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
            _text("outcome", 20),
            _text("ground", 40),
            _text("mail", 120),
            _text("pause", 40),
            sa.Column("paused_on", sa.Date(), nullable=True),
            sa.Column("stops", sa.Text(), server_default=sa.text("''"), nullable=False),
        ],
        "outbox": [
            _text("reply_to", 120),
            _text("approved_text", 64),
            sa.Column("approved_files", sa.Text(), server_default=sa.text("''"), nullable=False),
        ],
        "party": [sa.Column("blob_id", sa.String(length=32), nullable=True)],
    }


def _effects() -> None:
    op.create_table(
        "effect",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("ledger_id", ID, nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("blob_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("case_id", "state", "due_at"):
        op.create_index(f"ix_effect_{column}", "effect", [column], unique=False)


def _codes() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code_index", sa.String(length=32), nullable=False),
        sa.Column("effect_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["effect_id"], ["effect.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_index", name="uq_code_code_index"),
    )
    op.create_index("ix_code_effect_id", "code", ["effect_id"], unique=False)


def _known() -> None:
    op.create_table(
        "known",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("value_index", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id", "value_index"),
    )
    op.create_index("ix_known_value_index", "known", ["value_index"], unique=False)
