"""Text as one long row of token ids: stretches of it, and windows cut as the server does it by default."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lclm.tokenizer import plain_ids

Ids = NDArray[np.int64]

CHUNK = 200_000  # characters that are tokenized at a time

MARGIN = 512  # ids behind a stretch that a text has at least: it may begin later than drawn
RARE = 1e-3  # share of a text's ids below which one is rare
FILLED = 0.75  # share of the most tokens that a window has on average


def encode_corpus(documents: list[str], tokenizer: Tokenizer, seed: int) -> NDArray[np.uint16]:
    """The documents' ids in one row, in random order."""
    order = np.random.default_rng(seed).permutation(len(documents))
    parts = []
    for first in range(0, len(documents), 64):
        text = "\n\n".join(documents[i] for i in order[first : first + 64]) + "\n\n"
        for at in range(0, len(text), CHUNK):
            parts.append(np.array(plain_ids(tokenizer, text[at : at + CHUNK]), dtype=np.uint16))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Vocabulary:
    """What inserting a sentence between two tokens needs to know about each id."""

    blank_start: NDArray[np.bool_]
    """The token starts with a space: a sentence with a space before it fits in front of it."""
    line_start: NDArray[np.bool_]  # the token starts with a line feed: a paragraph fits in front of it
    sentence_end: NDArray[np.bool_]  # the token ends a sentence
    line_end: NDArray[np.bool_]  # the token ends with a line feed
    paragraph_end: NDArray[np.bool_]  # the token ends with two

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Vocabulary:
        names = [tokenizer.id_to_token(i) or "" for i in range(tokenizer.get_vocab_size())]
        return cls(
            np.array([name.startswith("\u0120") for name in names]),
            np.array([name.startswith("\u010a") for name in names]),
            np.array([name.endswith((".", "?", "!", ".\u010a", ".\u010a\u010a")) for name in names]),
            np.array([name.endswith("\u010a") for name in names]),
            np.array([name.endswith("\u010a\u010a") for name in names]),
        )


class Text:
    """Random stretches of a row of ids."""

    def __init__(self, ids: NDArray[np.uint16] | Ids, vocabulary: Vocabulary) -> None:
        self.ids = ids
        self.vocabulary = vocabulary
        counts = np.bincount(ids, minlength=len(vocabulary.line_start))
        self.types: Ids = np.flatnonzero(counts)
        """Ids that occur."""
        self.rare: NDArray[np.bool_] = counts < RARE * len(ids)
        """For each id of the vocabulary, whether it says much where it stands."""

    def stretch(self, length: int, rng: np.random.Generator) -> Ids:
        """`length` consecutive ids; half of the stretches start after a line's end."""
        room = len(self.ids) - length - MARGIN
        if room < 1:
            most = max(0, length + room - 1)
            raise ValueError(f"a stretch of {length} tokens (expected: at most {most} of a text of {len(self.ids)})")
        start = int(rng.integers(0, room))
        if rng.random() < 0.5:
            breaks = np.flatnonzero(self.vocabulary.line_start[self.ids[start : start + 500]])
            start += int(breaks[0]) + 1 if len(breaks) else 0
        return self.ids[start : start + length].astype(np.int64)


def cut(ids: Ids, vocabulary: Vocabulary, most: int, rng: np.random.Generator) -> list[Ids]:
    """Windows of half of `most` to `most` tokens, and the rest, each cut at the strongest boundary in reach.

    As the server's `ContentDefinedWindows` does, but that chance, not a hash, says which of two equal boundaries.
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


def places_of(sentence: list[int], pieces: list[Ids], ratio: int) -> dict[int, int]:
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
