"""The digest: gathered once from the store, written to each of its readers; this is its one door."""

from mailbot.steps.digest.days import next_digest_at
from mailbot.steps.digest.gather import digest_context
from mailbot.steps.digest.write import digest_letter, write_digest

__all__ = ["digest_context", "digest_letter", "next_digest_at", "write_digest"]
