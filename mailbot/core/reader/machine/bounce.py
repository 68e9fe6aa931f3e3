"""Reads what a bounce says: who was not reached, why, and which mail of ours came back.

The report's own fields answer first (RFC 3464), then what the mail system wrote for people, then the library
flufl.bounce, which knows the forms of many old systems, and last the address on the mail that came back.
"""

from email.message import Message

from flufl.bounce import all_failures

from mailbot.core.message import Bounce
from mailbot.core.reader.headers.encoded_words import clean
from mailbot.core.reader.headers.headers import Headers, read_headers
from mailbot.core.reader.headers.ids import message_ids
from mailbot.core.reader.headers.sender import addresses
from mailbot.core.reader.machine.bounce_notification import is_notification, notified
from mailbot.core.reader.machine.bounce_text import addresses_in, clearly_failed, is_delay, perhaps_failed
from mailbot.core.reader.machine.delivery_status import DELIVERED, Group, groups_in, groups_of
from mailbot.core.reader.machine.returned_copy import COPY_TYPES, cut_copy, id_in, recipients_in
from mailbot.core.reader.machine.smtp_status import better_status, derived_status, status_in
from mailbot.core.reader.mime.mime import cut_mail
from mailbot.core.reader.mime.part import Part, decoded, leaves

MAX_RECIPIENTS = 100
MAX_COPY_BYTES = 256_000
MAX_LIBRARY_LINES = 150
MAX_LIBRARY_LINE_CHARS = 160
MAX_PARTS = 10


def bounce_of(headers: Headers, root: Part, text: str) -> Bounce:
    """Return what a delivery report says: who was not reached, why, and the id of the mail that failed.

    Recipients are reported addresses in lower case, at most 100; what nothing says stays empty. A warning of a delay
    names whom it waits for.
    """
    lines, copy = cut_copy("" if is_notification(text) else text)
    groups, told_id = _told(root, text, lines)
    delayed = [one for one in groups if one.action == "delayed"]
    concerned = [one for one in groups if one.action not in DELIVERED | {"delayed"}] or delayed
    named = _named(headers, concerned) or _written(headers, root, lines) or _addressed(root, lines, copy)
    return Bounce(
        tuple(sorted(named))[:MAX_RECIPIENTS],
        _status(concerned, "\n".join(lines)),
        told_id or _original_id(root) or id_in(copy) or id_in(lines),
        is_delay=concerned is delayed if groups else is_delay(lines),
    )


def _told(root: Part, text: str, lines: list[str]) -> tuple[list[Group], str | None]:
    """Return the fields of the report, and the id of our mail where they name it."""
    if is_notification(text):
        return notified(text)
    groups = groups_of(root) or groups_in(text)
    return (groups, None) if groups or clearly_failed(lines, set()) else _told_inside(root)


def _told_inside(root: Part) -> tuple[list[Group], str | None]:
    """Return the fields of a report that came back inside this one: a gateway returned the bounce of a bounce."""
    for leaf in leaves(root):
        report = cut_mail(decoded(leaf, MAX_COPY_BYTES))[0] if leaf.type == "message/rfc822" else None
        if report and (groups := groups_of(report)):
            return groups, _original_id(report)
    return [], None


def _named(headers: Headers, concerned: list[Group]) -> set[str]:
    """Return the addresses that stand in fields made for them."""
    listed = {address for value in headers.all("x-failed-recipients") for address in addresses_in(value)}
    return listed | {one.address for one in concerned if one.address}


def _written(headers: Headers, root: Part, lines: list[str]) -> set[str]:
    """Return the addresses that the report's words name: in plain places, to the library, in any sentence."""
    own = {address.lower() for address in addresses(headers.all("to"))}
    return clearly_failed(lines, own) or _known_to_library(headers, root, lines) or perhaps_failed(lines, own)


def _addressed(root: Part, lines: list[str], copy: list[str]) -> set[str]:
    """Return to whom the mail that came back went, if to one only: of several, nobody can say who failed."""
    returned = [address for one in _copies(root)[:1] for value in one.all("to") for address in addresses_in(value)]
    found = set(returned) or recipients_in(copy, addresses_in) or recipients_in(lines, addresses_in)
    return found if len(found) == 1 else set()


def _status(concerned: list[Group], said: str) -> str | None:
    """Return the status of the first recipient; where that is a mere 5.0.0, what the words say of the same class."""
    field = next((one.status for one in concerned if one.status), None)
    told = status_in(said)
    if field and (not field.endswith(".0.0") or (told and told[0] != field[0])):
        return field
    return better_status(field, told) or derived_status(said)


def _original_id(root: Part) -> str | None:
    """Return the Message-ID of the mail that came back, from the part that holds it or its headers."""
    ids = (message_ids(copy.first("message-id")) for copy in _copies(root))
    return next((found[0] for found in ids if found), None)


def _copies(root: Part) -> list[Headers]:
    found = [leaf for leaf in leaves(root) if leaf.type in COPY_TYPES][:MAX_PARTS]
    return [read_headers(decoded(leaf, MAX_COPY_BYTES).lstrip())[0] for leaf in found]


def _known_to_library(headers: Headers, root: Part, lines: list[str]) -> set[str]:
    """Return what flufl.bounce finds in the report's own lines; it is shown no more than 150 of them."""
    try:
        temporary, permanent = all_failures(_as_message(headers, root, lines))
    except Exception:  # noqa: BLE001 -- some of its detectors trip over odd headers, and a bounce must still be read
        return set()
    found = (clean(address.decode("ascii", "replace")).lower() for address in temporary | permanent)
    return {one for one in found if one in addresses_in(one)}


def _as_message(headers: Headers, root: Part, lines: list[str]) -> Message:
    """Return the library's own kind of message: the same outline, but only the report's lines in it."""
    said = "\n".join(line[:MAX_LIBRARY_LINE_CHARS] for line in lines[:MAX_LIBRARY_LINES])
    message = _bare(root, "" if root.children else said)
    # a lone address: the library reads any other with a reader that recurses
    message["From"] = next(iter(addresses_in(headers.first("from"))), "unknown@invalid.invalid")
    message["X-Mailer"] = clean(headers.first("x-mailer"))[:MAX_LIBRARY_LINE_CHARS]
    is_said = False
    for leaf in leaves(root)[:MAX_PARTS] if root.children else []:
        is_first = not is_said and leaf.type.startswith("text/")
        message.attach(_bare(leaf, said if is_first else ""))
        is_said |= is_first
    return message


def _bare(part: Part, text: str) -> Message:
    message = Message()
    message.add_header("Content-Type", "text/plain" if part.type.startswith("text/") else clean(part.type))
    message.add_header("Content-Description", clean(part.headers.first("content-description")))
    if not part.children:
        message.set_payload(text)
    return message
