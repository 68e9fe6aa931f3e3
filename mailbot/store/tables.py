"""The tables, once for SQLite and PostgreSQL. No column here holds personal text; that is in `blob`, sealed."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

NAMING = {"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
metadata = MetaData(naming_convention=NAMING)
keys_metadata = MetaData(naming_convention=NAMING)

Id = BigInteger().with_variant(Integer, "sqlite")
OFFICE = 0
"""The case id of the office's own chain of events (digests) and of mails that belong to no case."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment on both databases (SQLite keeps it as sortable text)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; SQLite gets the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment was given to the store")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _work() -> tuple[Column[Any], ...]:
    """Columns of a table that workers claim from: `due_at` is schedule, lease and back-off in one."""
    return (
        Column("due_at", Moment, index=True),
        Column("version", Integer, nullable=False, server_default="0"),
        Column("failures", Integer, nullable=False, server_default="0"),
    )


event = Table(
    "event",
    metadata,
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("name", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

case_file = Table(
    "case_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ref", String(32), unique=True),
    Column("key_id", String(32), nullable=False),
    Column("state", String(20), nullable=False),
    Column("opened_at", Moment),
    Column("received_at", Moment),
    Column("language", String(2), nullable=False),
    Column("policy", String(120), nullable=False),
    Column("handler", String(40)),
    Column("acknowledged_at", Moment),
    Column("withheld", String(40)),
    Column("flags", Text, nullable=False),
    Column("identity", Integer),
    Column("merged_into", String(32), nullable=False, server_default=text("''")),
    Column("closed_at", Moment),
    Column("snoozed_until", Date),
    Column("folded", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("witnessed", Integer, nullable=False, server_default="0"),
)

request = Table(
    "request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("case_file.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("right", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("confidence", Float),
    Column("received_at", Moment),
    Column("answer_on", Date),
    Column("ack_on", Date),
    Column("triage_on", Date),
    Column("notice_on", Date),
    Column("total_on", Date),
    Column("gate_on", Date),
    Column("fired", Text, nullable=False),
    Column("moved", Integer, nullable=False, server_default="0"),
    Column("extension", String(12), nullable=False, server_default=text("''")),
    Column("outcome", String(20), nullable=False, server_default=text("''")),
    Column("ground", String(40), nullable=False, server_default=text("''")),
    Column("mail", String(120), nullable=False, server_default=text("''")),
    Column("pause", String(40), nullable=False, server_default=text("''")),
    Column("paused_on", Date),
    Column("resumed_on", Date),
    Column("reminded_on", Date),
    Column("stops", Text, nullable=False, server_default=text("''")),
    Column("report", String(120), nullable=False, server_default=text("''")),
    Column("is_gate_answered", Boolean, nullable=False, server_default=text("false")),
    Column("worked_at", Moment),
    Column("told", Text, nullable=False, server_default=text("''")),
    Column("told_at", Moment),
    *_work(),
    UniqueConstraint("case_id", "number"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("folder", String(120), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content_index", String(32), unique=True),
    Column("sender_index", String(32)),
    Column("disposition", String(12)),
    Column("why", String(60)),
    Column("case_id", Id, index=True),
    Column("key_id", String(32)),
    Column("blob_id", String(32)),
    Column("settled_at", Moment),
    Column("filed_at", Moment),
    Index(
        "ix_ledger_to_file",
        "folder",
        "uidvalidity",
        sqlite_where=text("filed_at IS NULL AND disposition IS NOT NULL"),
        postgresql_where=text("filed_at IS NULL AND disposition IS NOT NULL"),
    ),
    Index("ix_ledger_place", "folder", "uidvalidity", "uid"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("ledger_id", Id, ForeignKey("ledger.id"), nullable=False),
    *_work(),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("case_id", Id, nullable=False, index=True),
    Column("ref", String(32)),
    Column("kind", String(20), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("once", Boolean, nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    Column("blob_id", String(32), nullable=False),
    Column("party_index", String(32), nullable=False),
    Column("slot_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),
    Column("code", String(60)),
    Column("reply_to", String(120), nullable=False, server_default=text("''")),
    Column("approved_text", String(64), nullable=False, server_default=text("''")),
    Column("approved_files", Text, nullable=False, server_default=text("''")),
    Column("is_unproved", Boolean, nullable=False, server_default=text("false")),
    Column("queued_at", Moment, nullable=False),
    Column("settled_at", Moment),
    *_work(),
    Index("ix_outbox_kind_slot", "kind", "slot_at"),
    Index("ix_outbox_kind_party", "kind", "party_index", "slot_at"),
)

party = Table(
    "party",
    metadata,
    Column("case_id", Id, ForeignKey("case_file.id"), primary_key=True, autoincrement=False),
    Column("address_index", String(32), primary_key=True, index=True),
    Column("role", String(12), nullable=False),
    Column("blob_id", String(32)),
)

effect = Table(
    "effect",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", Id, ForeignKey("case_file.id"), nullable=False, index=True),
    Column("ledger_id", Id, nullable=False),
    Column("author", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("level", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("blob_id", String(32), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("made_at", Moment, nullable=False),
    Column("settled_at", Moment),
    *_work(),
)

code = Table(
    "code",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code_index", String(32), nullable=False, unique=True),
    Column("effect_id", String(32), ForeignKey("effect.id"), nullable=False, index=True),
    Column("person", String(40), nullable=False),
    Column("purpose", String(12), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

known = Table(
    "known",
    metadata,
    Column("case_id", Id, ForeignKey("case_file.id"), primary_key=True, autoincrement=False),
    Column("value_index", String(32), primary_key=True, index=True),
    Column("kind", String(10), nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key_id", String(32), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("case_id", Id, ForeignKey("case_file.id"), nullable=False, index=True),
    Column("model_version", String(60), nullable=False),
    Column("language", String(2), nullable=False),
    Column("old_kinds", Text, nullable=False),
    Column("new_kinds", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("staff", String(40), nullable=False),
    Column("blob_id", String(32), nullable=False, unique=True),
)

cursor = Table(
    "cursor",
    metadata,
    Column("folder", String(120), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("compared_at", Moment, nullable=False),
    Column("polled_at", Moment, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    *_work(),
)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(40), nullable=False, unique=True),
    *_work(),
)

policy = Table(
    "policy",
    metadata,
    Column("label", String(120), primary_key=True),
    Column("text", Text, nullable=False),
)

witness = Table(
    "witness",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

remembered = Table(
    "remembered",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

flood = Table(
    "flood",
    metadata,
    Column("day", Date, primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("count", Integer, nullable=False),
)

absence = Table(
    "absence",
    metadata,
    Column("person", String(40), primary_key=True),
    Column("first_on", Date, primary_key=True),
    Column("last_on", Date, nullable=False),
)

digest_line = Table(
    "digest_line",
    metadata,
    Column("serial", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", Id, nullable=False),
    Column("effect_id", String(32), nullable=False, server_default=text("''")),
)

counter = Table(
    "counter",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

data_key = Table(
    "data_key",
    keys_metadata,
    Column("id", String(32), primary_key=True),
    Column("kek", String(16), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
)
