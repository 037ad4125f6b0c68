"""How long the samples of a batch are."""

from __future__ import annotations

import numpy as np

MOST_SAMPLES = 64
"""Samples of a batch."""


def _length(longest: int, rng: np.random.Generator) -> int:
    """60 % log-uniform and 40 % uniform powers of two from 32, half of them then made ragged."""
    steps = int(np.log2(longest / 32)) if longest >= 32 else 0
    powers = 32 * 2.0 ** np.arange(steps + 1)
    weights = None if rng.random() < 0.6 else powers / powers.sum()
    chosen = int(rng.choice(powers, p=weights))
    return chosen if rng.random() < 0.5 else int(rng.integers(chosen // 2 + 1, chosen + 1))


def lengths(longest: int, tokens: int, rng: np.random.Generator) -> list[int]:
    """Lengths of samples that are about `tokens` together: nearly one length, so that little is padding."""
    chosen = _length(longest, rng)
    count = max(1, min(MOST_SAMPLES, tokens // chosen))
    return [chosen - int(rng.integers(0, min(8, chosen // 8) + 1)) for _ in range(count)]
