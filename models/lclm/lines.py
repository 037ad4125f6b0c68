"""Lines that a word points at: what a quote is asked of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

WORD = re.compile(r"[A-Za-z]{4,}")
SHORTEST, LONGEST = 20, 240
"""Characters of a line that may be asked for."""


@dataclass(frozen=True)
class Line:
    """A line of a text, stripped, and a word that stands nowhere else in the text."""

    text: str
    phrase: str


def choose(text: str, most: int, rng: np.random.Generator) -> list[Line]:
    """Up to `most` lines of a text, each once, in random order; the last one may be cut and is left out."""
    seen = Counter(WORD.findall(text))
    found = []
    for line in text.split("\n")[:-1]:
        stripped = line.strip()
        phrases = [word for word in WORD.findall(stripped) if seen[word] == 1]
        if phrases and SHORTEST <= len(stripped) <= LONGEST and "\ufffd" not in stripped:
            found.append(Line(stripped, phrases[int(rng.integers(len(phrases)))]))
    return [found[int(i)] for i in rng.permutation(len(found))[:most]]
