"""What the reference implementation computes on a random checkpoint in the published layout."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from lclm import checkpoint, tokenizer
from lclm.golden import Golden
from lclm.model import LatentContextModel
from tests.conftest import GOLDEN

pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="the runtime's fixture is not there")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((GOLDEN / "golden.json").read_text())
    return content


@pytest.fixture(scope="module")
def reference() -> LatentContextModel:
    return checkpoint.load(GOLDEN / "checkpoint")


@pytest.fixture(scope="module")
def plain() -> Golden:
    return Golden(GOLDEN / "checkpoint")


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


def test_reference_latents(golden: dict[str, Any], plain: Golden) -> None:
    for span in golden["spans"]:
        made = plain.span(span["text"])
        assert made["ids"] == span["ids"]
        np.testing.assert_allclose(np.array(made["latents"]), np.array(span["latents"]), atol=1e-4)


def test_reference_tokens(golden: dict[str, Any], plain: Golden) -> None:
    for prompt in golden["prompts"]:
        made = plain.prompt(prompt["parts"], len(prompt["tokens"]))
        assert made["prompt_ids"] == prompt["prompt_ids"]
        pairs = enumerate(zip(prompt["tokens"], made["tokens"], strict=False))
        wrong = next((i for i, (expected, token) in pairs if expected != token), None)
        assert wrong is None or prompt["margins"][wrong] < 1e-3


def test_trained_model_and_reference_agree(plain: Golden, reference: LatentContextModel) -> None:
    prompt = plain.prompt([{"span": "One span, "}, "raw text, ", {"span": "and another one."}, " End."], 8)
    ids, made = prompt["prompt_ids"], prompt["tokens"]
    latents = torch.cat([latents_of(reference, "One span, "), latents_of(reference, "and another one.")])
    rows = iter(range(len(latents)))
    vocabulary = reference.config.decoder.vocab_size
    slots = [vocabulary + next(rows) if i == plain.memory else i for i in ids] + made[:-1]
    with torch.no_grad():
        *_, written = reference.states(torch.tensor([slots]), torch.arange(len(slots))[None], latents[None])
        logits = reference.decoder.logits(reference.decoder.model.norm(written[0, len(ids) - 1 :]))
    assert logits.argmax(-1).tolist() == made
