"""Reads little-endian numbers from bytes that may end too early."""


def number(data: bytes, at: int, size_bytes: int) -> int:
    """Return the number at offset `at`; bytes past the end count as missing, so that nothing is raised."""
    return int.from_bytes(data[max(at, 0) : max(at, 0) + size_bytes], "little")
