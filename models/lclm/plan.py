"""How hard the samples are at a moment of the training: what a schedule says and tasks follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Shares = dict[str, float]
"""Share of the batches by task; they add up to 1."""


@dataclass(frozen=True)
class Plan:
    """How hard the samples are at this moment of the training."""

    longest: int
    """Tokens of the longest single window."""
    skips: bool
    """Leave out rotary positions, so that far positions are seen at low cost."""
    most_windows: int
    """Windows of the longest sample; 1 means single windows only."""
    shares: Shares
    several: float = 0.2
    """Share of the batches to repeat whose texts are two to four windows, where there are samples of many."""
    many: float = 0.5
    """The same of the batches with needles, over up to `most_windows`."""

    def draws(self, share: float, rng: np.random.Generator) -> bool:
        """Whether a batch is one of this share of those over more than one window."""
        return self.most_windows > 1 and rng.random() < share
