"""The real widths, in the published layout: what the command line computes against a plain float32 forward."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from lclm import checkpoint
from lclm.config import ModelConfig, StackConfig
from lclm.golden import Golden
from lclm.model import LatentContextModel

LACONIC = Path(__file__).parents[2] / "laconic"
STEPS = 256

ENCODER = StackConfig(
    vocab_size=151_936,
    hidden_size=1024,
    intermediate_size=3072,
    num_hidden_layers=2,
    num_attention_heads=16,
    num_key_value_heads=8,
    head_dim=128,
    rope_theta=1_000_000.0,
    max_position_embeddings=32_768,
)
"""Qwen3 0.6B, two layers of it."""

DECODER = StackConfig(
    vocab_size=151_936,
    hidden_size=2560,
    intermediate_size=9728,
    num_hidden_layers=2,
    num_attention_heads=32,
    num_key_value_heads=8,
    head_dim=128,
    rope_theta=5_000_000.0,
    max_position_embeddings=262_144,
)
"""Qwen3 4B Instruct, two layers of it."""


Tokenizers = tuple[Tokenizer, Tokenizer]


@pytest.fixture(autouse=True)
def command_line() -> None:
    if shutil.which("java") is None or shutil.which("mvn") is None:
        reason = "java and mvn are needed to run the command line"
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)


def test_real_widths(tokenizers: Tokenizers, tmp_path: Path) -> None:
    model = LatentContextModel(ModelConfig(ENCODER, DECODER, 16, 1024))
    model.initialise(torch.Generator().manual_seed(11))
    checkpoint.save(model, *tokenizers, tmp_path / "wide-16x")
    # Gigabytes, which the command line needs as well.
    del model
    verify(tmp_path / "wide-16x")


def test_states_side_by_side(model: LatentContextModel, tokenizers: Tokenizers, tmp_path: Path) -> None:
    small = model.config
    stacks = {"encoder": replace(small.encoder, head_dim=16), "decoder": replace(small.decoder, head_dim=16)}
    side = LatentContextModel(replace(small, pooling="concat", **stacks))
    side.initialise(torch.Generator().manual_seed(11))
    checkpoint.save(side, *tokenizers, tmp_path / "side-4x")
    verify(tmp_path / "side-4x")


def verify(directory: Path) -> None:
    write_golden(Golden(directory))
    done = subprocess.run([LACONIC, "models", "verify", directory], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def write_golden(golden: Golden) -> None:
    prompts = [
        golden.prompt(
            [{"span": "Some words. " * 40}, " between ", {"span": "1234 \u00e9\u4e2d"}, "?"], STEPS, ends=False
        )
    ]
    golden.write(["A span of a few words.", "x", "Several windows, the last one short. " * 120], prompts)
    assert len(prompts[0]["tokens"]) == STEPS
