"""Texts whose ends take up what stands before them: to continue those, a context must be read (decision 11).

Most of what follows any other text is foretold by its last words or by the language alone: a model that continues
only those learns to say what is in a compressed context when it is asked to, and seldom to use it.
"""

from __future__ import annotations

import numpy as np

from lclm.text import Ids, Text

TRIES = 8
"""Stretches of which one is chosen."""
RENAMED = 0.5
"""Share of the texts some of whose ids have other names."""
MOST_NAMES = 0.6
"""At most this share of a text's different ids is renamed."""
PIECE = (4, 24)
"""Ids of a piece of a medley, from and to."""
ENDS = 3
"""So often a window is also continued from before its end."""


def returning(text: Text, length: int, sequel: int, rng: np.random.Generator) -> Ids:
    """Of a few stretches of `length + sequel` ids, the one whose sequel has the most rare ids of what it follows."""
    stretches = [text.stretch(length + sequel, rng) for _ in range(TRIES)]
    taken_up = [text.rare[np.intersect1d(ids[:length], ids[length:])].sum() for ids in stretches]
    return stretches[int(np.argmax(taken_up))]


def renamed(ids: Ids, text: Text, rng: np.random.Generator) -> Ids:
    """The same text with another id for some of its ids, wherever they stand: only the context tells them."""
    if rng.random() >= RENAMED:
        return ids
    types, where = np.unique(ids, return_inverse=True)
    names = rng.choice(text.types, len(types), replace=False)
    return np.where(rng.random(len(types)) < rng.uniform(0, MOST_NAMES), names, types)[where]


def ends(length: int, ratio: int, rng: np.random.Generator) -> list[int]:
    """The end of a window, and some ends of whole groups before it.

    The encoder is causal, so the latents up to there are those of the shorter text: one encoding serves all.
    """
    groups = (length - 1) // ratio
    before = rng.choice(groups, min(ENDS, groups), replace=False) + 1
    return [length, *(int(group) * ratio for group in before)]


def medley(length: int, sequel: int, rng: np.random.Generator) -> Ids:
    """Indices of pieces of a context of `length` ids, from anywhere in it, one behind another.

    Whoever continues them has to find where the last ids stand, and to read on there.
    """
    pieces: list[Ids] = []
    while sum(map(len, pieces)) < sequel:
        size = min(length, int(rng.integers(*PIECE)))
        start = int(rng.integers(0, length - size + 1))
        pieces.append(np.arange(start, start + size))
    return np.concatenate(pieces)[:sequel]
