"""Facts to hide in a text and to ask for: "magic numbers" of keys.

And conversations over numbered chunks: which to expand, others if those don't hold the answer, then the answer.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from lclm.prompts import Chat, Prompt, say
from lclm.text import Ids, Text, Vocabulary

WORDS = 8000  # frequent words of the corpus that keys are made of
FEW_DIGITS = 0.4
"""Share of the numbers that are made of two or three different digits: the hard ones to read back in order."""
TWO_KEYS = 0.3  # share of the questions that ask for two needles
TWO_ANSWERS = 0.6  # the same of the last questions, which alone are answered: an answer to one is learnt sooner
WRONG_FIRST = 0.2  # share of the last questions for which wrong chunks were expanded before
HARD = 3.0  # how much likelier a needle stands in a chunk whose number begins as another one's does


@dataclass(frozen=True)
class Needle:
    """One fact."""

    key: str
    digits: str

    @property
    def sentence(self) -> str:
        """What stands in the text, and the answer."""
        return say("needle", key=self.key, digits=self.digits)


def words_of(tokenizer: Tokenizer, ids: Sequence[int]) -> list[str]:
    """The most frequent lower-case words of 3 to 11 letters in some text."""
    text: str = tokenizer.decode(ids, skip_special_tokens=False)
    seen = Counter(w for w in text.split() if w.isascii() and w.isalpha() and w.islower() and 3 <= len(w) <= 11)
    return [word for word, _ in seen.most_common(WORDS)]


def some(most: int, words: list[str], rng: np.random.Generator) -> list[Needle]:
    """Needles with different keys, one to so many."""
    found: dict[str, Needle] = {}
    count = int(rng.integers(1, most + 1))
    while len(found) < count:
        needle = Needle(_key(words, rng), number(rng))
        found.setdefault(needle.key, needle)
    return list(found.values())


def _key(words: list[str], rng: np.random.Generator) -> str:
    """One or two words, a hyphenated word, a number or a UUID."""
    kind = rng.random()
    if kind < 0.28:
        return _word(words, rng)
    if kind < 0.7:
        return _word(words, rng) + (" " if kind < 0.48 else "-") + _word(words, rng)
    if kind < 0.78:
        return str(rng.integers(10, 10 ** int(rng.integers(2, 7))))
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))


def _word(words: list[str], rng: np.random.Generator) -> str:
    picked = words[int(rng.integers(len(words)))]
    return picked.capitalize() if rng.random() < 0.15 else picked


def number(rng: np.random.Generator) -> str:
    """4 to 8 digits."""
    digits = rng.integers(0, 10, int(rng.integers(4, 9)))
    if rng.random() < FEW_DIGITS:
        digits = rng.permutation(10)[digits % int(rng.integers(2, 4))]
    return "".join(str(digit) for digit in digits)


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
    blanks, lines = vocabulary.blank_start[hay], vocabulary.line_start[hay]
    ends = np.zeros(len(hay), dtype=bool)
    ends[1:] = vocabulary.sentence_end[hay[:-1]]
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


def homes(needles: int, chunks: int, rng: np.random.Generator) -> list[int]:
    """A chunk for each needle, counted from 0. Number 1 and those from 10 on differ only by what follows the 1."""
    number = np.arange(1, chunks + 1)
    weights = np.where((number >= 10) | ((number == 1) & (chunks >= 10)), HARD, 1.0)
    return [int(home) for home in rng.choice(chunks, needles, p=weights / weights.sum())]


def converse(
    prompt: Prompt, hidden: list[Needle], homes: list[int], chunks: list[Ids], rng: np.random.Generator
) -> None:
    """Asks for all needles in random order, a turn for one or two; only the last question is answered.

    A prompt of many chunks is dear: hence more than one question. `homes` names the chunk of each needle.
    """
    for picked, last in turns(len(hidden), rng):
        needles = [hidden[i] for i in picked]
        wanted = list(dict.fromkeys(homes[i] for i in picked))
        first, second = needles[0].key, needles[-1].key
        one = len(needles) == 1
        question = say("question", key=first) if one else say("questions", first=first, second=second)
        prompt.ask(say("triage", question=question))
        for i, rest in zip(picked, ["?"] if one else [f" and {second}?", "?"], strict=True):
            prompt.point(rest, homes[i])
        others = np.setdiff1d(np.arange(len(chunks)), wanted)
        if last and len(others) and rng.random() < WRONG_FIRST:
            wrong = [int(rng.choice(others))]
            prompt.raw([*prompt.chat.ids(expand(wrong)), prompt.chat.end])
            prompt.ask(_texts(prompt, wrong, chunks) + question)
        prompt.answer(prompt.chat.ids(expand(wanted)))
    prompt.ask(_texts(prompt, wanted, chunks) + question)
    prompt.answer(prompt.chat.ids(say("answer", answer=" ".join(needle.sentence for needle in needles))))


def turns(needles: int, rng: np.random.Generator) -> Iterator[tuple[Ids, bool]]:
    """The needles in random order, one or two for each question, and whether it is the last one."""
    order = rng.permutation(needles)
    last = min(needles, 2 if rng.random() < TWO_ANSWERS else 1)
    while len(order) > last:
        picked, order = np.split(order, [min(len(order) - last, 2 if rng.random() < TWO_KEYS else 1)])
        yield picked, False
    yield order, True


def expand(numbers: list[int]) -> str:
    """The answer that asks for chunks, counted from 0."""
    return say("expand", numbers=", ".join(str(number + 1) for number in numbers))


def _texts(prompt: Prompt, numbers: list[int], chunks: list[Ids]) -> str:
    """The chunks as they are shown when expanded."""
    return "".join(say("chunk", number=at + 1) + prompt.chat.text(chunks[at]) + "\n" for at in numbers)
