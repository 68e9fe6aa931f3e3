"""The loop that fine-tunes the encoder on written mails. Deterministic on one machine for one number of threads."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from mailbot.core.sentences import own_subject
from mailbot.edge.model.encoder import BEGIN, END, SUBJECT_PIECES, embedded
from mailbot.learning.encoder.network import OUTPUTS, PADDING, Network
from mailbot.learning.encoder.packed import Packed
from mailbot.learning.rows import Row

LONGEST = 320
"""Pieces of a mail in training; of a longer one the begin and the end are kept."""
PIECES_A_STEP = 960
EPOCHS = 4
RATE, HEAD_RATE = 1e-4, 1e-3
WARM_UP = 0.1
PIECE_LOSS = 0.5
"""What the deciding words, marked by the writers, count beside the mail itself."""
POOL = 400
"""Mails that are sorted by length together, so that a step has little padding."""
LARGEST_GRADIENT = 1.0
SEED = 1


@dataclass(frozen=True, slots=True)
class Task:
    """A mail as the network learns it: pieces, the codes of each piece (pieces, codes), the codes of the mail.

    Where nobody marked the deciding words (`is_marked`), the pieces teach nothing.
    """

    ids: list[int]
    spoken: NDArray[np.float32]
    is_marked: bool
    wanted: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vectors:
    """The frozen vectors of the pieces, as packed blocks."""

    table: NDArray[np.uint8]

    def of(self, ids: NDArray[np.int64]) -> Tensor:
        """Return the vectors of a batch: (mails, pieces, width)."""
        return torch.tensor(embedded(self.table, ids.reshape(-1).tolist()).reshape(*ids.shape, -1))


def task_of(row: Row, tokenizer: Tokenizer, longest: int = LONGEST) -> Task:
    """Return a row as the network learns it."""
    title = own_subject(row.mail)
    subject, body = tokenizer.encode(title), tokenizer.encode(row.mail.reply_text)
    head = list(zip(subject.ids, subject.offsets, strict=True))[:SUBJECT_PIECES]
    room = longest - len(head) - 4
    rest = list(zip(body.ids, body.offsets, strict=True))
    if len(rest) > room:
        rest = rest[: room * 2 // 3] + rest[len(rest) - (room - room * 2 // 3) :]
    ids = [BEGIN, *(one for one, _ in head), END, END, *(one for one, _ in rest), END]
    spoken = np.zeros((len(ids), len(OUTPUTS)), dtype=np.float32)
    for begin, text, pieces in ((1, title, head), (len(head) + 3, row.mail.reply_text, rest)):
        _mark(spoken[begin : begin + len(pieces)], text, [place for _, place in pieces], row)
    wanted = np.array([row.has(code) for code in OUTPUTS], dtype=np.float32)
    return Task(ids, spoken, bool(row.because), wanted)


def _mark(spoken: NDArray[np.float32], text: str, places: Sequence[tuple[int, int]], row: Row) -> None:
    """Mark the pieces that lie in the deciding words of a code."""
    for code, phrases in row.because.items():
        for phrase in phrases:
            begin = text.find(phrase)
            if begin < 0:
                continue
            inside = [at for at, (left, right) in enumerate(places) if right > begin and left < begin + len(phrase)]
            spoken[inside, OUTPUTS.index(code)] = 1


def tuned(
    rows: Sequence[Row], packed: Packed, tokenizer: Tokenizer, vectors: Vectors, say: Callable[[str], None]
) -> Network:
    """Return a network that has learned the rows; `say` gets a line per epoch."""
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)  # the smallest numbers of a nearly learned network cost a hundredfold
    chance = random.Random(SEED)  # noqa: S311 - an order to learn in
    network = Network(packed).train()
    tasks = [task_of(row, tokenizer) for row in rows]
    _settle(network, tasks, vectors)
    body = [value for name, value in network.named_parameters() if not name.startswith(("head", "piece_head", "mix"))]
    heads = [value for name, value in network.named_parameters() if name.startswith(("head", "piece_head", "mix"))]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=0.01, fused=True
    )
    steps = len(list(_batches(tasks, chance))) * EPOCHS
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _pace(step, steps))
    for epoch in range(EPOCHS):
        losses: list[float] = []
        for batch in _batches(tasks, chance):
            loss, shown = _loss(network, batch, vectors)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], LARGEST_GRADIENT)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            losses.append(shown)
        say(f"epoch {epoch + 1} of {EPOCHS}: loss {sum(losses) / len(losses):.3f}")
    return network.train(mode=False)


def _pace(step: int, steps: int) -> float:
    """Return the share of the rate at a step: up for a tenth of the way, then down in a line."""
    warm = steps * WARM_UP
    return (step + 1) / warm if step <= warm else max(0.02, (steps - step) / (steps - warm))


def _batches(tasks: Sequence[Task], chance: random.Random) -> Iterator[list[Task]]:
    """Yield the tasks in batches of up to `PIECES_A_STEP` pieces, of like length, in a new order each time."""
    order = list(range(len(tasks)))
    chance.shuffle(order)
    batches: list[list[Task]] = []
    for begin in range(0, len(order), POOL):
        batch: list[Task] = []
        for task in sorted((tasks[one] for one in order[begin : begin + POOL]), key=lambda one: len(one.ids)):
            if batch and len(task.ids) * (len(batch) + 1) > PIECES_A_STEP:
                batches.append(batch)
                batch = []
            batch.append(task)
        batches.append(batch)
    chance.shuffle(batches)
    yield from batches


def _padded(batch: Sequence[Task], vectors: Vectors) -> tuple[Tensor, Tensor, Tensor]:
    """Return the vectors, the mask and the marked pieces of a batch."""
    longest = max(len(task.ids) for task in batch)
    ids = np.full((len(batch), longest), PADDING, dtype=np.int64)
    spoken = np.zeros((len(batch), longest, len(OUTPUTS)), dtype=np.float32)
    for number, task in enumerate(batch):
        ids[number, : len(task.ids)] = task.ids
        spoken[number, : len(task.ids)] = task.spoken
    return vectors.of(ids), torch.tensor(ids != PADDING), torch.tensor(spoken)


def _loss(network: Network, batch: Sequence[Task], vectors: Vectors) -> tuple[Tensor, float]:
    """Return the loss to learn from, and that of the mails alone, to show."""
    found, mask, spoken = _padded(batch, vectors)
    wanted = torch.tensor(np.stack([task.wanted for task in batch]))
    with torch.autocast("cpu", torch.bfloat16):
        mails, pieces = network(found, mask)
    whole = functional.binary_cross_entropy_with_logits(mails, wanted, reduction="sum") / len(batch)
    marked = torch.tensor([task.is_marked for task in batch])
    weights = mask[..., None].float()
    each = functional.binary_cross_entropy_with_logits(pieces, spoken, reduction="none") * weights
    parts = (marked * each.sum((1, 2)) / weights.sum((1, 2))).mean()
    return whole + PIECE_LOSS * parts, float(whole.detach())


@torch.no_grad()
def _settle(network: Network, tasks: Sequence[Task], vectors: Vectors, enough: int = 256) -> None:
    states, masks = [], []
    for task in tasks[:: max(1, len(tasks) // enough)]:
        found, mask, _ = _padded([task], vectors)
        states.append(functional.pad(network.states(found, mask), (0, 0, 0, LONGEST - len(task.ids))))
        masks.append(functional.pad(mask, (0, LONGEST - len(task.ids))))
    network.settle(torch.cat(states), torch.cat(masks))
