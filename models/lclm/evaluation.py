"""Teacher-forced measurements on held-out text.

An answer counts as exact if every one of its tokens, the closing one included, is the decoder's first
choice given the ones before it: greedy decoding then writes exactly that answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from lclm import needles, sequels, triage, windows
from lclm.data import Ids, Text
from lclm.model import Batch, LatentContextModel
from lclm.plan import Plan
from lclm.prompts import CONTINUE, QUESTION, REPEAT, TRIAGE, Chat, Prompt, gather
from lclm.tasks import SEQUEL_TOKENS, Tasks


@dataclass(frozen=True)
class Score:
    """Share of tokens and of whole answers that greedy decoding gets right."""

    tokens: float
    answers: float
    count: int
    """Answers."""


@dataclass(frozen=True)
class Loss:
    """Nats a token of what follows a context."""

    compressed: float
    """Behind the latents of the context."""
    last: float
    """Behind as many of its last tokens, as text."""
    count: int
    """Tokens."""


class Evaluation:
    """Measures a model on one text; seeds are fixed, so every model gets the same questions."""

    def __init__(self, model: LatentContextModel, text: Text, chat: Chat, words: list[str], seed: int = 7) -> None:
        self.model, self.text, self.chat, self.words, self.seed = model, text, chat, words, seed
        self.ratio = model.config.compression_ratio
        self.window = model.config.encoder_window_size

    def reconstruction(self, length: int, samples: int) -> Score:
        """Repeat `length` tokens."""
        rng = np.random.default_rng([self.seed, length])
        scores = []
        for _ in range(samples):
            stretch = self.text.stretch(length, rng)
            cuts = self._cut(stretch)
            prompt = self._opened(cuts)
            prompt.ask_first(REPEAT)
            prompt.answer(stretch)
            scores.append(self._right(gather("repeat", self.chat, [prompt], cuts, self.ratio)))
        return _score(scores)

    def needles(self, length: int, questions: int, per_text: int = 4) -> Score:
        """Ask for each of `per_text` needles in a text of `length` tokens, one question a prompt."""
        rng = np.random.default_rng([self.seed, length, 1])

        def ask() -> Batch:
            hidden = needles.several(per_text, self.words, rng)
            stream = needles.hide(hidden, self.text, length, self.chat, rng)
            cuts = self._cut(stream)
            prompts = []
            for needle in hidden:
                prompt = self._opened(cuts)
                prompt.ask_first(QUESTION.format(key=needle.key))
                prompt.answer(self.chat.ids(needle.sentence))
                prompts.append(prompt)
            return gather("needle", self.chat, prompts, cuts, self.ratio)

        return self._asked(ask, questions)

    def expansion(self, chunks: int, size: int, questions: int, per_text: int = 4) -> Score:
        """Ask which of numbered chunks to expand for each of `per_text` needles, one question a prompt."""
        rng = np.random.default_rng([self.seed, chunks, size, 3])

        def ask() -> Batch:
            hidden = needles.several(per_text, self.words, rng)
            homes = [int(home) for home in rng.integers(0, chunks, per_text)]
            parts = needles.scatter(hidden, homes, self.text, chunks, size, self.chat, rng)
            prompts = []
            for needle, home in zip(hidden, homes, strict=True):
                prompt = Prompt(self.chat)
                prompt.numbered([(i, self._latents(part)) for i, part in enumerate(parts)])
                prompt.ask_first(TRIAGE.format(question=QUESTION.format(key=needle.key)))
                prompt.answer(self.chat.ids(triage.expand([home])))
                prompts.append(prompt)
            return gather("expand", self.chat, prompts, parts, self.ratio)

        return self._asked(ask, questions)

    def continuation(self, length: int, samples: int) -> dict[str, Loss]:
        """Continue texts of `length` tokens: the loss of all tokens, and by where each stood before."""
        rng = np.random.default_rng([self.seed, length, 5])
        compressed, last, kinds = [], [], []
        for _ in range(samples):
            context, sequel = np.split(self.text.stretch(length + SEQUEL_TOKENS, rng), [length])
            latents = self._latents(context)
            prompt = self._opened([context])
            prompt.ask_first(CONTINUE)
            compressed.append(self._losses(prompt, sequel, [context]))
            prompt = Prompt(self.chat)
            prompt.open(self.chat.text(context[-latents:]))
            prompt.ask_first(CONTINUE)
            last.append(self._losses(prompt, sequel, []))
            kinds.append(sequels.stood(context, sequel, latents))
        losses, stood = np.stack([compressed, last]), np.stack(kinds)
        masks = {"all": np.ones_like(stood, dtype=bool)} | {kind: stood == kind for kind in sequels.STOOD}
        return {
            kind: Loss(float(losses[0, mask].mean()), float(losses[1, mask].mean()), int(mask.sum()))
            for kind, mask in masks.items()
            if mask.any()
        }

    def skill(self, name: str, batches: int) -> Score:
        """Answers of a task as it is trained, over windows of full length: `quote` or `triage`."""
        tasks = Tasks(self.text, self.chat, self.words, self.ratio, self.window, tokens=4096)
        plan = Plan(longest=self.window, skips=False, most_windows=1, shares={name: 1.0})
        scores: list[NDArray[np.bool_]] = []
        for number in range(batches):
            scores.extend(self._answers(tasks.batch(plan, np.random.default_rng([self.seed, number, 2]))))
        return _score(scores)

    def _asked(self, ask: Callable[[], Batch], questions: int) -> Score:
        """At least so many answers, a batch at a time."""
        scores: list[NDArray[np.bool_]] = []
        while len(scores) < questions:
            scores.extend(self._answers(ask()))
        return _score(scores)

    def _cut(self, ids: Ids) -> list[Ids]:
        """Windows as the server cuts them."""
        rng = np.random.default_rng([self.seed, len(ids), 4])
        return windows.cut(ids, self.text.vocabulary, self.window, rng)

    def _opened(self, cuts: list[Ids]) -> Prompt:
        prompt = Prompt(self.chat)
        prompt.open()
        prompt.region([(i, self._latents(window)) for i, window in enumerate(cuts)])
        return prompt

    def _latents(self, window: Ids) -> int:
        return -(-len(window) // self.ratio)

    def _answers(self, batch: Batch) -> list[NDArray[np.bool_]]:
        """For each answer of a batch, which of its tokens are right."""
        right, owners = self._right(batch), batch.owners.numpy()
        return [right[owners == owner] for owner in range(int(owners.max()) + 1)]

    @torch.no_grad()
    def _losses(self, prompt: Prompt, sequel: Ids, parts: list[Ids]) -> NDArray[np.float32]:
        """Nats of each token of what follows a prompt."""
        prompt.answer(sequel, closes=False)
        here = gather("continue", self.chat, [prompt], parts, self.ratio).to(self.model.device)
        logits = self.model.predict(here, self.model.latents(here) if parts else None)
        out: NDArray[np.float32] = F.cross_entropy(logits, here.targets, reduction="none").cpu().numpy()
        return out

    @torch.no_grad()
    def _right(self, batch: Batch) -> NDArray[np.bool_]:
        here = batch.to(self.model.device)
        choice = self.model.predict(here, self.model.latents(here)).argmax(-1)
        return (choice == here.targets).cpu().numpy()


def _score(answers: list[NDArray[np.bool_]]) -> Score:
    return Score(
        tokens=float(np.concatenate(answers).mean()),
        answers=float(np.mean([answer.all() for answer in answers])),
        count=len(answers),
    )
