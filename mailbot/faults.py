"""Tells what is wrong with a configuration: `key = value: what is expected, for example …`, never a secret."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from mailbot.sections import Company, Imap, Smtp, Staff

_LONGEST_LOCAL_PART = 24
"""A signed reply address must fit 64 octets (RFC 5321 §4.5.3.1.1): `privacy+` and 39 characters of token."""
_LONGEST_FOLDER = 120
"""What the ledger has room for."""
_WORDS = {
    "int_parsing": "expected a number",
    "int_type": "expected a number",
    "int_from_float": "expected a whole number",
}


def told(item: Mapping[str, Any], values: Any, root: type[BaseModel]) -> str:
    """Return one fault of the schema in a line."""
    where = item["loc"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    if item["type"] == "extra_forbidden":  # its value may be a secret under a misspelt name
        return f"{key}: unknown key; remove it or mend its spelling"
    if item["type"] == "missing":
        return f"{key}: missing{_example(where, root)}"
    words = item["msg"].removeprefix("Value error, ")
    message = _WORDS.get(item["type"], words[0].lower() + words[1:])
    return f"{key}{_shown(where, values)}: {message}{_example(where, root)}"


def between(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong between keys, of every section that is sound by itself."""
    company, imap = _sound(Company, values, "company"), _sound(Imap, values, "imap")
    smtp, staff = _sound(Smtp, values, "smtp"), _sound(list[Staff], values, "staff")
    faults = list(_staff_faults(staff, company)) if staff else []
    faults += _mailbox_faults(imap, values)
    for section, server in (("imap", imap), ("smtp", smtp)):
        faults += _file_faults(section, server) if server else []
        faults += _password_faults(section, values.get(section))
    if imap and imap.oauth:
        faults.append(f'imap.oauth = "{imap.oauth}": not supported yet; use a password or an app password')
    if company and len(company.address.split("@", 1)[0]) > _LONGEST_LOCAL_PART:
        faults.append(f'company.address = "{company.address}": at most 24 characters before the @')
    return faults


def _sound(kind: Any, values: Mapping[str, Any], section: str) -> Any:
    """Return a section as its type, None when the schema already has a fault to tell of it."""
    try:
        return TypeAdapter(kind).validate_python(values[section])
    except (ValidationError, KeyError):
        return None


def _staff_faults(staff: list[Staff], company: Company | None) -> Iterator[str]:
    for name in ("id", "address"):
        known = [str(getattr(person, name)).lower() for person in staff]
        for value in sorted({value for value in known if known.count(value) > 1}):
            yield f'staff.{name} = "{value}": used twice; every person needs one of their own'
    roles = {role for person in staff for role in person.roles}
    for role in ("handler", "manager"):
        if role not in roles:
            yield f'staff.roles: nobody is "{role}"; give one person the role'
    own = company.address.lower() if company else ""
    if any(person.address.lower() == own for person in staff):
        yield f'staff.address = "{own}": is the mailbox of the desk itself; use the person\'s own address'


def _mailbox_faults(first: Imap | None, values: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with further mailboxes; their folders need names of their own in the ledger."""
    more = _sound(list[Imap], values, "mailboxes") or []
    known = {first.label} if first else set()
    for number, (one, table) in enumerate(zip(more, values.get("mailboxes", []), strict=False), 1):
        section = f"mailboxes[{number}]"
        yield from _file_faults(section, one)
        if not any(table.get(key) for key in ("password", "password_file")):
            yield f"{section}.password: missing; set {section}.password or {section}.password_file"
        if one.oauth:
            yield f'{section}.oauth = "{one.oauth}": not supported yet; use a password or an app password'
        if one.label in known:
            yield f'{section}.username = "{one.username}": used twice; a mailbox is read once'
        known.add(one.label)
        longest = max(len(folder) for folder in (*one.folders, one.junk_folder))
        if len(one.label) + 1 + longest > _LONGEST_FOLDER:
            yield f'{section}.username = "{one.username}": too long; at most {_LONGEST_FOLDER} with its folder'


def _file_faults(section: str, server: Imap | Smtp) -> Iterator[str]:
    file = server.password_file
    if file and not file.is_file():
        yield f'{section}.password_file = "{file}": no such file; write the password into it'
    if server.ca_file and not server.ca_file.is_file():
        yield f'{section}.ca_file = "{server.ca_file}": no such file; give the path of a PEM file'


def _password_faults(section: str, table: Any) -> Iterator[str]:
    """A name without a secret; looked for in the raw table, so that no other fault hides it."""
    if not isinstance(table, Mapping) or not table.get("username"):
        return
    if not any(table.get(key) for key in ("password", "password_file", "oauth")):
        name = f"{section}.password"
        yield f"{name}: missing; set {name}, {name}_file or MAILBOT_{section.upper()}__PASSWORD"


def _shown(where: tuple[str | int, ...], values: Any) -> str:
    """Return ` = value`, never for a secret and never for a whole table."""
    for part in where:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return ""
    is_secret = "password" in str(where) or ("url" in str(where) and "@" in str(values))
    if is_secret or isinstance(values, dict | list):
        return ""
    return f" = {json.dumps(values, ensure_ascii=False, default=str)}"


def _example(where: tuple[str | int, ...], root: type[BaseModel]) -> str:
    found: Any = root
    for part in where:
        fields = getattr(found, "model_fields", {})
        if part in fields:
            field = fields[part]
            inner = getattr(field.annotation, "__args__", (field.annotation,))[0]
            found = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else field
    examples = getattr(found, "examples", None)
    return f", for example {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""
