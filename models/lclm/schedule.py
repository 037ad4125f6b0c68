"""What a moment of the training looks like. Progress runs from 0 to 1 by wall-clock time.

A budget of minutes rather than of steps lets the decay end on time on a machine that is shared.
"""

from __future__ import annotations

import math

from lclm.tasks import Plan

WARM_UP = 50
"""Steps."""
DECAY_FROM = 0.6
SHORTEST_LIMIT = 64
"""Tokens of the longest window at the start."""
LENGTHS_UNTIL = 0.45
SKIPS_FROM = 0.4
MANY_WINDOWS_FROM = 0.62
MOST_WINDOWS = 24
NEEDLES_FROM = 0.75
"""From here on most batches are needles: digits come last, since each of them must be exact."""


def rate(progress: float, step: int) -> float:
    """Factor on the learning rates: warm-up, flat, linear to zero."""
    decay = (1 - progress) / (1 - DECAY_FROM)
    return max(0.0, min(1.0, (step + 1) / WARM_UP, decay))


def readout(progress: float) -> float:
    """Weight of the readout's loss: whole while the decoder learns to read latents, then fading out."""
    return min(1.0, max(0.0, (DECAY_FROM - progress) / (DECAY_FROM - 0.3)))


def plan(progress: float, window: int = 1024) -> Plan:
    """The longest single window doubles from 64; then many windows, up to 24, join in."""
    doublings = int(math.log2(window / SHORTEST_LIMIT))
    done = min(doublings, int(progress / LENGTHS_UNTIL * doublings))
    far = (progress - MANY_WINDOWS_FROM) / (0.85 - MANY_WINDOWS_FROM)
    most = 1 if far < 0 else min(MOST_WINDOWS, 4 + int(far * (MOST_WINDOWS - 4)))
    repeat, go_on = (0.25, 0.05) if progress >= NEEDLES_FROM else (0.5, 0.1)
    return Plan(SHORTEST_LIMIT * 2**done, progress >= SKIPS_FROM, most, repeat, go_on)
