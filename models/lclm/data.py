"""The corpus as one long row of token ids, and stretches of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lclm.corpus import SEPARATOR
from lclm.tokenizer import plain_ids

Ids = NDArray[np.int64]

CHUNK = 200_000
"""Characters that are tokenized at a time."""

RARE = 1e-3
"""Share of a text's ids below which one is rare."""


def encode_corpus(corpus: Path, tokenizer: Tokenizer, out: Path, seed: int) -> int:
    """Writes the corpus as uint16 ids, its documents shuffled, and returns their number."""
    documents = [text for text in corpus.read_text(encoding="utf-8").split(SEPARATOR) if text]
    np.random.default_rng(seed).shuffle(documents)
    parts = []
    for first in range(0, len(documents), 64):
        text = "\n\n".join(documents[first : first + 64]) + "\n\n"
        for at in range(0, len(text), CHUNK):
            parts.append(np.array(plain_ids(tokenizer, text[at : at + CHUNK]), dtype=np.uint16))
    ids = np.concatenate(parts)
    np.save(out, ids)
    return len(ids)


@dataclass(frozen=True)
class Vocabulary:
    """What inserting a sentence between two tokens needs to know about each id."""

    blank_start: NDArray[np.bool_]
    """The token starts with a space: a sentence with a space before it fits in front of it."""
    line_start: NDArray[np.bool_]
    """The token starts with a line feed: a paragraph fits in front of it."""
    sentence_end: NDArray[np.bool_]
    """The token ends a sentence."""
    line_end: NDArray[np.bool_]
    """The token ends with a line feed."""
    paragraph_end: NDArray[np.bool_]
    """The token ends with two."""

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
        room = len(self.ids) - length - 512
        if room < 1:
            most = max(0, length + room - 1)
            raise ValueError(f"a stretch of {length} tokens (expected: at most {most} of a text of {len(self.ids)})")
        start = int(rng.integers(0, room))
        if rng.random() < 0.5:
            breaks = np.flatnonzero(self.vocabulary.line_start[self.ids[start : start + 500]])
            start += int(breaks[0]) + 1 if len(breaks) else 0
        return self.ids[start : start + length].astype(np.int64)

    def scattered(self, count: int, rng: np.random.Generator) -> Ids:
        """`count` ids from anywhere, as frequent as in the text."""
        return self.ids[rng.integers(0, len(self.ids), count)].astype(np.int64)
