"""Slips in what a decoder reads of its own answer, so that one wrong token is less likely to derail the rest.

A model that has only ever read its answers without a mistake trusts them: after its first mistake it goes on from
what it wrote and not from the latents (exposure bias). With slips it has to find its place from what is right around
them. They are rarer than the mistakes of a model at a high ratio, which they don't keep in its place.
"""

from __future__ import annotations

import numpy as np

from lclm.data import Ids

CLEAN = 0.6
"""Share of the answers without slips."""
MOST = 0.15
"""Largest share of an answer's tokens that a slip starts at."""
FAR = 4
"""Places that a repeated or skipped piece is moved by at most."""


def slip(answer: Ids, foreign: Ids, rng: np.random.Generator) -> Ids:
    """The answer with short pieces replaced: half by its own text from a few places away, half by `foreign` ids.

    `foreign` is as long as the answer. The result is too, so that positions still say where in the text it is.
    """
    if rng.random() < CLEAN or len(answer) <= 2 * FAR:
        return answer
    starts = np.flatnonzero(rng.random(len(answer)) < MOST * rng.random())
    shown = answer.copy()
    for start in starts:
        end = min(len(answer), int(start) + int(rng.geometric(0.5)))
        if rng.random() < 0.5:
            shown[start:end] = foreign[start:end]
        else:
            shift = int(rng.integers(1, FAR + 1)) * (1 if rng.random() < 0.5 else -1)
            shown[start:end] = answer[np.clip(np.arange(start, end) + shift, 0, len(answer) - 1)]
    return shown
