"""What Authentication-Results say by the letter of RFC 8601, as a scanner of its own: comments, quotes, sections.

value   = id [version] 1*(";" method ["/" version] "=" result *(type "." property "=" value))
A comment stands between parentheses, in any depth; a backslash in it, or in quotes, takes the next character along.
"""

import re
from collections.abc import Sequence

_QUOTED = "\0"  # stands for what was written in quotes
_METHOD = re.compile(r"\s*([\w-]+)\s*(?:/\s*(\d+)\s*)?=\s*([\w.-]+)", re.ASCII)
_FROM = re.compile(r"header\s*\.\s*from\s*=\s*([^\s;]*)", re.IGNORECASE | re.ASCII)


def may_pass(values: Sequence[str], own_id: str, domain: str) -> bool:
    """Whether the one header under our name, if it is the only one, says `dmarc=pass` once and for that domain."""
    ours = [sections for sections in map(_sections, values) if _name(sections) == own_id]
    if len(ours) != 1 or ours[0][-1:] == [_QUOTED]:
        return False
    found = [one for one in ours[0][1:] if (method := _METHOD.match(one)) and method[1].lower() == "dmarc"]
    return len(found) == 1 and _says_pass(found[0], domain)


def _says_pass(section: str, domain: str) -> bool:
    method = _METHOD.match(section)
    is_pass = method is not None and method[2] in {None, "1"} and method[3].lower() == "pass"
    return is_pass and domain in [one.lower() for one in _FROM.findall(section)]


def _name(sections: Sequence[str]) -> str:
    """Return the first word, in lower case: whose header this claims to be."""
    return next(iter(sections[0].split()), "").lower()


def _sections(value: str) -> list[str]:
    """Return the sections without comments and quoted text; a comment or quote left open makes the last one a mark."""
    out, depth, in_quotes, at = list[str](), 0, False, 0
    while at < len(value):
        char = value[at]
        if char == "\\" and (depth or in_quotes):
            at += 1
        elif char == '"' and not depth:
            in_quotes = not in_quotes
            out.append(_QUOTED)
        elif char in "()" and not in_quotes:
            depth = max(depth + (1 if char == "(" else -1), 0)
            out.append(" ")
        elif not depth and not in_quotes:
            out.append(char)
        at += 1
    return [*"".join(out).split(";"), *([_QUOTED] if depth or in_quotes else [])]
