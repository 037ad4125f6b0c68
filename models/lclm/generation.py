"""Greedy decoding without a cache: slow and plain, to check faster engines against."""

from __future__ import annotations

import torch
from torch import Tensor

from lclm.model import LatentContextModel


@torch.no_grad()
def greedy(
    model: LatentContextModel, slots: list[int], latents: Tensor | None, stop: int, limit: int
) -> tuple[list[int], list[float]]:
    """Ids until `stop` (included) or `limit`, and the margin of each over the second choice, in logits.

    `slots` are those of a `Batch` row; `latents` are [windows, groups, hidden].
    """
    row = list(slots)
    margins: list[float] = []
    for _ in range(limit):
        at = torch.arange(len(row))[None]
        hidden = model.hidden(torch.tensor([row]), at, latents)
        best = model.decoder.logits(hidden[0, -1]).topk(2)
        margins.append(float(best.values[0] - best.values[1]))
        row.append(int(best.indices[0]))
        if row[-1] == stop:
            break
    return row[len(slots) :], margins
