"""The caps on what leaves by itself hold for all workers together: what several decide at once gets in line here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from mailbot.core.budget import Slots
from mailbot.steps.parts import Parts
from mailbot.store.claim import LeaseLost
from mailbot.store.mail import ACK, NOTICE, Post, acks_to, slots_since
from mailbot.store.presence import stand_in_line

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ANY_TIME = datetime.max.replace(tzinfo=UTC)


def in_turn(parts: Parts, connection: Connection, posts: Sequence[Post], now: datetime) -> list[Post]:
    """Return mails about to be queued, each behind what other workers wrote since it was decided.

    Whoever is asked next waits until this transaction ends. Raises LeaseLost where a party would get too many.
    """
    if not any(post.kind == ACK or _is_capped(post) for post in posts):
        return [*posts]
    stand_in_line(connection)
    limits = parts.config.limits
    _check_parties(connection, posts, now, limits.acks_per_address_day)
    written = slots_since(connection, now - _HOUR)
    slots = Slots(written, limits.acks_per_hour, {}, len(posts), notices_per_hour=limits.flood_notices_hour)
    told: dict[int, datetime] = {}
    return [_behind(post, slots, told) for post in posts]


def _behind(post: Post, slots: Slots, told: dict[int, datetime]) -> Post:
    slot: datetime | str = post.due_at
    if post.kind == ACK:
        slot = slots.take("", post.due_at, _ANY_TIME, is_proved=not post.is_unproved)
    elif _is_capped(post):  # everybody who is told of a case is told at once
        slot = told.get(post.case_id) or slots.notice(post.due_at, is_proved=False)
        told[post.case_id] = slot
    return replace(post, due_at=slot) if isinstance(slot, datetime) else post


def _is_capped(post: Post) -> bool:
    return post.kind == NOTICE and post.is_unproved


def _check_parties(connection: Connection, posts: Sequence[Post], now: datetime, most: int) -> None:
    """Refuse a batch whose decision knew nothing of what another worker wrote to the same people."""
    ours = Counter(post.party_index for post in posts if post.kind == ACK)
    known = acks_to(connection, [*ours], now - _DAY)
    if any(known.get(party, 0) + count > most for party, count in ours.items()):
        raise LeaseLost("outbox")
