"""Golden vectors: what a checkpoint computes, kept beside it so that any runtime can be compared.

`golden.json` holds `spans` (text, ids, latents rounded to 6 digits) and `prompts` (parts of one user turn, raw text
or `{"span": ...}`; ids with placeholders; greedy tokens; the margin of each over the second choice, in logits).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from lclm import tokenizer as tok
from lclm.prompts import WORDINGS, Chat, say
from lclm.reference import Reference

FILE = "golden.json"
Part = str | dict[str, str]


class Golden:
    """Makes the golden vectors of one checkpoint directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.model = Reference(directory)
        self.encoder = tok.load(directory / "encoder")
        decoder = tok.load(directory / "decoder")
        self.chat, self.memory = Chat(decoder), tok.token_id(decoder, tok.MEMORY)

    def span(self, text: str) -> dict[str, Any]:
        ids = tok.plain_ids(self.encoder, text)
        latents = [[round(float(value), 6) for value in row] for row in self.model.latents(ids)]
        return {"text": text, "ids": ids, "latents": latents}

    def prompt(self, parts: list[Part], limit: int, ends: bool = True) -> dict[str, Any]:
        """Greedy decoding after the parts as one user turn; text between two added tokens is tokenized in one piece."""
        chat, blocks = self.chat, [torch.empty(0, self.model.decoder.config.hidden_size)]
        ids, text = [chat.start], "user\n"
        for part in parts:
            if isinstance(part, str):
                text += part
                continue
            blocks.append(self.model.latents(tok.plain_ids(self.encoder, part["span"])))
            ids += [*chat.ids(text), chat.memory_start, *[self.memory] * len(blocks[-1]), chat.memory_end]
            text = ""
        ids += [*chat.ids(text), chat.end, *chat.newline, chat.start, *chat.assistant]
        end = chat.end if ends else None
        found = self.model.greedy(ids, torch.cat(blocks), self.memory, end, limit)
        shown = self.chat.tokenizer.decode(found.tokens, skip_special_tokens=True)
        margins = [round(margin, 6) for margin in found.margins]
        return {"parts": parts, "prompt_ids": ids, "tokens": found.tokens, "margins": margins, "text": shown}

    def write(self, spans: list[str], prompts: list[dict[str, Any]]) -> None:
        content = {"spans": [self.span(text) for text in spans], "prompts": prompts}
        (self.directory / FILE).write_text(json.dumps(content, ensure_ascii=False) + "\n")


def write(directory: Path, text: str, limit: int = 64) -> None:
    """Golden vectors over some paragraphs of a text: repeat, continue, and a question over two spans."""
    golden = Golden(directory)
    paragraphs = [part.strip() for part in text.split("\n\n") if len(part) > 200]
    one, two = paragraphs[0][:400], paragraphs[1][:600]
    needle, question = say("needle", key="amber river", digits="40172"), say("question", key="amber river")
    prompts = [
        golden.prompt([{"span": one}, "\n" + WORDINGS["repeat"]], limit),
        golden.prompt([{"span": two}, "\n" + WORDINGS["continue"]], limit),
        golden.prompt([{"span": one}, "\n", {"span": f"{two} {needle}"}, "\n" + question], limit),
    ]
    golden.write([one[:40], "a", "Gr\u00fc\u00dfe \u65e5\u672c\u8a9e \U0001f98a\r\n\t"], prompts)
