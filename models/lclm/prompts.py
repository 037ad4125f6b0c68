r"""Prompts as a server assembles them, gathered into one padded batch.

One user turn is `<|im_start|>user\n`, regions, `\n`, an instruction, `<|im_end|>\n<|im_start|>assistant\n`.
Text between two added tokens is tokenized in one piece; an answer apart from the text before it.
The sentences stand in `wordings.json`, which `./laconic evaluate` asks with too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from lclm import tokenizer as tok
from lclm.model import Batch
from lclm.text import Ids

WORDINGS: dict[str, str] = json.loads(Path(__file__).with_name("wordings.json").read_text(encoding="utf-8"))


def say(wording: str, **words: object) -> str:
    """A sentence of `wordings.json` with these words in it."""
    return WORDINGS[wording].format(**words)


class Chat:
    """Ids of the decoder's added tokens and of the pieces between them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.start, self.end = (tok.token_id(tokenizer, t) for t in (tok.IM_START, tok.IM_END))
        self.memory_start = tok.token_id(tokenizer, tok.MEMORY_START)
        self.memory_end = tok.token_id(tokenizer, tok.MEMORY_END)
        self.vocabulary = tokenizer.get_vocab_size()
        self.user, self.assistant, self.newline = (self.ids(t) for t in ("user\n", "assistant\n", "\n"))

    def ids(self, text: str) -> list[int]:
        return tok.plain_ids(self.tokenizer, text)

    def text(self, ids: Ids) -> str:
        """What the ids spell, added tokens by their names."""
        out: str = self.tokenizer.decode(ids.tolist(), skip_special_tokens=False)
        return out


@dataclass(frozen=True)
class Chunk:
    """Slots [first, end) of a numbered chunk: those of its number's digits and those of its latents."""

    number: tuple[int, int]
    latents: tuple[int, int]


@dataclass
class Prompt:
    """One sample, written from left to right: what stands at each decoder position and what is learnt."""

    chat: Chat
    slots: list[int] = field(default_factory=list)
    latents: list[tuple[int, int, int]] = field(default_factory=list)
    """(slot, window, group) of each latent; the slot itself holds 0 until the batch is gathered."""
    gaps: dict[int, int] = field(default_factory=dict)  # rotary positions left out before a slot
    targets: list[tuple[int, int, int]] = field(default_factory=list)  # (slot that predicts, id, number of the answer)
    places: list[tuple[int, int]] = field(default_factory=list)
    """(slot that predicts, place in its group of the token), where an answer says what stands in a window."""
    answers: int = 0
    asked: int = 0  # slot behind the text of the last question
    chunks: list[Chunk] = field(default_factory=list)
    homes: list[tuple[int, Chunk]] = field(default_factory=list)
    """Slots at which questions end their keys, and the chunks that the keys stand in."""

    def raw(self, ids: list[int] | Ids) -> None:
        self.slots.extend(int(i) for i in ids)

    def skip(self, positions: int) -> None:
        """Leaves out rotary positions before the next slot."""
        self.gaps[len(self.slots)] = self.gaps.get(len(self.slots), 0) + positions

    def open(self, text: str = "") -> None:
        """The user turn's first tokens, with the text before the first region."""
        self.raw([self.chat.start, *(self.chat.ids("user\n" + text) if text else self.chat.user)])

    def region(self, windows: list[tuple[int, int]]) -> None:
        """A memory region of consecutive windows, each (index in the batch, number of latents)."""
        self.raw([self.chat.memory_start])
        for window, count in windows:
            first = len(self.slots)
            self.latents.extend((first + group, window, group) for group in range(count))
            self.slots.extend([0] * count)
        self.raw([self.chat.memory_end])

    def numbered(self, chunks: list[tuple[int, int]]) -> None:
        """Opens the prompt with numbered regions, one for each chunk (index in the batch, number of latents)."""
        for at, chunk in enumerate(chunks):
            label = say("chunk", number=at + 1)
            if at:
                self.raw(self.chat.ids("\n" + label))
            else:
                self.open(label)
            # Digits are single tokens; what stands between them and the region is tokenized apart from them.
            behind = len(self.slots) - len(self.chat.ids(label.lstrip("[0123456789")))
            self.region([chunk])
            end = len(self.slots) - 1
            self.chunks.append(Chunk((behind - len(str(at + 1)), behind), (end - chunk[1], end)))

    def ask(self, text: str, behind: str = "\n") -> None:
        """An instruction behind the context, or a user turn of its own behind an answer; opens the assistant's turn."""
        chat = self.chat
        if self.asked:
            self.raw([*chat.newline, chat.start])
        self.raw(chat.ids(("user\n" if self.asked else behind) + text))
        self.asked = len(self.slots)
        self.raw([chat.end, *chat.newline, chat.start, *chat.assistant])

    def point(self, rest: str, chunk: int) -> None:
        """Says which chunk the key stands in that the end `rest` of the last question follows."""
        self.homes.append((self.asked - len(self.chat.ids(rest)), self.chunks[chunk]))

    def answer(
        self, ids: list[int] | Ids, closes: bool = True, shown: Ids | None = None, places: dict[int, int] | None = None
    ) -> None:
        """The assistant's text and the token that closes its turn; both are learnt.

        `shown`, as long as `ids`, is what the decoder reads of the text in its place. `places` has, by their
        index, the places in groups of those ids that stand in a window.
        """
        read = ids if shown is None else shown
        first = len(self.slots) - 1
        self.places.extend((first + at, place) for at, place in (places or {}).items())
        closing = [self.chat.end] if closes else []
        for token, seen in zip([*ids, *closing], [*read, *closing], strict=True):
            self.targets.append((len(self.slots) - 1, int(token), self.answers))
            self.slots.append(int(seen))
        self.answers += 1


def gather(skill: str, chat: Chat, prompts: list[Prompt], windows: list[Ids], ratio: int, learns: bool = True) -> Batch:
    """One right-padded batch of prompts over `windows`."""
    lengths = [len(window) for window in windows]
    width = max(lengths, default=0)
    padded = np.zeros((len(windows), width), dtype=np.int64)
    for row, window in enumerate(windows):
        padded[row, : len(window)] = window
    groups = -(-width // ratio)
    columns = max(len(prompt.slots) for prompt in prompts)
    slots = np.zeros((len(prompts), columns), dtype=np.int64)
    positions = np.zeros_like(slots)
    targets: list[tuple[int, ...]] = []
    places: list[tuple[int, ...]] = []
    numbers: list[tuple[int, ...]] = []
    homes: list[tuple[int, ...]] = []
    owner = 0
    for row, prompt in enumerate(prompts):
        slots[row, : len(prompt.slots)] = prompt.slots
        if prompt.latents:
            at, window_of, group_of = np.array(prompt.latents).T
            slots[row, at] = chat.vocabulary + window_of * groups + group_of
        steps = np.ones(columns, dtype=np.int64)
        steps[0] = 0
        for slot, gap in prompt.gaps.items():
            steps[slot] += gap
        positions[row] = steps.cumsum()
        targets.extend((row * columns + slot, token, owner + answer) for slot, token, answer in prompt.targets)
        owner += prompt.answers
        places.extend((row * columns + slot, place) for slot, place in prompt.places)
        numbered = ((slot, chunk.number) for chunk in prompt.chunks for slot in range(*chunk.latents))
        numbers.extend((row, slot, *number, *number) for slot, number in numbered)
        homes.extend((row, slot, *chunk.latents, *chunk.number) for slot, chunk in prompt.homes)
    predictors, wanted, owners = _rows(targets, 3).unbind(1)
    return Batch(
        skill=skill,
        windows=torch.from_numpy(padded),
        lengths=torch.tensor(lengths, dtype=torch.int64),
        learns=learns,
        slots=torch.from_numpy(slots),
        positions=torch.from_numpy(positions),
        predictors=predictors,
        targets=wanted,
        owners=owners,
        places=_rows(places, 2),
        numbers=_rows(numbers, 6),
        homes=_rows(homes, 6),
    )


def _rows(rows: list[tuple[int, ...]], width: int) -> Tensor:
    return torch.tensor(rows, dtype=torch.int64).view(-1, width)
