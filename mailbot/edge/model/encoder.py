"""The fine-tuned multilingual encoder, asked where the fast path is unsure. Only this module knows onnxruntime.

Input is a mail as `<s> subject </s></s> newest words </s>`; a long mail is read in windows. The model gives log-odds
per code for the window and for every piece of it, so that the words that decided can be shown. One mail at a time: the
quantisation looks at all numbers of a run, and a verdict must not depend on its neighbours.
"""

import ctypes
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailbot.core.sentences import MailText, folded, own_subject

WINDOW = 384
"""Pieces of one run; the positions end at 512."""
OVERLAP = 64
MAX_WINDOWS = 8
"""Runs of one mail, about 2,600 pieces: no mail of a person is longer, and none may hold up the others."""
MAX_CHARACTERS = 12_000
MAX_SUBJECT = 400
SUBJECT_PIECES = 48
BEGIN, END = 0, 2
FILES = ("encoder.onnx", "tokenizer.json", "embeddings.npy", "codes.json")
_BLOCK = 32
_MMAP_THRESHOLD, _LARGE_BYTES = -3, 1 << 20
"""The option of `mallopt(3)`, and from which size a block is given back to the system as soon as it is free."""

_STOP = re.compile(r"[。!?！？\n]|[.;](?=\s)")

Floats = NDArray[np.float32]
Place = tuple[str, int]
"""Where a piece stands: in "subject" or "body" ("" for a mark between them), from which character."""
Run = tuple[Floats, Floats, list[Place]]
"""The log-odds of a window, those of its pieces (pieces, codes), and where the pieces stand."""


class EncoderMissingError(RuntimeError):
    """The encoder's library or files are not installed here; the fast path works alone."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as piece numbers, and for each the characters of the text it stands for (0, 0 for none)."""

    ids: list[int]
    places: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the encoder says of a mail: log-odds per code, and per code the sentence that spoke most for it."""

    log_odds: dict[str, float]
    sentences: dict[str, str]


class Encoder:
    """The model of one folder. Raises `EncoderMissingError` where the processor or installation cannot run it."""

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - an installation without it works, less surely
            import tokenizers  # noqa: PLC0415 - the same
        except ImportError as error:
            raise EncoderMissingError(f"no encoder here ({error.name} is missing): more mails are unsure") from error
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise EncoderMissingError(f"no encoder here ({folder / missing[0]} is missing): more mails are unsure")
        _give_memory_back()
        options: Any = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(folder / "encoder.onnx", options)
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._table: NDArray[np.uint8] = np.load(folder / "embeddings.npy", mmap_mode="r")
        self.codes: tuple[str, ...] = tuple(json.loads((folder / "codes.json").read_text("utf-8")))

    def opinion(self, mail: MailText) -> Opinion:
        """Return what the encoder makes of a mail; an empty mail has the opinion of an empty text."""
        title, text = own_subject(mail)[:MAX_SUBJECT], folded(mail.reply_text[:MAX_CHARACTERS])
        subject, body = self._pieces(title), self._pieces(text)
        runs = [self._run(subject, window) for window in islice(_windows(body), MAX_WINDOWS)]
        odds = np.max([whole for whole, _, _ in runs], axis=0)
        spoke = {code: _sentence(title, text, runs, column) for column, code in enumerate(self.codes)}
        return Opinion(dict(zip(self.codes, map(float, odds), strict=True)), spoke)

    def _pieces(self, text: str) -> Pieces:
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return Pieces(found.ids, found.offsets)

    def _run(self, subject: Pieces, body: Pieces) -> Run:
        """Ask the model for one window, after the subject."""
        head = Pieces(subject.ids[:SUBJECT_PIECES], subject.places[:SUBJECT_PIECES])
        ids = [BEGIN, *head.ids, END, END, *body.ids, END]
        begins = [("subject", begin) for begin, _ in head.places]
        places = [("", 0), *begins, ("", 0), ("", 0), *(("body", begin) for begin, _ in body.places), ("", 0)]
        whole, pieces = self._session.run(None, {"embeddings": embedded(self._table, ids)[None]})
        return whole[0], pieces[0], places


def _give_memory_back() -> None:
    """Let glibc return large blocks at once: what runs of many lengths leave behind grows with each mail."""
    with suppress(OSError, AttributeError):  # another C library keeps less by itself
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)


def embedded(table: NDArray[np.uint8], ids: Sequence[int]) -> Floats:
    """Return the vectors of pieces from a table of 4-bit blocks.

    A row of the table is (blocks, 18) bytes; a block is a half-precision scale and 32 numbers of 4 bits less 8, the
    first 16 in the low halves of the bytes (layout Q4_0 of the `ggml` project).
    """
    blocks = table[np.asarray(ids)]
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    numbers: Floats = (halves.astype(np.float32) - 8) * scales
    return numbers.reshape(len(ids), blocks.shape[1] * _BLOCK)


def sentence_at(text: str, at: int) -> str:
    """Return the sentence (up to a full stop or the end of the line) at a character, or after the blanks there."""
    at += len(text[at:]) - len(text[at:].lstrip())
    ends = [stop.end() for stop in _STOP.finditer(text)]
    begin = max((end for end in ends if end <= at), default=0)
    return text[begin : min((end for end in ends if end > at), default=len(text))].strip()


def _sentence(subject: str, text: str, runs: Sequence[Run], column: int) -> str:
    """Return the sentence or line around the piece that speaks most for a code, "" where a mark does."""
    tops = [(int(pieces[:, column].argmax()), pieces, places) for _, pieces, places in runs]
    _, (part, at) = max((float(pieces[top, column]), places[top]) for top, pieces, places in tops)
    return sentence_at(subject if part == "subject" else text, at) if part else ""


def _windows(body: Pieces) -> Iterator[Pieces]:
    """Cut a long text into windows that overlap, so that no sentence is only seen in halves."""
    yield Pieces(body.ids[:WINDOW], body.places[:WINDOW])
    for begin in range(WINDOW - OVERLAP, max(len(body.ids) - OVERLAP, 0), WINDOW - OVERLAP):
        yield Pieces(body.ids[begin : begin + WINDOW], body.places[begin : begin + WINDOW])
