"""What the model learns, a batch of one skill at a time.

Repeat a text, continue it, answer questions for needles over it, and triage numbered chunks of it.
A batch depends on the moment of the training and on the random generator alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lclm import needles
from lclm.model import Batch
from lclm.needles import Needle
from lclm.prompts import WORDINGS, Chat, Prompt, gather, say
from lclm.recipe import Moment
from lclm.text import FILLED, Ids, Text, cut, places_of

MOST_SAMPLES = 64
SEQUEL_TOKENS = 128  # tokens of a continuation
POSITIONS = 20_480  # rotary positions that skips may reach
FIXED = 0.2  # share of the texts that are cut into windows of one length, not at boundaries
RAW = 0.25  # share of the texts with needles of which a piece stands there as raw text, as an expanded segment does
RAW_CONTEXTS, MEDLEYS = 0.15, 0.25
"""Shares of the batches to continue whose contexts are text, and whose sequels are made of pieces of the context."""
TRIES = 8  # stretches of which one is chosen
RENAMED = 0.5  # share of the texts some of whose ids have other names
MOST_NAMES = 0.6  # at most this share of a text's different ids is renamed
PIECE = (4, 24)  # ids of a piece of a medley, from and to
ENDS = 3  # so often a window is also continued from before its end
LONGEST_CHUNK, MOST_CHUNKS = 320, 17  # tokens of a numbered chunk, and chunks of a prompt
MOST_NEEDLES = 20  # of a prompt: its windows are dear, and what is learnt of a question are a few digits
NEEDLE_TOKENS, TRIAGE_TOKENS = 160, 60
"""At most so many tokens make a turn that asks for a needle, and its answer; about so many one that asks for chunks."""
MOST_SLIPS, FAR_SLIP = 0.15, 4
"""Largest share of a text's tokens that a slip starts at, and places that it moves by at most."""


class Skills:
    """Makes batches from a text."""

    def __init__(self, text: Text, chat: Chat, words: list[str], ratio: int, window: int, tokens: int) -> None:
        self.text, self.chat, self.words = text, chat, words
        self.ratio, self.window, self.tokens = ratio, window, tokens
        self.makers = {"repeat": self.repeat, "continue": self.proceed, "needles": self.needles, "triage": self.triage}

    def batch(self, now: Moment, rng: np.random.Generator) -> Batch:
        """A batch of about `tokens` context tokens and at most 64 samples."""
        return self.makers[str(rng.choice(list(now.stage.shares), p=list(now.stage.shares.values())))](now, rng)

    def repeat(self, now: Moment, rng: np.random.Generator) -> Batch:
        """Repeat the text: one window, or as much as two to four full ones hold.

        The decoder reads some of its own answer's tokens replaced: a model that has only ever read its answers
        without a mistake goes on from its first mistake, not from the latents.
        """
        full = int(rng.integers(2, 5)) if now.windows > 1 and rng.random() < now.stage.several else 1
        parts: list[Ids] = []
        prompts = []
        for length in lengths(now.longest, self.tokens, rng)[::full]:
            whole = self.text.stretch(length * full, rng)
            pieces = self.cut(whole, length, rng)
            places = np.concatenate([np.arange(len(piece)) % self.ratio for piece in pieces])
            prompt = self.opened(parts, pieces)
            prompt.ask(WORDINGS["repeat"])
            slips = rng.random() < now.stage.slips and len(whole) > 2 * FAR_SLIP
            shown = slip(whole, self.text.ids[rng.integers(0, len(self.text.ids), len(whole))], rng) if slips else whole
            prompt.answer(whole, shown=shown, places=dict(enumerate(places.tolist())))
            prompts.append(prompt)
        return gather("repeat", self.chat, prompts, parts, self.ratio)

    def proceed(self, now: Moment, rng: np.random.Generator) -> Batch:
        """Continue texts whose ends take up what stands before them: to continue those, a context must be read.

        A compressed one is continued from its end and from some places before it.
        """
        kind = rng.choice(["raw", "medley", "text"], p=[RAW_CONTEXTS, MEDLEYS, 1 - RAW_CONTEXTS - MEDLEYS])
        parts: list[Ids] = []
        prompts = []
        # The longer of two draws: what stands further ahead is the harder to find.
        drawn = max(lengths(now.longest, self.tokens, rng) for _ in range(2))
        for length in drawn[: max(1, self.tokens // (SEQUEL_TOKENS * (1 + ENDS)))]:
            whole = renamed(returning(self.text, length, SEQUEL_TOKENS, rng), self.text, rng)
            for end in [length] if kind == "raw" else ends(length, self.ratio, rng):
                prompt = Prompt(self.chat)
                if kind == "raw":
                    prompt.raw([self.chat.start])
                    prompt.ask(WORDINGS["continue"], behind=f"user\n{self.chat.text(whole[:length])}\n")
                else:
                    prompt.open()
                    prompt.region([(len(parts), self.latents(whole[:end]))])
                    prompt.ask(WORDINGS["continue"])
                medleyed = kind == "medley"
                taken = medley(end, SEQUEL_TOKENS, rng) if medleyed else np.arange(end, end + SEQUEL_TOKENS)
                places = dict(enumerate((taken % self.ratio).tolist())) if medleyed else {}
                prompt.answer(whole[taken], closes=False, places=places)
                prompts.append(prompt)
            if kind != "raw":
                parts.append(whole[:length])
        return gather("continue", self.chat, prompts, parts, self.ratio)

    def needles(self, now: Moment, rng: np.random.Generator) -> Batch:
        """Questions for needles over windows, a turn each, so that each is the others' distractor."""
        several = now.windows > 1 and rng.random() < now.stage.several
        count = round(2 ** rng.uniform(1, np.log2(now.windows))) if several else 1
        if several:
            share = FILLED * (count + rng.uniform(-0.5, 0.5))
            sizes = [int(self.window * share)] * max(1, 8 // count)
        else:
            sizes = lengths(now.longest, self.tokens, rng)
        parts: list[Ids] = []
        prompts: list[Prompt] = []
        for length in sizes:
            # Not more than a text of this length holds without becoming a list of them.
            hidden = needles.some(min(MOST_NEEDLES, max(1, length // 60)), self.words, rng)
            stream = needles.hide(hidden, self.text, length, self.chat, rng)
            pieces = self.cut(stream, self.window, rng) if several else [stream[: self.window]]
            raw = self.raw(pieces, rng) if rng.random() < RAW else len(pieces)
            compressed = [piece for at, piece in enumerate(pieces) if at != raw]
            prompt = Prompt(self.chat)
            prompt.open()
            used = sum(map(self.latents, compressed)) + sum(map(len, pieces[raw : raw + 1]))
            room = POSITIONS - used - NEEDLE_TOKENS * len(hidden)
            far = room > 0 and rng.random() < now.stage.far
            before, behind = sorted(int(at) for at in rng.integers(0, room, 2)) if far else (0, 0)
            prompt.skip(before)
            self.regions(prompt, pieces, raw, parts)
            prompt.skip(behind - before)
            self.ask(prompt, hidden, compressed, rng)
            prompts.append(prompt)
        return gather("needles", self.chat, prompts, parts, self.ratio)

    def raw(self, pieces: list[Ids], rng: np.random.Generator) -> int:
        """The index of the piece that stands there as text; the only one is split in two before."""
        if len(pieces) == 1 and len(pieces[0]) > 1:
            pieces[:] = np.split(pieces[0], [int(rng.integers(1, len(pieces[0])))])
        return int(rng.integers(len(pieces))) if len(pieces) > 1 else 1

    def regions(self, prompt: Prompt, pieces: list[Ids], raw: int, parts: list[Ids]) -> None:
        """The pieces in their order: number `raw` as text, those before and behind it as regions."""
        for run, then in ((pieces[:raw], pieces[raw : raw + 1]), (pieces[raw + 1 :], [])):
            if run:
                prompt.region(self.placed(parts, run))
            for text in then:
                prompt.raw(text)

    def ask(self, prompt: Prompt, hidden: list[Needle], pieces: list[Ids], rng: np.random.Generator) -> None:
        """A turn for each needle hidden in the windows, in random order."""
        for at in rng.permutation(len(hidden)):
            sentence = self.chat.ids(hidden[int(at)].sentence)
            prompt.ask(say("question", key=hidden[int(at)].key))
            prompt.answer(sentence, places=places_of(sentence, pieces, self.ratio))

    def triage(self, now: Moment, rng: np.random.Generator) -> Batch:
        """Numbered chunks, questions, the chunks to expand for each, the text of the last ones, the answer.

        The encoder doesn't learn here: which chunk a needle stands in its latents say already.
        """
        parts: list[Ids] = []
        prompts = []
        longest, most = min(LONGEST_CHUNK, max(32, now.longest // 4)), min(MOST_CHUNKS, max(2, now.longest // 32))
        size = int(2 ** rng.uniform(5, np.log2(longest)))
        # The larger of two draws: numbers of two digits are the harder ones.
        count = int(rng.integers(2, min(most, max(2, self.tokens // size)) + 1, 2).max())
        for _ in range(max(1, self.tokens // (size * count + TRIAGE_TOKENS * MOST_NEEDLES))):
            hidden = needles.some(MOST_NEEDLES, self.words, rng)
            homes = needles.homes(len(hidden), count, rng)
            chunks = needles.scatter(hidden, homes, self.text, count, size, self.chat, rng)
            prompt = Prompt(self.chat)
            prompt.numbered(self.placed(parts, chunks))
            needles.converse(prompt, hidden, homes, chunks, rng)
            prompts.append(prompt)
        return gather("triage", self.chat, prompts, parts, self.ratio, learns=False)

    def cut(self, ids: Ids, most: int, rng: np.random.Generator) -> list[Ids]:
        """Windows as the server cuts them: mostly at boundaries of the text, sometimes all of one length."""
        if rng.random() < FIXED:
            return np.split(ids, range(most, len(ids), most))
        return cut(ids, self.text.vocabulary, most, rng)

    def opened(self, parts: list[Ids], pieces: list[Ids]) -> Prompt:
        """A prompt with the pieces as one region."""
        prompt = Prompt(self.chat)
        prompt.open()
        prompt.region(self.placed(parts, pieces))
        return prompt

    def placed(self, parts: list[Ids], pieces: list[Ids]) -> list[tuple[int, int]]:
        """Windows that join those of the batch: for each its index there and the number of its latents."""
        parts.extend(pieces)
        return [(len(parts) - len(pieces) + at, self.latents(piece)) for at, piece in enumerate(pieces)]

    def latents(self, window: Ids) -> int:
        return -(-len(window) // self.ratio)


def lengths(longest: int, tokens: int, rng: np.random.Generator) -> list[int]:
    """Lengths of samples that are about `tokens` together: nearly one length, so that little is padding.

    60 % log-uniform and 40 % uniform over powers of two from 32, half of them then made ragged.
    """
    powers = 32 * 2.0 ** np.arange(int(np.log2(longest / 32)) + 1 if longest >= 32 else 1)
    chosen = int(rng.choice(powers, p=None if rng.random() < 0.6 else powers / powers.sum()))
    chosen = chosen if rng.random() < 0.5 else int(rng.integers(chosen // 2 + 1, chosen + 1))
    count = max(1, min(MOST_SAMPLES, tokens // chosen))
    return [chosen - int(rng.integers(0, min(8, chosen // 8) + 1)) for _ in range(count)]


def slip(answer: Ids, foreign: Ids | NDArray[np.uint16], rng: np.random.Generator) -> Ids:
    """The answer with short pieces replaced, half by its own text from a few places away, half by as many other ids."""
    shown = answer.copy()
    for start in np.flatnonzero(rng.random(len(answer)) < MOST_SLIPS * rng.random()):
        end = min(len(answer), int(start) + int(rng.geometric(0.5)))
        if rng.random() < 0.5:
            shown[start:end] = foreign[start:end]
        else:
            shift = int(rng.integers(1, FAR_SLIP + 1)) * (1 if rng.random() < 0.5 else -1)
            shown[start:end] = answer[np.clip(np.arange(start, end) + shift, 0, len(answer) - 1)]
    return shown


def returning(text: Text, length: int, sequel: int, rng: np.random.Generator) -> Ids:
    """Of a few stretches of `length + sequel` ids, the one whose sequel has the most rare ids of what it follows."""
    stretches = [text.stretch(length + sequel, rng) for _ in range(TRIES)]
    taken_up = [text.rare[np.intersect1d(ids[:length], ids[length:])].sum() for ids in stretches]
    return stretches[int(np.argmax(taken_up))]


def renamed(ids: Ids, text: Text, rng: np.random.Generator) -> Ids:
    """The same text with another id for some of its ids, wherever they stand: only the context tells them."""
    if rng.random() >= RENAMED:
        return ids
    types, where = np.unique(ids, return_inverse=True)
    names = rng.choice(text.types, len(types), replace=False)
    return np.where(rng.random(len(types)) < rng.uniform(0, MOST_NAMES), names, types)[where]


def ends(length: int, ratio: int, rng: np.random.Generator) -> list[int]:
    """The end of a window, and some of whole groups before it: the latents up to there are those of a shorter text."""
    groups = (length - 1) // ratio
    before = rng.choice(groups, min(ENDS, groups), replace=False) + 1
    return [length, *(int(group) * ratio for group in before)]


def medley(length: int, sequel: int, rng: np.random.Generator) -> Ids:
    """Indices of pieces of a context of `length` ids: to continue them is to find where the last ids stand in it."""
    pieces: list[Ids] = []
    while sum(map(len, pieces)) < sequel:
        size = min(length, int(rng.integers(*PIECE)))
        start = int(rng.integers(0, length - size + 1))
        pieces.append(np.arange(start, start + size))
    return np.concatenate(pieces)[:sequel]
