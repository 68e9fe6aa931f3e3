"""Makes an input small while it still shows the same fault."""

import time
from collections.abc import Callable

_MAX_S = 10.0


def shrunk(data: bytes, is_same: Callable[[bytes], bool]) -> bytes:
    """Return the input without the pieces it does not need, as far as ten seconds go; itself if it shows only once."""
    until = time.monotonic() + _MAX_S
    if not is_same(data):
        return data
    size = max(len(data) // 2, 1)
    while time.monotonic() < until:
        shorter = _without_pieces(data, size, is_same, until)
        if size == 1 and shorter == data:
            break
        data, size = shorter, max(size // 2, 1)
    return data


def _without_pieces(data: bytes, size: int, is_same: Callable[[bytes], bool], until: float) -> bytes:
    at = 0
    while at < len(data) and time.monotonic() < until:
        shorter = data[:at] + data[at + size :]
        if is_same(shorter):
            data = shorter
        else:
            at += size
    return data
