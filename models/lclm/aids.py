"""Losses that help to learn, each with what it needs to learn itself; nothing of them is part of a checkpoint.

Readout: while the decoder can't read latents, the encoder has nothing to learn from, and the other way round. A matrix
for each place in a group reads the group's tokens back from its latent, with the encoder's embeddings as output.

Place: where a model reads states side by side, a matrix tells from the decoder's states which place in its group the
next token has, wherever the answer says what stands in a window.

Pointing: naming the chunk that a needle stands in takes steps that build on each other. Each latent looks up the
number before its region, the question finds the latents that hold its key, the answer repeats the number found there.
No step pays before the others exist. Here the first two are learnt apart: one head is told where to look, and what its
layer then has to say. The recipe names the heads.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lclm.model import Batch, Block, LatentContextModel, Stack
from lclm.recipe import Head, Pointing

MOST_READ = 2048  # tokens that a step reads back: every n-th, so that it stays cheap and a resumed run takes the same
MOST_POINTERS = 256  # pointers of a kind that a step learns from, chosen likewise


class Aids(nn.Module):
    """The aids' own parameters and losses, beside a model."""

    def __init__(self, model: LatentContextModel, pointing: Pointing | None) -> None:
        super().__init__()
        config = model.config
        read = (config.decoder.hidden_size, config.encoder.hidden_size)
        self.readout = nn.ModuleList(nn.Linear(*read, bias=False) for _ in range(config.compression_ratio))
        self.place = nn.Linear(config.decoder.hidden_size, config.compression_ratio, bias=False)
        self.norms = nn.ModuleDict({name: nn.RMSNorm(config.decoder.hidden_size, 1e-6) for name in ("read", "place")})
        self.pointing, self.concat = pointing, config.pooling == "concat"
        # Places begin with nothing said: they may join a model that can read without a jolt.
        nn.init.zeros_(self.place.weight)

    def forward(
        self, model: LatentContextModel, batch: Batch, latents: Tensor, states: list[Tensor], wanted: dict[str, float]
    ) -> dict[str, Tensor]:
        """The losses of the wanted aids that the batch has something for."""
        out: dict[str, Tensor] = {}
        if "readout" in wanted and batch.learns:
            out["readout"] = self._readout(model, batch, latents)
        if "place" in wanted and self.concat and len(batch.places):
            predictors, places = batch.places.T
            out["place"] = F.cross_entropy(
                self.place(self.norms["place"](states[-2].flatten(0, 1)[predictors])), places
            )
        if "pointing" in wanted and self.pointing is not None and len(batch.homes):
            steps = ((batch.numbers, self.pointing.numbers), (batch.homes, self.pointing.homes))
            stack, output = model.decoder.model, model.decoder.output
            out["pointing"] = torch.stack([_points(stack, output, states, batch, *step) for step in steps]).sum()
        return out

    def _readout(self, model: LatentContextModel, batch: Batch, latents: Tensor) -> Tensor:
        ids, normed = batch.windows, self.norms["read"](latents.float())
        read = torch.stack([place(normed) for place in self.readout], dim=2).flatten(1, 2)
        real = torch.arange(ids.shape[1], device=ids.device) < batch.lengths[:, None]
        chosen = real.flatten().nonzero().flatten()
        chosen = chosen[:: -(-len(chosen) // MOST_READ)]
        hidden = read[:, : ids.shape[1]].flatten(0, 1)[chosen]
        return F.cross_entropy(F.linear(hidden, model.encoder.embed_tokens.weight), ids.flatten()[chosen])


def _points(stack: Stack, output: Tensor, states: list[Tensor], batch: Batch, pointers: Tensor, head: Head) -> Tensor:
    """Mean over pointers [P, 6] of -log of the attention that goes where it should, and of naming the number's digits.

    Pointers are rows, slots, firsts and ends to look at, firsts and ends of numbers; `states` what each layer of the
    stack reads, and after them what the last one writes; `output` [vocabulary, D] the matrix of the logits.
    """
    pointers = pointers[:: -(-len(pointers) // MOST_POINTERS)]
    rows, at, first, end, number, number_end = pointers.unbind(1)
    layer = stack.layers[head.layer]
    assert isinstance(layer, Block)
    normed = layer.input_layernorm(states[head.layer])
    q, k = layer.self_attn.queries_and_keys(normed, *stack.rotary(batch.positions))
    keys = k[:, head.head * k.shape[1] // q.shape[1]]
    scores = torch.einsum("pd,psd->ps", q[rows, head.head, at], keys[rows]) * q.shape[-1] ** -0.5
    slot = torch.arange(scores.shape[1], device=scores.device)
    seen = scores.masked_fill(slot > at[:, None], float("-inf"))
    wanted = seen.masked_fill((slot < first[:, None]) | (slot >= end[:, None]), float("-inf"))
    looks = (seen.logsumexp(-1) - wanted.logsumexp(-1)).mean()
    logits = F.linear(stack.norm(states[head.layer + 1][rows, at]), output)
    digits = (number, number_end - 1)[: head.digits]
    out: Tensor = looks + torch.stack([F.cross_entropy(logits, batch.slots[rows, digit]) for digit in digits]).mean()
    return out
