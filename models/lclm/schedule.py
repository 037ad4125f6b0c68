"""What a moment of the training looks like. Progress runs from 0 to 1 by wall-clock time.

A budget of minutes rather than of steps lets the decay end on time on a machine that is shared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from lclm.model import Aid
from lclm.plan import Plan, Shares

WARM_UP = 50
"""Steps."""


@dataclass(frozen=True)
class Schedule:
    """One stage of the training; moments are shares of its budget."""

    peak: float
    """Factor on the learning rates between warm-up and decay."""
    decay_from: float
    readout_from: float
    """The readout's loss has full weight until then."""
    readout_until: float
    shortest: int
    """Tokens of the longest window at the start; doubles up to a full window."""
    full_from: float
    skips_from: float
    many_from: float
    """Samples of many windows join in, at first of 4."""
    most_from: float
    most_windows: int
    shares: Shares
    late: Shares
    """From `late_from` on: what must be exact comes last."""
    late_from: float
    tells_places: bool = True
    """Whether places in groups are learnt where states stand side by side."""
    several: float = Plan.several
    many: float = Plan.many
    """Shares of the batches over more than one window, as a Plan has them."""

    def rate(self, progress: float, step: int) -> float:
        """Factor on the learning rates: warm-up, flat, linear to zero."""
        decay = (1 - progress) / (1 - self.decay_from)
        return self.peak * max(0.0, min(1.0, (step + 1) / WARM_UP, decay))

    def aids(self, progress: float) -> dict[Aid, float]:
        """Weights of the aids that count: pointing and places whole for the first half, then fading out."""
        fading = min(1.0, 2 * (1 - progress))
        weights: dict[Aid, float] = {"pointing": fading, "readout": self._readout(progress)}
        if self.tells_places:
            weights["place"] = fading
        return {aid: weight for aid, weight in weights.items() if weight > 0}

    def _readout(self, progress: float) -> float:
        """Weight of the readout's loss: whole while the decoder learns to read latents, then fading out."""
        if self.readout_until <= self.readout_from:
            return 0.0
        return min(1.0, max(0.0, (self.readout_until - progress) / (self.readout_until - self.readout_from)))

    def plan(self, progress: float, window: int = 1024) -> Plan:
        """How hard the samples are."""
        doublings = int(math.log2(window / min(self.shortest, window)))
        ramp = progress / self.full_from if self.full_from else 1.0
        far = (progress - self.many_from) / (self.most_from - self.many_from)
        return Plan(
            longest=self.shortest * 2 ** min(doublings, int(ramp * doublings)),
            skips=progress >= self.skips_from,
            most_windows=1 if far < 0 else min(self.most_windows, 4 + int(far * (self.most_windows - 4))),
            shares=self.late if progress >= self.late_from else self.shares,
            several=self.several,
            many=self.many,
        )


FIRST = Schedule(
    peak=1.0,
    decay_from=0.6,
    readout_from=0.3,
    readout_until=0.6,
    shortest=64,
    full_from=0.45,
    skips_from=0.4,
    many_from=0.62,
    most_from=0.85,
    most_windows=24,
    shares={"reconstruct": 0.5, "proceed": 0.1, "mixed": 0.02, "needle": 0.38},
    late={"reconstruct": 0.25, "proceed": 0.05, "mixed": 0.02, "needle": 0.68},
    late_from=0.75,
)
"""From random weights: to read latents at all, then lengths, then exactness."""

SKILLS = Schedule(
    peak=0.6,
    decay_from=0.4,
    readout_from=0.0,
    readout_until=0.0,
    shortest=512,
    full_from=0.1,
    skips_from=0.0,
    many_from=0.05,
    most_from=0.6,
    most_windows=24,
    shares={"reconstruct": 0.48, "proceed": 0.08, "mixed": 0.04, "needle": 0.26, "quote": 0.05, "triage": 0.09},
    late={"reconstruct": 0.42, "proceed": 0.06, "mixed": 0.04, "needle": 0.32, "quote": 0.07, "triage": 0.09},
    late_from=0.7,
)
"""From a trained model of the same ratio: every skill at full length."""

RATIO = replace(
    SKILLS,
    peak=0.7,
    readout_from=0.15,
    readout_until=0.4,
    shortest=128,
    full_from=0.3,
    many_from=0.3,
    most_from=0.7,
    shares={"reconstruct": 0.66, "proceed": 0.06, "mixed": 0.02, "needle": 0.16, "quote": 0.04, "triage": 0.06},
)
"""From a trained model of a lower ratio: the encoder learns to say more in one latent."""

TRIAGE = replace(
    SKILLS,
    peak=0.5,
    shortest=128,
    full_from=0.25,
    shares={"reconstruct": 0.13, "proceed": 0.02, "mixed": 0.01, "needle": 0.12, "quote": 0.02, "triage": 0.7},
    late={"reconstruct": 0.34, "proceed": 0.03, "mixed": 0.03, "needle": 0.28, "quote": 0.02, "triage": 0.3},
    late_from=0.5,
)
"""From a trained model of the same ratio: first of all which chunks to expand, then everything again."""

EVERYTHING: Shares = {
    "reconstruct": 0.44,
    "proceed": 0.12,
    "mixed": 0.03,
    "needle": 0.24,
    "quote": 0.02,
    "triage": 0.15,
}

FINISH = replace(
    SKILLS,
    peak=0.4,
    decay_from=0.2,
    shortest=256,
    shares=EVERYTHING,
    late=EVERYTHING,
)
"""From a trained model of the same ratio that has every skill: the rate falls, the shares stay."""

FAR: Shares = {
    "reconstruct": 0.39,
    "proceed": 0.12,
    "mixed": 0.02,
    "needle": 0.34,
    "quote": 0.01,
    "triage": 0.12,
}

LONG = replace(
    FINISH,
    peak=0.3,
    shortest=1024,
    many_from=0.0,
    most_from=0.3,
    shares=FAR,
    late=FAR,
    several=0.5,
    many=0.7,
)
"""From a trained model of the same ratio that reads single windows exactly: the same over several."""

SEQUELS: Shares = {
    "reconstruct": 0.27,
    "proceed": 0.3,
    "mixed": 0.02,
    "needle": 0.29,
    "quote": 0.01,
    "triage": 0.11,
}

SEQUEL = replace(LONG, shares=SEQUELS, late=SEQUELS)
"""From a trained model of the same ratio that reads several windows: to continue what it reads, too."""

FOUND: Shares = {
    "reconstruct": 0.3,
    "proceed": 0.05,
    "mixed": 0.02,
    "needle": 0.3,
    "quote": 0.01,
    "triage": 0.32,
}

POLISH = replace(FINISH, peak=0.2, shortest=1024, shares=FOUND, late=FOUND, tells_places=False)
"""From a trained model of the same ratio that repeats better than it finds: mostly finding, at a low rate."""

GENTLE = replace(POLISH, shares=SEQUELS, late=SEQUELS)
"""SEQUEL at the rate of POLISH: for a model that doesn't read several windows exactly, and for the end of it."""

STAGES = {
    "first": FIRST,
    "skills": SKILLS,
    "ratio": RATIO,
    "triage": TRIAGE,
    "finish": FINISH,
    "long": LONG,
    "sequel": SEQUEL,
    "polish": POLISH,
    "gentle": GENTLE,
}
