"""I1 no mail lost: each is in the ledger once, can be read, and lies in one folder. I2 no case doubled."""

from collections import Counter
from collections.abc import Iterator

from tests.invariants.world import World

DISPOSITIONS = {"case", "follow-up", "staff", "machine", "duplicate", "spam", "held", "old"}


def ledger(world: World) -> Iterator[str]:
    """Every place in which a mail was ever visible has one row, and no other place has one."""
    rows = Counter((row.folder, row.uidvalidity, row.uid) for row in world.tables["ledger"])
    for one in world.visible:
        if (found := rows.pop((one.folder, one.uidvalidity, one.uid), 0)) != 1:
            yield f"I1 mail {one.folder}/{one.uid} has {found} ledger rows"
    yield from (f"I1 the ledger knows mail {place}, which was never there" for place in rows)


def dispositions(world: World) -> Iterator[str]:
    """Each mail became one thing that it may become; held is visible work, and always allowed.

    In junk it may be left where it lies if it was heard in another folder.
    """
    written = {one.message_id: one for one in world.written}
    ids = {(one.folder, one.uidvalidity, one.uid): one for one in world.visible}
    shown = Counter(one.message_id for one in world.visible)
    heard = _heard(world)
    for row in world.tables["ledger"]:
        seen = ids.get((row.folder, row.uidvalidity, row.uid))
        if row.disposition not in DISPOSITIONS:
            yield f"I1 mail {row.uid} has the disposition {row.disposition}"
        elif seen and (one := written.get(seen.message_id)):
            allowed = one.becomes | {"held"} | ({"duplicate"} if shown[seen.message_id] > 1 else set())
            allowed |= {"spam"} if row.folder == world.junk and seen.message_id in heard else set()
            if row.disposition not in allowed:
                yield f"I1 {one.message_id} became {row.disposition} ({row.why}), not {sorted(allowed)}"
        if seen and seen.message_id and seen.message_id not in written:
            yield f"I1 the server showed a mail nobody wrote: {seen.message_id}"


def _heard(world: World) -> set[str]:
    """Which mails became what they may become, wherever that was."""
    written = {one.message_id: one.becomes | {"held"} for one in world.written}
    ids = {(one.folder, one.uidvalidity, one.uid): one.message_id for one in world.visible}
    places = [(ids.get((row.folder, row.uidvalidity, row.uid), ""), row.disposition) for row in world.tables["ledger"]]
    return {mail for mail, disposition in places if disposition in written.get(mail, set())}


def folders(world: World) -> Iterator[str]:
    """Each delivery lies in one folder, and no longer where it came in, but for junk."""
    watched = {one.folder for one in world.visible} - {world.junk}
    owed = world.delivered
    lies = Counter(message_id for mails in world.folders.values() for message_id in mails)
    for message_id in owed.keys() | lies.keys():
        if lies[message_id] != owed[message_id]:
            where = [name for name, mails in world.folders.items() if message_id in mails]
            yield f"I1 {message_id} lies in {where} {lies[message_id]} times instead of {owed[message_id]}"
    for name in watched:
        yield from (f"I1 {message_id} was never filed" for message_id in world.folders.get(name, ()))


def texts(world: World) -> Iterator[str]:
    """A row without bytes, or bytes without a key, is a lost mail too."""
    blobs = {row.id: row.key_id for row in world.tables["blob"]}
    for name in ("ledger", "outbox"):
        for row in world.tables[name]:
            if row.blob_id is None and name == "ledger" and row.why in {"oversize", "unfetchable"}:
                continue
            if blobs.get(row.blob_id) != row.key_id or row.key_id not in world.keys:
                yield f"I1 the text of {name} {row.id} cannot be read"


def cases(world: World) -> Iterator[str]:
    """One case for each mail that opens one, opened by one mail, and by none that must not."""
    rows = world.tables["ledger"]
    ids = {(one.folder, one.uidvalidity, one.uid): one.message_id for one in world.visible}
    opened = Counter(row.case_id for row in rows if row.disposition == "case")
    by_mail = Counter(ids.get((row.folder, row.uidvalidity, row.uid)) for row in rows if row.disposition == "case")
    held = {ids.get((row.folder, row.uidvalidity, row.uid)) for row in rows if row.disposition == "held"}
    for one in world.cases():
        if opened[one.id] != 1:
            yield f"I2 case {one.id} was opened by {opened[one.id]} mails"
    for case_id in opened.keys() - {one.id for one in world.cases()}:
        yield f"I2 a mail opened case {case_id}, which does not exist"
    written = {one.message_id: one for one in world.written}
    for mail in written.values():
        number = by_mail[mail.message_id]
        is_known = "" not in by_mail | dict.fromkeys(held, 0)
        if (
            number > 1
            or (number and not mail.opens)
            or (is_known and mail.opens and not number | (mail.message_id in held))
        ):
            yield f"I2 {mail.message_id} opened {number} cases"
    firsts = sum(one.opens for one in written.values())
    if not firsts - len(held) <= len(world.cases()) <= firsts:
        yield f"I2 {len(world.cases())} cases and {len(held)} held for {firsts} first mails"
