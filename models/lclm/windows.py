"""Where a text is cut into windows: as the server does it by default."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lclm.data import Ids, Vocabulary

FILLED = 0.75
"""Share of the most tokens that a window has on average."""


def cut(ids: Ids, vocabulary: Vocabulary, most: int, rng: np.random.Generator) -> list[Ids]:
    """Windows of half of `most` to `most` tokens, and the rest, each cut at the strongest boundary in reach.

    The server's `ContentDefinedWindows`. Which of two equal boundaries it takes a hash of the tokens before
    them says; here chance does.
    """
    keys = boundaries(ids, vocabulary) + rng.random(len(ids))
    cuts: list[int] = []
    start = 0
    while len(ids) - start > most:
        least = start + max(1, most // 2)
        start = least + int(keys[least : start + most + 1].argmax())
        cuts.append(start)
    return list(np.split(ids, cuts))


def boundaries(ids: Ids, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """What ends before each token: a paragraph (4), a line (3), a sentence (2), a word (1), or less (0)."""
    before, after = ids[:-1], ids[1:]
    blank = vocabulary.blank_start[after]
    starts = ~vocabulary.line_start[after]
    lines = vocabulary.line_end[before]
    paragraphs = vocabulary.paragraph_end[before]
    paragraphs[1:] |= lines[:-1] & vocabulary.line_start[before[1:]] & lines[1:]
    kinds = np.select(
        [paragraphs & starts, lines & starts, vocabulary.sentence_end[before] & blank, blank], [4, 3, 2, 1], 0
    )
    return np.concatenate(([0], kinds))


def places(sentence: list[int], pieces: list[Ids], ratio: int) -> dict[int, int]:
    """The places in groups of a sentence that stands in one of the windows, by index; none if it is cut.

    Its first id may differ there, and its last one: a space before it or a line feed behind it is part of the token.
    """
    inner = np.array(sentence[1:-1], dtype=np.int64)
    for piece in pieces:
        # One id more than the inner ones: the last one follows them in their window.
        if len(piece) <= len(inner):
            continue
        found = (sliding_window_view(piece[:-1], len(inner)) == inner).all(1)
        if found.any():
            start = int(found.argmax())
            return {at + 1: (start + at) % ratio for at in range(len(inner) + 1)}
    return {}
