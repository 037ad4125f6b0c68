"""Attention told where to look: a training aid for triage, as the readout is one for latents.

Naming the chunk that a needle stands in takes steps that build on each other: each latent looks up the number before
its region, the question finds the latents that hold its key, the answer repeats the number found there. No step pays
before the others exist, so the answers alone teach none of them. Here the first two are learnt apart: one head is
told where to look, and what its layer then has to say. Nothing of it is part of a checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from lclm.layers import Block, Stack

MOST = 256
"""Pointers of a kind that a step learns from: every n-th, so that a resumed run takes the same."""


@dataclass(frozen=True)
class Step:
    """Which head of which layer (both from 0) takes a step, and how many digits that layer then has to name."""

    layer: int
    head: int
    digits: int


NUMBERS = Step(layer=1, head=3, digits=2)
"""From a latent to the number before its region. Of all heads that come before `HOMES`, this one looked there most."""
HOMES = Step(layer=2, head=0, digits=1)
"""From the end of a key in a question to the latents of the chunk that it stands in, where this head looks already.

It names the first digit, which is what the answer says first: named both, they came out in any order."""


def loss(
    stack: Stack, output: Tensor, states: list[Tensor], slots: Tensor, positions: Tensor, pointers: Tensor, step: Step
) -> Tensor:
    """Mean over pointers [P, 6] of -log of the attention that goes where it should, and of naming the number's digits.

    `pointers` are rows, slots, firsts and ends to look at, firsts and ends of numbers; `states` what each layer of the
    stack reads, and after them what the last one writes; `output` [vocabulary, D] the matrix of the logits.
    """
    pointers = pointers[:: -(-len(pointers) // MOST)]
    rows, at, first, end, number, number_end = pointers.unbind(1)
    layer = stack.layers[step.layer]
    assert isinstance(layer, Block)
    q, k = layer.queries_and_keys(states[step.layer], *stack.rotary(positions))
    keys = k[:, step.head * k.shape[1] // q.shape[1]]
    scores = torch.einsum("pd,psd->ps", q[rows, step.head, at], keys[rows]) * q.shape[-1] ** -0.5
    slot = torch.arange(scores.shape[1], device=scores.device)
    seen = scores.masked_fill(slot > at[:, None], float("-inf"))
    wanted = seen.masked_fill((slot < first[:, None]) | (slot >= end[:, None]), float("-inf"))
    looks = (seen.logsumexp(-1) - wanted.logsumexp(-1)).mean()
    logits = F.linear(stack.norm(states[step.layer + 1][rows, at]), output)
    digits = (number, number_end - 1)[: step.digits]
    says = [F.cross_entropy(logits, slots[rows, digit]) for digit in digits]
    out: Tensor = looks + torch.stack(says).mean()
    return out
