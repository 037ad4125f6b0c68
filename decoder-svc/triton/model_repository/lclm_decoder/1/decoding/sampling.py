"""Chooses the next token. The same logits, settings and seed give the same token as the embedded engine's sampler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from problems import Problem

Logits = npt.NDArray[np.float32]

_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Sampling:
    """How a token is chosen. In this order, as Hugging Face does: temperature, top-k, top-p."""

    temperature: float
    """Divides the logits; 0 is greedy."""
    top_p: float
    """Smallest set of most probable tokens whose probabilities add up to at least this; 1 keeps all."""
    top_k: int
    """0 keeps all."""
    seed: int


class SplitMix:
    """Random numbers, the same as those of Java's `SplittableRandom`.

    Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _BITS

    def next(self) -> float:
        """Returns the next number, from 0 to below 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _BITS
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _BITS
        mixed ^= mixed >> 31
        return (mixed >> 11) * 2.0**-53


class Sampler:
    """Chooses the tokens of one generation."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self._random = SplitMix(sampling.seed)

    def next(self, logits: Logits) -> int:
        """Returns the chosen id; equal logits are ordered by id.

        Raises:
            Problem: INTERNAL, if a logit is not a number or plus infinity, or all are excluded.
        """
        best = int(logits.argmax())
        if not np.isfinite(logits[best]):  # argmax returns a NaN's place if there is one
            raise Problem("INTERNAL", f"logits[{best}]: {logits[best]} (expected: a finite number)")
        if self._sampling.temperature == 0:
            return best
        number = self._random.next()
        if self._sampling.top_k == 1:
            return best
        return self._sample(logits.astype(np.float64), best, number)

    def _sample(self, logits: npt.NDArray[np.float64], best: int, number: float) -> int:
        weights = np.exp((logits - logits[best]) / self._sampling.temperature)
        top_k = self._sampling.top_k
        if 0 < top_k < logits.size:
            # Sorting a whole vocabulary would cost more than a step.
            ids = np.flatnonzero(logits >= np.partition(logits, -top_k)[-top_k])
            ids = ids[np.argsort(-logits[ids], kind="stable")][:top_k]
            kept = weights[ids]
            return int(ids[_choose(kept[: _nucleus(kept, self._sampling.top_p * kept.sum())], number)])
        if self._sampling.top_p < 1:
            enough = self._sampling.top_p * weights.sum()
            # What all together stays below the tail can go, before the rest is sorted.
            ids = np.flatnonzero((weights > 0) & (weights >= (weights.sum() - enough) / weights.size))
            ids = ids[np.argsort(-logits[ids], kind="stable")]
            kept = weights[ids]
            return int(ids[_choose(kept[: _nucleus(kept, enough)], number)])
        return _choose(weights, number)


def _nucleus(weights: npt.NDArray[np.float64], enough: float) -> int:
    """Returns how many weights, largest first, reach `enough`."""
    return min(int(np.searchsorted(np.cumsum(weights), enough)) + 1, weights.size)


def _choose(weights: npt.NDArray[np.float64], number: float) -> int:
    """Returns the index in whose share of the sum the number falls."""
    sums = np.cumsum(weights)
    at = int(np.searchsorted(sums, weights.sum() * number, side="right"))
    return min(at, int(np.flatnonzero(weights)[-1]))
