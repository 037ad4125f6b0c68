"""Conversations over numbered chunks: which to expand, others if those don't hold the answer, then the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lclm.data import Ids
from lclm.needles import Needle
from lclm.prompts import ANSWER, CHUNK, EXPAND, QUESTION, QUESTIONS, TRIAGE, Prompt

TWO_KEYS = 0.3
"""Share of the questions that ask for two needles."""
TWO_ANSWERS = 0.6
"""The same of the last questions, which alone are answered: an answer to one is learnt sooner."""
WRONG_FIRST = 0.2
"""Share of the last questions for which wrong chunks were expanded before."""
HARD = 3.0
"""How much likelier a needle stands in a chunk whose number begins as another one's does."""


def homes(needles: int, chunks: int, rng: np.random.Generator) -> list[int]:
    """A chunk for each needle, counted from 0. Number 1 and those from 10 on differ only by what follows the 1."""
    number = np.arange(1, chunks + 1)
    weights = np.where((number >= 10) | ((number == 1) & (chunks >= 10)), HARD, 1.0)
    return [int(home) for home in rng.choice(chunks, needles, p=weights / weights.sum())]


@dataclass(frozen=True)
class Asked:
    """One question and, for each of its needles, the chunk that it stands in, counted from 0."""

    needles: list[Needle]
    homes: list[int]

    @property
    def chunks(self) -> list[int]:
        """The chunks to expand, each once, in the order of the question."""
        return list(dict.fromkeys(self.homes))

    @property
    def question(self) -> str:
        keys = [needle.key for needle in self.needles]
        return QUESTION.format(key=keys[0]) if len(keys) == 1 else QUESTIONS.format(a=keys[0], b=keys[1])

    @property
    def rests(self) -> list[str]:
        """For each key, the end of the question behind it."""
        second = "?" if len(self.needles) == 1 else f" and {self.needles[1].key}?"
        return [second, "?"][: len(self.needles)]

    @property
    def answer(self) -> str:
        return ANSWER.format(answer=" ".join(needle.sentence for needle in self.needles))


def converse(
    prompt: Prompt, hidden: list[Needle], homes: list[int], chunks: list[Ids], rng: np.random.Generator
) -> None:
    """Asks for all needles in random order, a turn for one or two; only the last question is answered.

    A prompt of many chunks is dear and what is learnt of it are a few numbers: hence more than one question.
    `homes` names the chunk of each needle.
    """
    for picked, last in turns(len(hidden), rng):
        asked = Asked([hidden[i] for i in picked], [homes[i] for i in picked])
        prompt.ask_next(TRIAGE.format(question=asked.question))
        for rest, home in zip(asked.rests, asked.homes, strict=True):
            prompt.point(rest, home)
        others = np.setdiff1d(np.arange(len(chunks)), asked.chunks)
        if last and len(others) and rng.random() < WRONG_FIRST:
            wrong = [int(rng.choice(others))]
            prompt.said(expand(wrong))
            prompt.ask_again(texts(prompt, wrong, chunks) + asked.question)
        prompt.answer(prompt.chat.ids(expand(asked.chunks)))
    prompt.ask_again(texts(prompt, asked.chunks, chunks) + asked.question)
    prompt.answer(prompt.chat.ids(asked.answer))


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
    return EXPAND.format(numbers=", ".join(str(number + 1) for number in numbers))


def texts(prompt: Prompt, numbers: list[int], chunks: list[Ids]) -> str:
    """The chunks as they are shown when expanded."""
    return "".join(CHUNK.format(number=at + 1) + prompt.chat.text(chunks[at]) + "\n" for at in numbers)
