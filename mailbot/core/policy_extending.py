"""Lays a company's own policy file over the shipped one that it extends.

What comes out is a whole policy text: a case keeps it as it is, so a newer mailbot changes no case that runs.

    extends = "appi"
    name = "example-inc"
    version = "2026-12"
    [periods.complaint]
    notice = "5bd"          # another period than the shipped policy's
    extension = false       # taken out: none is possible
"""

import json
from collections.abc import Mapping

from mailbot.core.policy_file import PolicyFault, faults_in, values_of
from mailbot.core.section import named, shown

EXTENDS = "extends"


def whole_text(text: str, shipped: Mapping[str, str]) -> str:
    """Return the whole policy that a text stands for: the text itself, unless it extends a shipped policy.

    `shipped` maps the name of each policy of mailbot to its text. A value or list takes the place of the shipped
    one, a table is laid over it key by key, and `false` takes a key out. Raises one `PolicyFault` with every fault.
    """
    own = values_of(text)
    if EXTENDS not in own:
        return text
    name = _name(own.pop(EXTENDS), shipped)
    base = values_of(shipped[name])
    if EXTENDS in base:
        raise PolicyFault([f'{EXTENDS} = "{name}": {name} itself extends another policy; write the one it extends'])
    faults = _faults_of_names(own, shipped)
    laid = _laid(base, own, "", name, faults)
    faults += faults_in(laid)
    if faults:
        raise PolicyFault(faults)
    return f"# What a company's file changes in {base['name']}/{base['version']}, and all it leaves.\n{_toml(laid)}"


def _name(value: object, shipped: Mapping[str, str]) -> str:
    if isinstance(value, str) and value in shipped:
        return value
    raise PolicyFault([f"{EXTENDS} = {shown(value)}: no such policy; write one of {', '.join(sorted(shipped))}"])


def _faults_of_names(own: Mapping[str, object], shipped: Mapping[str, str]) -> list[str]:
    """Return what is wrong with how the file calls itself: a letter and an event name the policy they follow."""
    faults = [
        f'{key}: missing; write one of your own, for example "{example}"'
        for key, example in (("name", "example-inc"), ("version", "2026-12"))
        if key not in own
    ]
    if isinstance(name := own.get("name"), str) and name in shipped:
        faults.append(f'name = "{name}": the name of a shipped policy; write one of your own')
    return faults


def _laid(
    base: Mapping[str, object], own: Mapping[str, object], path: str, name: str, faults: list[str]
) -> dict[str, object]:
    """Return the tables of `own` over those of `base`; what cannot be taken out is noted."""
    laid = dict(base)
    for key, value in own.items():
        under = base.get(key)
        if value is False:
            faults += _faults_of_taking(f"{path}{named(key)}", under, path, name)
            laid.pop(key, None)
        elif isinstance(value, dict) and isinstance(under, dict):
            laid[key] = _laid(under, value, f"{path}{key}.", name, faults)
        else:
            laid[key] = value
    return laid


def _faults_of_taking(key: str, under: object, path: str, name: str) -> list[str]:
    if under is None:
        return [f"{key} = false: {name} has no such key; take the line out"]
    if not path and isinstance(under, dict):  # a missing table may mean its default, which is not "none of it"
        return [f"{key} = false: a whole part cannot be taken out; write false for its keys"]
    return []


def _toml(table: Mapping[str, object], path: str = "") -> str:
    """Return a table of sound values as TOML: its plain keys, then a part for each table in it."""
    plain = [f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if not isinstance(value, dict)]
    parts = [
        f"\n[{path}{_key(key)}]\n{_toml(value, f'{path}{_key(key)}.')}"
        for key, value in table.items()
        if isinstance(value, dict)
    ]
    return "".join((*plain, *parts))


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").replace("_", "").isalnum() else _value(key)


def _value(value: object) -> str:
    """Return a text, a whole number or a list of them as TOML, which writes them as JSON does, DEL apart."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
