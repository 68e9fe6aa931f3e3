"""Asks the DNS for DKIM keys: one TXT record by name, within two and a half seconds, remembered as long as it lives.

"There is none" and "nobody answered" are two answers: the first is a fact, the second is trouble and proves nothing.
"""

from dns.exception import DNSException
from dns.name import Name, from_text
from dns.rdatatype import TXT
from dns.resolver import NXDOMAIN, LRUCache, NoAnswer, Resolver

LIFETIME_S = 2.5
"""How long one look-up may take in all; the two signatures of a mail that are checked stay within five seconds."""
_TRY_S = 1.0
CACHED = 256
MAX_RECORD_BYTES = 4096


class DnsTrouble(Exception):
    """Nobody could say whether the record is there. The text is the kind of the fault."""


class Resolving:
    """A resolver with a bounded memory. `lookup` is what `edge.dkim` wants."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        """Take a resolver, None for the one this machine is set up with, which is found at the first look-up."""
        self._resolver = _limited(resolver) if resolver else None

    def lookup(self, name: str) -> bytes | None:
        """Return the one TXT record of an absolute name, its strings joined; None where there is none.

        Several records, or one of more than 4,096 bytes, are none (RFC 6376 §3.6.2.2); a name that breaks the rules
        has none. Raises DnsTrouble.
        """
        asked = _name(name)
        records = self._ask(asked) if asked else []
        return records[0] if len(records) == 1 and len(records[0]) <= MAX_RECORD_BYTES else None

    def _ask(self, name: Name) -> list[bytes]:
        try:
            self._resolver = self._resolver or _limited(Resolver())
            answer = self._resolver.resolve(name, TXT, search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError, ValueError) as error:  # ValueError: a set-up that cannot be read
            raise DnsTrouble(type(error).__name__) from None
        return [b"".join(record.strings) for record in answer]


def _name(text: str) -> Name | None:
    try:
        return from_text(text)
    except DNSException:
        return None


def _limited(resolver: Resolver) -> Resolver:
    resolver.timeout = _TRY_S
    resolver.lifetime = LIFETIME_S
    resolver.cache = LRUCache(CACHED)
    return resolver
