"""Corrections: what a person who reclassified a case leaves to learn from. They are never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_POSTGRESQL = """
CREATE FUNCTION refuse_correction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'corrections are never changed'; END $$;
CREATE TRIGGER correction_is_for_ever BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION refuse_correction();
CREATE TRIGGER correction_is_never_emptied BEFORE TRUNCATE ON correction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_correction();
"""
_SQLITE = (
    "CREATE TRIGGER correction_is_not_updated BEFORE UPDATE ON correction "
    "BEGIN SELECT RAISE(ABORT, 'corrections are never changed'); END",
    "CREATE TRIGGER correction_is_not_deleted BEFORE DELETE ON correction "
    "BEGIN SELECT RAISE(ABORT, 'corrections are never changed'); END",
)


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("model_version", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("old_kinds", sa.Text(), nullable=False),
        sa.Column("new_kinds", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("staff", sa.String(length=40), nullable=False),
        sa.Column("blob_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("blob_id", name="uq_correction_blob_id"),
    )
    op.create_index("ix_correction_case_id", "correction", ["case_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL)
        return
    for statement in _SQLITE:
        op.execute(statement)
