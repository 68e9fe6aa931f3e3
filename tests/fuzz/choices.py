"""A source of choices that is read off an input, so that a change of the input is a change of what is built of it."""

from random import Random


class Choices(Random):
    """A `Random` that draws from bytes; where they end, every draw is the first choice."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        super().__init__(0)

    def getrandbits(self, bits: int, /) -> int:
        """Return the next bits of the input, from whole bytes; every other draw of `Random` comes from here."""
        begin, self._at = self._at, self._at + (bits + 7) // 8
        return int.from_bytes(self._data[begin : self._at], "little") & ((1 << bits) - 1)
