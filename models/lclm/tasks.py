"""What the model learns: repeat a span, continue it, quote from it, answer needle questions, and triage chunks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lclm import lines, needles, sequels, slips, triage, windows
from lclm.data import Ids, Text
from lclm.lengths import lengths
from lclm.model import Batch
from lclm.needles import Needle
from lclm.plan import Plan
from lclm.prompts import CONTINUE, QUESTION, QUOTE, REPEAT, Chat, Prompt, gather

SEQUEL_TOKENS = 128
"""Tokens of a continuation."""

POSITIONS = 20_480
"""Rotary positions that skips may reach."""

EXPANDED = 0.25
"""Share of the texts of many windows of which one stands there as raw text, as an expanded segment does."""

LONGEST_CHUNK, MOST_CHUNKS = 320, 17
"""Tokens of a numbered chunk, and chunks of a prompt."""

MOST_QUESTIONS = 20
"""Needles of a prompt: its windows are dear, and what is learnt of a question are a few digits."""

FEW_DIGITS = 0.4
"""Share of the numbers that are made of two or three different digits: the hard ones to read back in order."""

NEEDLE_TOKENS = 160
"""At most so many tokens make a turn that asks for a needle, and its answer."""

QUESTION_TOKENS = 60
"""About so many tokens make a turn that asks which chunk to expand, and its answer."""

FIXED = 0.2
"""Share of the texts that are cut into windows of one length."""

Piece = tuple[int, int] | Ids
"""A compressed window (index in the batch, number of latents), or raw text."""


class Tasks:
    """Makes batches of one task each from a text."""

    def __init__(self, text: Text, chat: Chat, words: list[str], ratio: int, window: int, tokens: int) -> None:
        self.text, self.chat, self.words = text, chat, words
        self.ratio, self.window, self.tokens = ratio, window, tokens
        self.makers: dict[str, Callable[[Plan, np.random.Generator], Batch]] = {
            "reconstruct": self.reconstruct,
            "proceed": self.proceed,
            "mixed": self.mixed,
            "needle": self.needle,
            "quote": self.quote,
            "triage": self.triage,
        }

    def batch(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """A batch of about `tokens` context tokens and at most 64 samples."""
        task = str(rng.choice(list(plan.shares), p=list(plan.shares.values())))
        return self.makers[task](plan, rng)

    def latents(self, window: Ids) -> int:
        return -(-len(window) // self.ratio)

    def reconstruct(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Repeat the text: mostly one window, sometimes as much as two to four full ones hold."""
        full = int(rng.integers(2, 5)) if plan.draws(plan.several, rng) else 1
        parts: list[Ids] = []
        prompts = []
        for length in lengths(plan.longest, self.tokens, rng)[::full]:
            whole = self.text.stretch(length * full, rng)
            pieces = self.cut(whole, length, rng)
            prompt = self.opened(parts, pieces)
            prompt.ask_first(REPEAT)
            prompt.repeat(pieces, slips.slip(whole, self.text.scattered(len(whole), rng), rng), self.ratio)
            prompts.append(prompt)
        return gather("reconstruct" if full == 1 else "reconstruct2", self.chat, prompts, parts, self.ratio)

    def cut(self, ids: Ids, most: int, rng: np.random.Generator) -> list[Ids]:
        """Windows as the server cuts them: mostly at boundaries of the text, sometimes all of one length."""
        if rng.random() < FIXED:
            return np.split(ids, range(most, len(ids), most))
        return windows.cut(ids, self.text.vocabulary, most, rng)

    def opened(self, parts: list[Ids], pieces: list[Ids]) -> Prompt:
        """A prompt with the pieces as one region, its windows added to `parts`."""
        prompt = Prompt(self.chat)
        prompt.open()
        prompt.region([(len(parts) + i, self.latents(piece)) for i, piece in enumerate(pieces)])
        parts.extend(pieces)
        return prompt

    def proceed(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Continue a text that is compressed, or raw, or compressed with a raw end, or not there at all."""
        kind = rng.random()
        if kind < 0.8:
            return self.compressed(plan, rng)
        parts: list[Ids] = []
        prompts = []
        for length in lengths(plan.longest, self.tokens, rng)[: max(1, self.tokens // SEQUEL_TOKENS)]:
            raw = min(length, int(2 ** rng.uniform(4, 8)) if kind < 0.97 else length)
            whole = self.text.stretch(length + SEQUEL_TOKENS, rng)
            prompt = Prompt(self.chat)
            if kind < 0.9 and length > raw:
                prompt = self.opened(parts, [whole[: length - raw]])
            else:
                prompt.open()
            text = self.chat.text(whole[length - raw : length])
            if not parts and rng.random() < 0.1:
                text = ""
            prompt.ask(f"{text}\n{CONTINUE}" if text or prompt.latents else CONTINUE)
            prompt.answer(whole[length:], closes=False)
            prompts.append(prompt)
        return gather("continue_raw", self.chat, prompts, parts, self.ratio)

    def compressed(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Continue compressed texts, each from its end and from some places before it."""
        parts: list[Ids] = []
        prompts = []
        # The longer of two draws: what stands further ahead is the harder to find.
        drawn = max(lengths(plan.longest, self.tokens, rng) for _ in range(2))
        pieced = rng.random() < sequels.MEDLEYS
        for length in drawn[: max(1, self.tokens // (SEQUEL_TOKENS * (1 + sequels.ENDS)))]:
            whole = sequels.renamed(sequels.returning(self.text, length, SEQUEL_TOKENS, rng), self.text, rng)
            for end in sequels.ends(length, self.ratio, rng):
                prompt = Prompt(self.chat)
                prompt.open()
                prompt.region([(len(parts), self.latents(whole[:end]))])
                prompt.ask_first(CONTINUE)
                if pieced:
                    taken = sequels.medley(end, SEQUEL_TOKENS, rng)
                    places = dict(enumerate((taken % self.ratio).tolist()))
                    prompt.answer(whole[taken], closes=False, places=places)
                else:
                    prompt.answer(whole[end : end + SEQUEL_TOKENS], closes=False)
                prompts.append(prompt)
            parts.append(whole[:length])
        return gather("medley" if pieced else "continue", self.chat, prompts, parts, self.ratio)

    def needle(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Needle questions over a window, or over many."""
        many = plan.draws(plan.many, rng)
        return self.many_windows(plan, rng) if many else self.single_window(plan, rng)

    def single_window(self, plan: Plan, rng: np.random.Generator) -> Batch:
        parts: list[Ids] = []
        prompts = []
        for length in lengths(plan.longest, self.tokens, rng):
            hidden = self.some(needles.holding(length, MOST_QUESTIONS if plan.skips else 3), rng)
            window = needles.hide(hidden, self.text, length, self.chat, rng)[: self.window]
            prompt = Prompt(self.chat)
            prompt.open()
            room = POSITIONS - length - NEEDLE_TOKENS * len(hidden)
            skips = plan.skips and rng.random() < 0.5
            before, after = sorted(rng.integers(0, room, 2)) if skips else (0, 0)
            prompt.region([(len(parts), self.latents(window))], [int(before)])
            if after > before:
                prompt.skip(int(after - before))
            self.questions(prompt, hidden, [window], rng)
            parts.append(window)
            prompts.append(prompt)
        return gather("needle", self.chat, prompts, parts, self.ratio)

    def mixed(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Needle questions over a text of which some pieces are compressed and others raw."""
        parts: list[Ids] = []
        prompts = []
        for length in lengths(min(plan.longest, 512), self.tokens, rng)[::2]:
            hidden = self.some(needles.holding(length, 4), rng)
            stream = needles.hide(hidden, self.text, length, self.chat, rng)
            cuts = np.sort(rng.integers(1, len(stream), int(rng.integers(0, 5))))
            pieces = [piece for piece in np.split(stream, cuts) if len(piece)]
            prompt = Prompt(self.chat)
            prompt.open()
            raw = rng.random() < 0.5
            first = len(parts)
            for piece in pieces:
                if raw:
                    prompt.raw(piece)
                else:
                    prompt.region([(len(parts), self.latents(piece))])
                    parts.append(piece)
                raw = not raw
            self.questions(prompt, hidden, parts[first:], rng)
            prompts.append(prompt)
        return gather("mixed", self.chat, prompts, parts, self.ratio)

    def many_windows(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """One sample of many windows: the windows with needles learn, and some of the others."""
        count = round(2 ** rng.uniform(1, np.log2(plan.most_windows)))
        prompts: list[Prompt] = []
        parts: list[Ids] = []
        learns: list[bool] = []
        for _ in range(max(1, 8 // count)):
            hidden = self.some(MOST_QUESTIONS, rng)
            length = int(self.window * windows.FILLED * (count + rng.uniform(-0.5, 0.5)))
            stream = needles.hide(hidden, self.text, length, self.chat, rng)
            cuts = self.cut(stream, self.window, rng)
            raw = int(rng.integers(len(cuts))) if rng.random() < EXPANDED else None
            compressed = [w for i, w in enumerate(cuts) if i != raw]
            pieces: list[Piece] = [(len(parts) + i, self.latents(w)) for i, w in enumerate(compressed)]
            if raw is not None:
                pieces.insert(raw, cuts[raw])
            parts.extend(compressed)
            learns.extend(self.learning(compressed, rng))
            prompt = Prompt(self.chat)
            prompt.open()
            self.regions(prompt, pieces, plan, rng)
            self.questions(prompt, hidden, compressed, rng)
            prompts.append(prompt)
        return gather("long", self.chat, prompts, parts, self.ratio, learns)

    def learning(self, pieces: list[Ids], rng: np.random.Generator) -> list[bool]:
        """Windows that hold a part of a needle learn; a few of the others too."""
        mark = self.chat.ids(" magic")
        chosen = []
        for piece in pieces:
            holds = bool(np.isin(piece, mark[-1:]).any())
            chosen.append(holds or rng.random() < 2 / len(pieces))
        return chosen

    def regions(self, prompt: Prompt, pieces: list[Piece], plan: Plan, rng: np.random.Generator) -> None:
        """Windows, and raw text between them: sometimes in further regions, sometimes with positions left out."""
        total = sum(len(piece) if isinstance(piece, np.ndarray) else piece[1] for piece in pieces)
        gaps = [0] * len(pieces)
        if plan.skips and rng.random() < 0.3:
            for at in rng.integers(0, len(pieces), 2):
                gaps[int(at)] = int(rng.integers(0, (POSITIONS - total - NEEDLE_TOKENS * MOST_QUESTIONS) // 2))
        starts: set[int] = set()
        if rng.random() < 0.2 and len(pieces) > 4:
            starts.update(int(at) for at in rng.integers(1, len(pieces), 3))
        for at, piece in enumerate(pieces):
            if isinstance(piece, np.ndarray):
                starts.update((at, at + 1))
        for run in np.split(np.arange(len(pieces)), sorted(starts - {0, len(pieces)})):
            first = pieces[run[0]]
            if isinstance(first, np.ndarray):
                prompt.raw(first)
                continue
            if run[0] and rng.random() < 0.5:
                prompt.raw(self.chat.newline)
            prompt.region([piece for i in run if isinstance(piece := pieces[i], tuple)], [gaps[i] for i in run])

    def quote(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Quote whole lines of a window, each pointed at by a word that stands in it alone."""
        parts: list[Ids] = []
        prompts: list[Prompt] = []
        wanted = lengths(max(plan.longest, 128), self.tokens, rng)
        while not prompts:
            for length in wanted:
                window = self.text.stretch(max(length, 100), rng)
                text = self.chat.text(window)
                chosen = lines.choose(text, 8, rng)
                if not chosen:
                    continue
                prompt = self.opened(parts, [window])
                for line in chosen:
                    prompt.ask_next(QUOTE.format(phrase=line.phrase))
                    prompt.answer(self.chat.ids(line.text))
                prompts.append(prompt)
        return gather("quote", self.chat, prompts, parts, self.ratio)

    def triage(self, plan: Plan, rng: np.random.Generator) -> Batch:
        """Numbered chunks, questions, the chunks to expand for each, the text of the last ones, the answer.

        The encoder doesn't learn here: which chunk a needle stands in its latents say already.
        """
        parts: list[Ids] = []
        prompts = []
        longest, most = min(LONGEST_CHUNK, max(32, plan.longest // 4)), min(MOST_CHUNKS, max(2, plan.longest // 32))
        size = int(2 ** rng.uniform(5, np.log2(longest)))
        # The larger of two draws: numbers of two digits are the harder ones.
        count = int(rng.integers(2, min(most, max(2, self.tokens // size)) + 1, 2).max())
        for _ in range(max(1, self.tokens // (size * count + QUESTION_TOKENS * MOST_QUESTIONS))):
            hidden = self.some(MOST_QUESTIONS, rng)
            homes = triage.homes(len(hidden), count, rng)
            chunks = needles.scatter(hidden, homes, self.text, count, size, self.chat, rng)
            prompt = Prompt(self.chat)
            prompt.numbered([(len(parts) + at, self.latents(chunk)) for at, chunk in enumerate(chunks)])
            parts.extend(chunks)
            triage.converse(prompt, hidden, homes, chunks, rng)
            prompts.append(prompt)
        return gather("triage", self.chat, prompts, parts, self.ratio, [False] * len(parts))

    def some(self, most: int, rng: np.random.Generator) -> list[Needle]:
        """Needles to hide, one to `most`."""
        return needles.several(int(rng.integers(1, most + 1)), self.words, rng, FEW_DIGITS)

    def questions(self, prompt: Prompt, hidden: list[Needle], pieces: list[Ids], rng: np.random.Generator) -> None:
        """A turn for each needle hidden in the windows, in random order."""
        for at in rng.permutation(len(hidden)):
            needle = hidden[int(at)]
            sentence = self.chat.ids(needle.sentence)
            prompt.ask_next(QUESTION.format(key=needle.key))
            prompt.answer(sentence, places=windows.places(sentence, pieces, self.ratio))
