"""Reads what a Content-Type means, also where it is doubled, half written or nonsense (RFC 2045 §5)."""

import re

from mailbot.core.reader.headers.headers import Headers

MAX_TYPES = 4

_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_TYPE_INSIDE = re.compile(r"([\w.+-]{1,100}) {0,5}/ {0,5}([\w.+-]{1,100})", re.ASCII)
_WORD = re.compile(r"[\w+-]{1,100}", re.ASCII)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_LONE_WORDS = {"plain": "text/plain", "text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}
_LONE_FILES = {"application", "audio", "font", "image", "model", "video"}

_OPAQUE = "application/octet-stream"


def media_types(headers: Headers) -> list[tuple[str, dict[str, str]]]:
    """Return type and parameters of each Content-Type header in order, none where there is no such header.

    A type is always `main/sub` in lower case; a word alone is taken for what its writer meant.
    """
    fields = [field for field in headers.fields if field[0] == "content-type"]
    return [_media_type(Headers((field,))) for field in fields[:MAX_TYPES]]


def boundary_of(parameters: dict[str, str]) -> bytes:
    """Return the boundary a header names, b"" for none; blanks at its end are no part of it (RFC 2046 §5.1.1)."""
    return parameters.get("boundary", "").rstrip().encode("utf-8", "replace")


def _media_type(header: Headers) -> tuple[str, dict[str, str]]:
    kind, parameters = header.parameters("content-type")
    return kind if _TYPE.fullmatch(kind) else _meant(header.first("content-type").lower(), parameters), parameters


def _meant(value: str, parameters: dict[str, str]) -> str:
    """Return the type that a value without a clean one means."""
    value = _COMMENT.sub(" ", value).partition(";")[0]
    if inside := _TYPE_INSIDE.search(value):
        return f"{inside[1]}/{inside[2]}"
    word = _WORD.search(value)
    kind = _LONE_WORDS.get(word[0]) if word else None
    is_file = bool(parameters.get("name")) or (word is not None and word[0] in _LONE_FILES)
    return kind or (_OPAQUE if is_file else "text/plain")
