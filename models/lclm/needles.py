"""Needle sentences: keys, numbers, and where they go in a text."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from lclm.data import Ids, Text, Vocabulary
from lclm.prompts import NEEDLE, Chat

ONSETS = [*"bcdfghjklmnprstvwz", "br", "cl", "dr", "fl", "gr", "pl", "st", "tr", "sh", "ch"]
VOWELS = [*"aeiou", "ai", "ea", "ou"]
CODAS = ["", "n", "r", "l", "s", "t", "m", "nd", "ck"]


@dataclass(frozen=True)
class Needle:
    """One fact to hide and to ask for."""

    key: str
    digits: str

    @property
    def sentence(self) -> str:
        return NEEDLE.format(key=self.key, digits=self.digits)


def words_of(tokenizer: Tokenizer, ids: Ids, count: int) -> list[str]:
    """The `count` most frequent lower-case words of 3 to 11 letters in some text."""
    text: str = tokenizer.decode([int(i) for i in ids], skip_special_tokens=False)
    seen = Counter(w for w in text.split() if w.isascii() and w.isalpha() and w.islower() and 3 <= len(w) <= 11)
    return [word for word, _ in seen.most_common(count)]


def make(words: list[str], rng: np.random.Generator, few: float = 0.0) -> Needle:
    """A key of one or two words, a hyphenated word, a number or a UUID, and 4 to 8 digits."""

    def word() -> str:
        if rng.random() < 0.15:
            return "".join(
                str(rng.choice(ONSETS)) + str(rng.choice(VOWELS)) + str(rng.choice(CODAS))
                for _ in range(int(rng.integers(1, 4)))
            )
        picked = words[int(rng.integers(len(words)))]
        return picked.capitalize() if rng.random() < 0.15 else picked

    kind = rng.random()
    if kind < 0.28:
        key = word()
    elif kind < 0.48:
        key = f"{word()} {word()}"
    elif kind < 0.7:
        key = f"{word()}-{word()}"
    elif kind < 0.78:
        key = str(rng.integers(10, 10 ** int(rng.integers(2, 7))))
    else:
        key = str(uuid.UUID(bytes=rng.bytes(16), version=4))
    return Needle(key, number(rng, few))


def number(rng: np.random.Generator, few: float) -> str:
    """4 to 8 digits; a share `few` of them of two or three kinds, so that one digit doesn't tell the next."""
    digits = rng.integers(0, 10, int(rng.integers(4, 9)))
    # Where none are wanted nothing is drawn: what evaluations ask doesn't depend on what training hides.
    if few and rng.random() < few:
        digits = rng.permutation(10)[digits % int(rng.integers(2, 4))]
    return "".join(str(digit) for digit in digits)


def several(count: int, words: list[str], rng: np.random.Generator, few: float = 0.0) -> list[Needle]:
    """Needles with different keys; `few` as for their numbers."""
    found: dict[str, Needle] = {}
    while len(found) < count:
        needle = make(words, rng, few)
        found.setdefault(needle.key, needle)
    return list(found.values())


def hide(needles: list[Needle], text: Text, length: int, chat: Chat, rng: np.random.Generator) -> Ids:
    """A stretch of about `length` ids with every needle in it, between words, sentences or paragraphs."""
    room = sum(len(chat.ids(needle.sentence)) + 2 for needle in needles)
    return plant(needles, text.stretch(max(length - room, 1), rng), text.vocabulary, chat, rng)


def scatter(
    needles: list[Needle], homes: list[int], text: Text, count: int, size: int, chat: Chat, rng: np.random.Generator
) -> list[Ids]:
    """`count` consecutive chunks of `size` ids and more, each needle planted in the one that `homes` names."""
    chunks: list[Ids] = list(text.stretch(size * count, rng).reshape(count, size))
    for at in set(homes):
        held = [needle for needle, home in zip(needles, homes, strict=True) if home == at]
        chunks[at] = plant(held, chunks[at], text.vocabulary, chat, rng)
    return chunks


def plant(needles: list[Needle], hay: Ids, vocabulary: Vocabulary, chat: Chat, rng: np.random.Generator) -> Ids:
    """The hay with every needle in it, tokenized in one piece: a full stop and a line feed may be one token."""
    blanks = vocabulary.blank_start[hay]
    ends = np.zeros(len(hay), dtype=bool)
    ends[1:] = vocabulary.sentence_end[hay[:-1]]
    lines = vocabulary.line_start[hay]
    places: list[tuple[int, list[int]]] = []
    for needle in needles:
        kind = rng.random()
        spots = np.flatnonzero(blanks & ends) if kind < 0.45 else np.flatnonzero(lines if kind < 0.7 else blanks)
        if rng.random() < 0.04 or not len(spots):
            places.append((0, [*chat.ids(needle.sentence), *chat.newline]))
            continue
        spot = int(spots[int(rng.integers(len(spots)))])
        before = "\n\n" if lines[spot] else " "
        places.append((spot, chat.ids(before + needle.sentence)))
    pieces: list[Ids] = []
    done = 0
    for spot, ids in sorted(places, key=lambda place: place[0]):
        pieces.extend((hay[done:spot], np.array(ids, dtype=np.int64)))
        done = spot
    pieces.append(hay[done:])
    return np.array(chat.ids(chat.text(np.concatenate(pieces))), dtype=np.int64)


def holding(length: int, most: int) -> int:
    """At most so many needles, and not more than a text of this length holds without becoming a list of them."""
    return min(most, max(1, length // 60))
