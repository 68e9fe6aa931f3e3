"""The encoder as a torch network: twelve layers of attention and two heads, one over the mail, one over its pieces."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mailbot.core.weighing import CODES, FLAGS
from mailbot.learning.encoder.packed import Packed

Take = Callable[[str], NDArray[np.float32]]
OUTPUTS = (*CODES, *FLAGS)
PADDING = 1
DROPOUT = 0.1
RARE, RARER = -2.0, -4.0
"""Log-odds of a code in a mail, and in a piece, before anything is learned."""
LEAST_SPREAD = 1e-3


class Layer(nn.Module):
    """One layer of attention and its inner network, each followed by a normalisation (the order of BERT)."""

    def __init__(self, packed: Packed, number: int) -> None:
        super().__init__()
        width, inner = packed.width, packed.inner
        self.heads = packed.heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, packed.epsilon), nn.LayerNorm(width, packed.epsilon)
        own = f"l{number}."
        qkv = [torch.cat([torch.tensor(take(f"{own}{one}.{end}")) for one in "qkv"]) for take, end in _ends(packed)]
        _fill(self.qkv, *qkv)
        for module, name in ((self.out, "ao"), (self.up, "fi"), (self.down, "fo")):
            _fill(module, *(torch.tensor(take(f"{own}{name}.{end}")) for take, end in _ends(packed)))
        for norm, name in ((self.norm1, "aln"), (self.norm2, "oln")):
            _fill(norm, *(torch.tensor(packed.vector(f"{own}{name}.{end}")) for end in "wb"))

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Return the new state of every piece: (mails, pieces, width)."""
        mails, pieces, width = hidden.shape
        split = self.qkv(hidden).view(mails, pieces, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=mask)
        joined = found.transpose(1, 2).reshape(mails, pieces, width)
        hidden = self.norm1(hidden + functional.dropout(self.out(joined), DROPOUT, self.training))
        inner = self.down(functional.gelu(self.up(hidden)))
        normed: Tensor = self.norm2(hidden + functional.dropout(inner, DROPOUT, self.training))
        return normed


class Network(nn.Module):
    """Log-odds of every code for mails and for their pieces, from the vectors of the pieces.

    The states are brought to a common spread before the heads (`settle`): they lie so close together that a head
    would learn nothing for an epoch.
    """

    spread: Tensor
    centre: Tensor
    piece_spread: Tensor
    piece_centre: Tensor

    def __init__(self, packed: Packed) -> None:
        super().__init__()
        width, codes = packed.width, len(OUTPUTS)
        self.positions = nn.Parameter(torch.tensor(packed.vector("emb.pos").reshape(-1, width)))
        self.kind = nn.Parameter(torch.tensor(packed.vector("emb.type").reshape(-1, width)[0]))
        self.norm = nn.LayerNorm(width, packed.epsilon)
        _fill(self.norm, *(torch.tensor(packed.vector(f"emb.ln.{end}")) for end in "wb"))
        self.layers = nn.ModuleList(Layer(packed, number) for number in range(packed.layers))
        self.head, self.piece_head = nn.Linear(width, codes), nn.Linear(width, codes)
        self.mix = nn.Parameter(torch.ones(codes))
        for head, start in ((self.head, RARE), (self.piece_head, RARER)):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.constant_(head.bias, start)
        for name in ("centre", "piece_centre"):
            self.register_buffer(name, torch.zeros(width))
        for name in ("spread", "piece_spread"):
            self.register_buffer(name, torch.ones(width))

    def states(self, vectors: Tensor, mask: Tensor | None) -> Tensor:
        """Return the last state of every piece; `mask` is True where a piece stands, None for a mail alone."""
        hidden = self.norm(vectors + self.positions[: vectors.shape[1]] + self.kind)
        wide = None if mask is None else mask[:, None, None, :]
        for layer in self.layers:
            hidden = layer(hidden, wide)
        return hidden

    def forward(self, vectors: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the log-odds of mails (mails, codes) and of their pieces (mails, pieces, codes)."""
        states = self.states(vectors, mask)
        pieces = self.piece_head((states - self.piece_centre) / self.piece_spread).float()
        shown = pieces if mask is None else pieces.masked_fill(~mask[..., None], -30.0)
        mails = self.head((pooled(states, mask) - self.centre) / self.spread).float()
        return mails + self.mix * (shown.amax(1) - RARE), pieces

    @torch.no_grad()
    def settle(self, states: Tensor, mask: Tensor) -> None:
        """Learn the centre and spread of the states of some mails, before the first step."""
        for name, found in (("", pooled(states, mask)), ("piece_", states[mask])):
            getattr(self, f"{name}centre").copy_(found.mean(0))
            getattr(self, f"{name}spread").copy_(found.std(0) + LEAST_SPREAD)


def pooled(states: Tensor, mask: Tensor | None) -> Tensor:
    """Return the mean state of each mail's pieces."""
    if mask is None:
        return states.mean(1)
    weights = mask[..., None].to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def _ends(packed: Packed) -> tuple[tuple[Take, str], tuple[Take, str]]:
    return (packed.matrix, "w"), (packed.vector, "b")


def _fill(module: nn.Linear | nn.LayerNorm, weight: Tensor, bias: Tensor) -> None:
    module.weight.data, module.bias.data = weight, bias
