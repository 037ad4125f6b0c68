"""What the reference implementation computes on a random checkpoint in the published layout."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from lclm import checkpoint, tokenizer
from lclm.generation import greedy
from lclm.model import LatentContextModel
from lclm.prompts import Chat
from tests.conftest import GOLDEN

pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="the runtime's fixture is not there")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((GOLDEN / "golden.json").read_text())
    return content


@pytest.fixture(scope="module")
def reference() -> LatentContextModel:
    return checkpoint.load(GOLDEN / "checkpoint")


def windows(model: LatentContextModel, text: str) -> tuple[torch.Tensor, torch.Tensor, list[int]]:
    ids = tokenizer.plain_ids(tokenizer.load(GOLDEN / "checkpoint/encoder"), text)
    size = model.config.encoder_window_size
    cuts = [ids[i : i + size] for i in range(0, len(ids), size)]
    padded = torch.zeros((len(cuts), max(map(len, cuts))), dtype=torch.int64)
    for row, cut in enumerate(cuts):
        padded[row, : len(cut)] = torch.tensor(cut)
    return padded, torch.tensor([len(cut) for cut in cuts]), ids


def latents_of(model: LatentContextModel, text: str) -> torch.Tensor:
    padded, lengths, _ = windows(model, text)
    with torch.no_grad():
        blocks = model.encode(padded, lengths)
    counts = (-(-length // model.config.compression_ratio) for length in lengths.tolist())
    return torch.cat([block[:count] for block, count in zip(blocks, counts, strict=True)])


def test_latents(golden: dict[str, Any], reference: LatentContextModel) -> None:
    for span in golden["spans"]:
        _, _, ids = windows(reference, span["text"])
        assert ids == span["ids"]
        expected = np.array(span["latents"])
        np.testing.assert_allclose(latents_of(reference, span["text"]).numpy(), expected, atol=1e-4)


def test_greedy_tokens(golden: dict[str, Any], reference: LatentContextModel) -> None:
    decoder = tokenizer.load(GOLDEN / "checkpoint/decoder")
    chat = Chat(decoder)
    memory = tokenizer.token_id(decoder, tokenizer.MEMORY)
    for prompt in golden["prompts"]:
        blocks: list[torch.Tensor] = []
        ids, text = [chat.start], "user\n"
        for part in prompt["parts"]:
            if isinstance(part, str):
                text += part
                continue
            blocks.append(latents_of(reference, part["span"]))
            ids += [*chat.ids(text), chat.memory_start, *[memory] * len(blocks[-1]), chat.memory_end]
            text = ""
        ids += [*chat.ids(text), chat.end, *chat.newline, chat.start, *chat.assistant]
        assert ids == prompt["prompt_ids"]
        latents = torch.cat(blocks)[None] if blocks else None
        rows = iter(range(sum(map(len, blocks))))
        vocabulary = reference.config.decoder.vocab_size
        slots = [vocabulary + next(rows) if i == memory else i for i in ids]
        tokens, margins = greedy(reference, slots, latents, chat.end, len(prompt["tokens"]))
        wrong = next((i for i, t in enumerate(prompt["tokens"]) if i >= len(tokens) or tokens[i] != t), None)
        assert wrong is None or margins[wrong] < 1e-3
