"""I6 no secret where it must not be: logs, files, databases, subjects, digests, events, and what requesters get."""

import re
from collections.abc import Iterator

from tests.invariants.world import World, words_of

CODECS = ("utf-8", "utf-16-le", "shift_jis", "unicode_escape")
STAFF_TOKEN = re.compile(r"\b(?:cv1\.|\+)[a-z2-9]s[a-z2-9]{37}\b")


def spilled(world: World) -> Iterator[str]:
    """No word of a mail, and no password, stands in a log, a file or a database."""
    for place, data in world.spills.items():
        low = data.lower()
        for secret in world.secrets:
            if any(_coded(secret, codec) in low for codec in CODECS):
                yield f"I6 a secret stands in {place}: {secret}"
    for row in world.tables["event"]:
        for secret in world.secrets:
            if secret.lower() in row.text.encode("ascii").decode("unicode_escape").lower():
                yield f"I6 a secret stands in event {row.case_id}/{row.seq}: {secret}"


def mailed(world: World) -> Iterator[str]:
    """No word of a mail comes back in a subject, a digest or a requester's mail, and no token of staff leaves."""
    for one in world.received:
        is_for_staff = one.recipient in world.staff and one.kind != "digest"
        shown = (one.subject if is_for_staff else words_of(one.raw)).lower()
        yield from (
            f"I6 a secret stands in a {one.kind}: {secret}" for secret in world.secrets if secret.lower() in shown
        )
    for one in world.to_requesters():
        if STAFF_TOKEN.search(words_of(one.raw)):
            yield f"I6 {one.recipient} received a token of staff"


def _coded(secret: str, codec: str) -> bytes:
    return secret.encode(codec, "replace").lower()
