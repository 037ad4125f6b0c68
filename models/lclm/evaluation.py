"""What choices are made on while a model is trained: every skill, teacher-forced, on a text that it doesn't learn.

The tables of the model cards come from `./laconic evaluate`, through the whole system, on another text.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional as F

from lclm.model import LatentContextModel
from lclm.recipe import Recipe, moment
from lclm.skills import Skills

SEED, BATCHES = 7, 4
"""Of each skill: every model of equal shapes gets the same batches."""


@torch.no_grad()
def validate(model: LatentContextModel, skills: Skills, recipe: Recipe) -> dict[str, dict[str, float]]:
    """By skill: nats a token, and the shares of tokens and of whole answers that are the first choice."""
    last = moment(recipe, recipe.tokens)
    out = {}
    for skill, share in last.shares.items():
        if not share:
            continue
        now = replace(last, shares={skill: 1.0}, windows=min(last.windows, 4), far=0.0, slips=0.0)
        loss, right, whole = [], [], []
        for number in range(BATCHES):
            batch = skills.batch(now, np.random.default_rng([SEED, number])).to(model.device)
            logits = model(batch)[0]
            first = (logits.argmax(-1) == batch.targets).cpu().numpy()
            loss.append(F.cross_entropy(logits, batch.targets, reduction="none").cpu().numpy())
            right.append(first)
            wrong = np.bincount(batch.owners.cpu().numpy(), weights=~first)
            whole.append(wrong == 0)
        means = {"loss": loss, "tokens": right, "answers": whole}
        out[skill] = {name: round(float(np.concatenate(values).mean()), 4) for name, values in means.items()}
    return out
