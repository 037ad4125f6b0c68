"""Golden vectors: what a checkpoint computes, kept beside it so that any runtime can be compared.

`transformers` computes them in float32: it shares no code with the model that is trained, so each checks the other.
`golden.json` holds `spans` (text, ids, latents) and `prompts` (parts of one user turn, raw text or `{"span": ...}`; ids
with placeholders; greedy tokens; the margin of each over the second choice, in logits).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F
from transformers import Qwen3ForCausalLM, Qwen3Model

from lclm import tokenizer as tok
from lclm.prompts import WORDINGS, Chat, say

FILE = "golden.json"
Part = str | dict[str, str]


class Golden:
    """Makes the golden vectors of one checkpoint directory."""

    def __init__(self, directory: Path) -> None:
        settings = json.loads((directory / "model_config.json").read_text())
        self.directory, self.pooling = directory, settings.get("pooling", "mean")
        self.ratio, self.window = settings["compression_ratio"], settings["encoder_window_size"]
        self.stack = Qwen3Model.from_pretrained(directory / "encoder", dtype=torch.float32)
        self.model = Qwen3ForCausalLM.from_pretrained(directory / "decoder", dtype=torch.float32)
        weights = load_file(directory / "adapter/adapter.safetensors")
        self.adapter = {name: value.float() for name, value in weights.items()}
        self.encoder, decoder = tok.both(directory)
        self.chat, self.memory = Chat(decoder), tok.token_id(decoder, tok.MEMORY)

    @torch.no_grad()
    def latents(self, ids: list[int]) -> Tensor:
        """Latents [n, decoder hidden] of a span's ids: window by window, group by group."""
        found: list[Tensor] = []
        for first in range(0, len(ids), self.window):
            states = self.stack(torch.tensor([ids[first : first + self.window]])).last_hidden_state[0]
            for group in states.split(self.ratio):
                missing = self.ratio - len(group)
                found.append(group.mean(0) if self.pooling == "mean" else F.pad(group, (0, 0, 0, missing)).flatten())
        weights = self.adapter
        x = F.rms_norm(torch.stack(found), found[0].shape, weights["norm.weight"], 1e-6)
        x = F.gelu(F.linear(x, weights["fc1.weight"], weights["fc1.bias"]))
        return F.linear(x, weights["fc2.weight"], weights["fc2.bias"])

    def span(self, text: str) -> dict[str, Any]:
        ids = tok.plain_ids(self.encoder, text)
        latents = [[round(float(value), 6) for value in row] for row in self.latents(ids)]
        return {"text": text, "ids": ids, "latents": latents}

    @torch.no_grad()
    def prompt(self, parts: list[Part], limit: int, ends: bool = True) -> dict[str, Any]:
        """Greedy decoding after the parts as one user turn; text between two added tokens is tokenized in one piece."""
        chat, blocks = self.chat, [torch.empty(0, self.model.config.hidden_size)]
        ids, text = [chat.start], "user\n"
        for part in parts:
            if isinstance(part, str):
                text += part
                continue
            blocks.append(self.latents(tok.plain_ids(self.encoder, part["span"])))
            ids += [*chat.ids(text), chat.memory_start, *[self.memory] * len(blocks[-1]), chat.memory_end]
            text = ""
        ids += [*chat.ids(text), chat.end, *chat.newline, chat.start, *chat.assistant]
        embed = self.model.get_input_embeddings()
        rows, cache = embed(torch.tensor(ids)), None
        rows[torch.tensor(ids) == self.memory] = torch.cat(blocks)
        tokens: list[int] = []
        margins: list[float] = []
        while len(tokens) < limit and not (ends and chat.end in tokens):
            out = self.model(inputs_embeds=rows[None], cache=cache, use_cache=True, logits_to_keep=1)
            cache, best = out.cache, out.logits[0, -1].topk(2)
            tokens.append(int(best.indices[0]))
            margins.append(round(float(best.values[0] - best.values[1]), 6))
            rows = embed(torch.tensor(tokens[-1:]))
        shown = chat.tokenizer.decode(tokens, skip_special_tokens=True)
        return {"parts": parts, "prompt_ids": ids, "tokens": tokens, "margins": margins, "text": shown}

    def write(self, spans: list[str], prompts: list[dict[str, Any]]) -> None:
        content = {"spans": [self.span(text) for text in spans], "prompts": prompts}
        (self.directory / FILE).write_text(json.dumps(content, ensure_ascii=False) + "\n")


def write(directory: Path, text: str, limit: int = 64) -> None:
    """Golden vectors over the start of a text: repeat, continue, and a question over two spans."""
    golden, one, two = Golden(directory), text[:400], text[400:1000]
    needle, question = say("needle", key="amber river", digits="40172"), say("question", key="amber river")
    prompts = [
        golden.prompt([{"span": one}, "\n" + WORDINGS["repeat"]], limit),
        golden.prompt([{"span": two}, "\n" + WORDINGS["continue"]], limit),
        golden.prompt([{"span": one}, "\n", {"span": f"{two} {needle}"}, "\n" + question], limit),
    ]
    golden.write([one[:40], "a", "Gr\u00fc\u00dfe \u65e5\u672c\u8a9e \U0001f98a\r\n\t"], prompts)
