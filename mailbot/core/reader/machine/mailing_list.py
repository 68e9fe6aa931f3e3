"""Tells what came through a mailing list: bulk mail, other people's talk, or a request sent to our own address.

Many companies make their desk's address a list whose members are the staff (Google Workspace groups, Mailman, fml):
each customer's mail then bears a List-Id. Such a mail is a person's.
"""

import re

from mailbot.core.reader.headers.sender import addresses
from mailbot.core.reader.machine.signs import Signs

_NAMES = {
    *("mailing-list", "x-mailing-list", "x-beenthere", "x-mailman-version", "x-ml-name", "x-mlserver", "x-ml-count"),
    *(
        "x-listserver",
        "x-list-id",
        "x-loop-list",
        "x-campaign-id",
        "x-campaignid",
        "x-mailer-list",
        "x-google-group-id",
    ),
    *("x-csa-complaints", "x-list-software"),
}
_BULK_NAMES = {"list-unsubscribe-post", "x-campaign-id", "x-campaignid", "x-csa-complaints"}
_LIST_SENDER = re.compile(r"owner-.+|.+-(?:owner|bounces?|request)(?:[+=].*)?|.+\+(?:owners?|bnc.+)")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to", "x-delivered-to")
_MAILTO = re.compile(r"<mailto:([^<>?\s]{3,254})")
_FOR = re.compile(r"\sfor\s{1,9}<?([^\s<>;]{1,100}@[^\s<>;]{1,255})")
_NAMED_LIST = re.compile(r"list ([^\s;<>]{3,254})")
_FORM_LOCAL = re.compile(
    r"(?:wordpress|www(?:-data)?|apache|nginx|httpd|nobody|(?:mail|web|contact|inquiry|toiawase)?-?form|formmail|cgi|php)"
    r"(?:[+._-].*)?"
)


def is_listed(signs: Signs) -> bool:
    """Whether a list or a bulk mailer sent the mail or passed it on (RFC 2369, RFC 2919 and older headers)."""
    if signs.value("precedence") == "list" or signs.names & _NAMES:
        return True
    return any(name.startswith("list-") for name in signs.names)


def is_own_list(signs: Signs) -> bool:
    """Whether the list is our own address: somebody wrote to it, and it lies in the domain of the mailbox it fills.

    What the list's program itself sent, or a bulk mailer, is not meant.
    """
    posts = _list_addresses(signs) & _addressees(signs)
    if not posts or signs.names & _BULK_NAMES or _LIST_SENDER.fullmatch(signs.local):
        return False
    return any(_is_near(_domain(post), _domain(box)) for post in posts for box in _mailboxes(signs) - posts)


def is_from_list(signs: Signs) -> bool:
    """Whether the list put itself in the writer's place, as it does where the writer's DMARC forbids passing on."""
    return signs.address.lower() in _list_addresses(signs)


def is_own_form(signs: Signs) -> bool:
    """Whether a program of our own domain wrote for a person: a web form, whose Reply-To is the writer elsewhere."""
    replies = {_domain(address) for address in addresses(signs.headers.all("reply-to"))}
    own = {_domain(address) for address in _addressees(signs)} if replies else set()
    return _domain(signs.address) in own and not replies & own


def is_form_program(signs: Signs) -> bool:
    """Whether the sender is a web server's program, to which no answer is of use."""
    is_php = bool(signs.names & {"x-php-originating-script", "x-php-script"}) or "php" in signs.value("x-mailer")
    return _FORM_LOCAL.fullmatch(signs.local) is not None or (is_php and is_own_form(signs))


def _list_addresses(signs: Signs) -> set[str]:
    """Return the addresses to which a list is written, in lower case."""
    posts = {match[1] for value in signs.headers.all("list-post") for match in _MAILTO.finditer(value)}
    named = {match[1] for value in signs.headers.all("mailing-list") for match in _NAMED_LIST.finditer(value)}
    beside = {one for name in ("x-beenthere", "x-mailing-list") for one in addresses(signs.headers.all(name))}
    ids = {_id_as_address(value) for value in signs.headers.all("list-id")}
    return {one.lower() for one in posts | named | beside | ids if "@" in one}


def _mailboxes(signs: Signs) -> set[str]:
    """Return the addresses to which the mail was delivered at last, in lower case, as the last servers noted them."""
    noted = [value for name in _DELIVERED for value in signs.headers.all(name)]
    last = _FOR.search(signs.headers.first("received"))
    return {one.lower() for one in (*addresses(noted), *([last[1]] if last else []))}


def _id_as_address(value: str) -> str:
    """Return name@domain for `<name.domain>`: nearly all software puts the list's name first (RFC 2919 §3)."""
    name, _, domain = value.rpartition("<")[2].partition(">")[0].strip().partition(".")
    return f"{name}@{domain}" if domain else ""


def _addressees(signs: Signs) -> set[str]:
    return {address.lower() for name in ("to", "cc") for address in addresses(signs.headers.all(name))}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _is_near(one: str, other: str) -> bool:
    """Whether two domains are the same, or one lies below the other."""
    return bool(one and other) and (f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}"))
