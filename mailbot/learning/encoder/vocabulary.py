"""Cuts the vocabulary of the encoder to Japanese and English; rare words fall into smaller pieces."""

import re
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from mailbot.learning.encoder.packed import Packed

SPECIAL = 4
"""The first pieces: begin, padding, end, unknown."""
UNKNOWN = 3
FREQUENT = 50_000
"""Pieces are ordered by frequency; ASCII ones below this number stay."""

_ASCII = re.compile(r"[ -~▁]+")
_FOREIGN = re.compile("[\u0370-\u04ff]")


def pieces_kept(packed: Packed, texts: Iterable[str]) -> list[int]:
    """Return the numbers of the pieces that stay: Japanese ones, frequent ASCII ones, and all that `texts` use."""
    whole = tokenizer_of(packed, range(len(packed.pieces)))
    used = {number for text in texts for number in whole.encode(text).ids}
    own = {number for number, piece in enumerate(packed.pieces) if _is_ours(number, piece)}
    return sorted({*range(SPECIAL), *used, *own})


def tokenizer_of(packed: Packed, kept: Iterable[int]) -> Tokenizer:
    """Return the unigram tokenizer of some pieces, numbered from 0 in their order."""
    numbers = list(kept)
    vocabulary = [(packed.pieces[number], packed.scores[number]) for number in numbers]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=numbers.index(UNKNOWN), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return tokenizer


def _is_ours(number: int, piece: str) -> bool:
    if _ASCII.fullmatch(piece):
        return number < FREQUENT
    return not _FOREIGN.search(piece) and _is_japanese(piece.replace("▁", ""))


def _is_japanese(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
