"""What the model learns: repeat a span, continue it, and answer needle questions over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lclm import needles
from lclm.data import Ids, Text
from lclm.model import Batch
from lclm.needles import Needle
from lclm.prompts import CONTINUE, QUESTION, REPEAT, Chat, Prompt, gather

LONGEST_ANSWER = 128
"""Tokens of a continuation."""

POSITIONS = 8192
"""Rotary positions that skips may reach."""


@dataclass(frozen=True)
class Plan:
    """How hard the samples are at this moment of the training."""

    longest: int
    """Tokens of the longest single window."""
    skips: bool
    """Leave out rotary positions, so that far positions are seen at low cost."""
    most_windows: int
    """Windows of the longest sample; 1 means single windows only."""
    repeat: float = 0.5
    """Share of the batches that reconstruct."""
    go_on: float = 0.1
    """Share of the batches that continue; needles take the rest."""


class Tasks:
    """Makes batches of one task each from a text."""

    def __init__(self, text: Text, chat: Chat, words: list[str], ratio: int, window: int, tokens: int) -> None:
        self.text, self.chat, self.words = text, chat, words
        self.ratio, self.window, self.tokens = ratio, window, tokens

    def batch(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """A batch of about `tokens` context tokens and at most 64 samples."""
        long = plan.most_windows > 1
        kind = rng.random()
        if kind < plan.repeat:
            return self.reconstruct(plan, rng, windows=2 if long and rng.random() < 0.12 else 1)
        if kind < plan.repeat + plan.go_on:
            return self.continuation(plan, rng)
        if kind < plan.repeat + plan.go_on + 0.02:
            return self.raw_needles(plan, rng)
        if long and rng.random() < 0.5:
            return self.many_windows(plan, rng)
        return self.single_window(plan, rng)

    def length(self, longest: int, rng: np.random.Generator) -> int:
        """60 % log-uniform and 40 % uniform powers of two from 32, half of them then made ragged."""
        steps = int(np.log2(longest / 32)) if longest >= 32 else 0
        powers = 32 * 2.0 ** np.arange(steps + 1)
        weights = None if rng.random() < 0.6 else powers / powers.sum()
        length = int(rng.choice(powers, p=weights))
        return length if rng.random() < 0.5 else int(rng.integers(length // 2 + 1, length + 1))

    def lengths(self, longest: int, rng: np.random.Generator) -> list[int]:
        """Lengths of a batch's samples: nearly one length, so that little is padding."""
        length = self.length(longest, rng)
        count = max(1, min(64, self.tokens // length))
        return [length - int(rng.integers(0, min(8, length // 8) + 1)) for _ in range(count)]

    def latents(self, window: Ids) -> int:
        return -(-len(window) // self.ratio)

    def reconstruct(self, plan: Plan, rng: np.random.Generator, windows: int = 1) -> Batch:
        parts: list[Ids] = []
        prompts = []
        lengths = self.lengths(plan.longest, rng)
        for length in lengths[::windows]:
            prompt = Prompt(self.chat)
            prompt.open()
            whole = self.text.stretch(length * windows, rng)
            first = len(parts)
            cut = length if windows == 1 else int(rng.integers(length // 2, length + 1))
            pieces = [whole] if windows == 1 else [whole[:cut], whole[cut : cut + length]]
            parts.extend(pieces)
            prompt.region([(first + i, self.latents(piece)) for i, piece in enumerate(pieces)])
            prompt.ask("\n" + REPEAT)
            prompt.answer(np.concatenate(pieces))
            prompts.append(prompt)
        return gather("reconstruct" if windows == 1 else "reconstruct2", self.chat, prompts, parts, self.ratio)

    def continuation(self, plan: Plan, rng: np.random.Generator) -> Batch:
        parts: list[Ids] = []
        prompts = []
        for length in self.lengths(plan.longest, rng):
            rest = min(length, LONGEST_ANSWER)
            whole = self.text.stretch(length + rest, rng)
            prompt = Prompt(self.chat)
            prompt.open()
            prompt.region([(len(parts), self.latents(whole[:length]))])
            prompt.ask("\n" + CONTINUE)
            prompt.answer(whole[length:])
            parts.append(whole[:length])
            prompts.append(prompt)
        return gather("continue", self.chat, prompts, parts, self.ratio)

    def single_window(self, plan: Plan, rng: np.random.Generator) -> Batch:
        parts: list[Ids] = []
        prompts = []
        for length in self.lengths(plan.longest, rng):
            hidden = self.some(length, 8 if plan.skips else 3, rng)
            window = needles.hide(hidden, self.text, length, self.chat, rng)[: self.window]
            prompt = Prompt(self.chat)
            prompt.open()
            room = POSITIONS - length - 50 * len(hidden)
            skips = plan.skips and rng.random() < 0.5
            before, after = sorted(rng.integers(0, room, 2)) if skips else (0, 0)
            prompt.region([(len(parts), self.latents(window))], [int(before)])
            if after > before:
                prompt.skip(int(after - before))
            self.questions(prompt, hidden, rng)
            parts.append(window)
            prompts.append(prompt)
        return gather("needle", self.chat, prompts, parts, self.ratio)

    def raw_needles(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """The same question over uncompressed text."""
        prompts = []
        for length in self.lengths(min(plan.longest, 256), rng)[::2]:
            hidden = self.some(length, 3, rng)
            prompt = Prompt(self.chat)
            prompt.open()
            prompt.raw(needles.hide(hidden, self.text, length, self.chat, rng))
            self.questions(prompt, hidden, rng)
            prompts.append(prompt)
        return gather("raw", self.chat, prompts, [], self.ratio)

    def many_windows(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """One sample of many windows: the windows with needles learn, and some of the others."""
        count = round(2 ** rng.uniform(1, np.log2(plan.most_windows)))
        prompts: list[Prompt] = []
        parts: list[Ids] = []
        learns: list[bool] = []
        for _ in range(max(1, 8 // count)):
            hidden = self.some(10_000, 8, rng)
            sizes = [int(rng.integers(self.window * 3 // 10, self.window + 1)) for _ in range(count)]
            if rng.random() < 0.5:
                sizes = [self.window] * (count - 1) + [sizes[-1]]
            stream = needles.hide(hidden, self.text, sum(sizes), self.chat, rng)
            windows = [w for w in np.split(stream, np.cumsum(sizes)[:-1]) if len(w)]
            windows = [w[: self.window] for w in windows]
            first = len(parts)
            parts.extend(windows)
            learns.extend(self.learning(windows, hidden, rng))
            prompt = Prompt(self.chat)
            prompt.open()
            self.regions(prompt, [(first + i, self.latents(w)) for i, w in enumerate(windows)], plan, rng)
            self.questions(prompt, hidden, rng)
            prompts.append(prompt)
        return gather("long", self.chat, prompts, parts, self.ratio, learns)

    def learning(self, windows: list[Ids], hidden: list[Needle], rng: np.random.Generator) -> list[bool]:
        """Windows that hold a part of a needle learn; a few of the others too."""
        mark = self.chat.ids(" magic")
        chosen = []
        for window in windows:
            holds = bool(np.isin(window, mark[-1:]).any())
            chosen.append(holds or rng.random() < 2 / len(windows))
        return chosen

    def regions(self, prompt: Prompt, windows: list[tuple[int, int]], plan: Plan, rng: np.random.Generator) -> None:
        """Mostly one region; sometimes two to four, and sometimes positions left out between windows."""
        total = sum(count for _, count in windows)
        gaps = [0] * len(windows)
        if plan.skips and rng.random() < 0.3:
            for at in rng.integers(0, len(windows), 2):
                gaps[int(at)] = int(rng.integers(0, (POSITIONS - total - 500) // 2))
        regions = int(rng.integers(2, 5)) if rng.random() < 0.2 and len(windows) > 4 else 1
        cuts = np.array_split(np.arange(len(windows)), regions)
        for number, cut in enumerate(cuts):
            if number and rng.random() < 0.5:
                prompt.raw(self.chat.newline)
            prompt.region([windows[i] for i in cut], [gaps[i] for i in cut])

    def some(self, length: int, most: int, rng: np.random.Generator) -> list[Needle]:
        """As many needles as a text of this length holds without becoming a list of them."""
        return needles.several(int(rng.integers(1, min(most, max(1, length // 40)) + 1)), self.words, rng)

    def questions(self, prompt: Prompt, hidden: list[Needle], rng: np.random.Generator) -> None:
        """A turn for each needle, in random order."""
        for turn, at in enumerate(rng.permutation(len(hidden))):
            needle = hidden[int(at)]
            question = QUESTION.format(key=needle.key)
            if turn:
                prompt.ask_again(question)
            else:
                prompt.ask("\n" + question)
            prompt.answer(self.chat.ids(needle.sentence))
