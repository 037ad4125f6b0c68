from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lclm import tokenizer as tok
from lclm.config import ModelConfig, StackConfig
from lclm.model import LatentContextModel
from lclm.prompts import Chat
from lclm.recipe import Head, Moment, Pointing, Rates, Recipe, Stage
from lclm.skills import Skills
from lclm.text import Text, Vocabulary

GOLDEN = Path(__file__).parents[2] / "runtime/src/test/resources/golden/tiny-4x"
WINDOW = 64
SHARES = {"repeat": 0.3, "continue": 0.2, "needles": 0.3, "triage": 0.2}
STAGE = Stage("skills", 2000, SHARES, rate=(1, 1), longest=(64, 64), several=0.5, far=0.5, slips=0.5)
NOW = Moment(STAGE, rate=1.0, longest=64, windows=6, aids={"place": 1.0})
ONE = replace(NOW, stage=replace(STAGE, far=0.0, slips=0.0), windows=1)
"""Single windows, as they are."""


def prose() -> list[str]:
    rng = np.random.default_rng(3)
    words = ["".join(rng.choice(list("abcdefghilmnoprstuvw"), int(rng.integers(3, 9)))) for _ in range(150)]
    sentences = (" ".join(rng.choice(words, 9)).capitalize() + "." for _ in range(1500))
    return ["\n\n".join(sentences), "The magic number for one is 2. What is it? Repeat the text above. " * 20]


@pytest.fixture(scope="session")
def tokenizers() -> tuple[Tokenizer, Tokenizer]:
    return tok.train(prose(), 512)


@pytest.fixture
def chat(tokenizers: tuple[Tokenizer, Tokenizer]) -> Chat:
    return Chat(tokenizers[1])


@pytest.fixture
def text(tokenizers: tuple[Tokenizer, Tokenizer]) -> Text:
    encoder, decoder = tokenizers
    return Text(np.array(tok.plain_ids(encoder, prose()[0])), Vocabulary.of(decoder))


@pytest.fixture
def skills(text: Text, chat: Chat) -> Skills:
    return Skills(text, chat, ["river", "candle", "orbit", "velvet"], ratio=4, window=WINDOW, tokens=256)


@pytest.fixture
def shape(tokenizers: tuple[Tokenizer, Tokenizer]) -> ModelConfig:
    encoder, decoder = (
        StackConfig(
            one.get_vocab_size(),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=3,
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=8,
        )
        for one in tokenizers
    )
    return ModelConfig(encoder, decoder, 4, WINDOW)


@pytest.fixture
def model(shape: ModelConfig) -> LatentContextModel:
    return initialised(shape)


def initialised(shape: ModelConfig) -> LatentContextModel:
    model = LatentContextModel(shape)
    model.initialise(torch.Generator().manual_seed(5))
    return model


@pytest.fixture
def recipe(shape: ModelConfig) -> Recipe:
    read = Stage("read", 2000, SHARES, rate=(1.0, 1.0), longest=(32, 64), aids={"readout": (1.0, 0.0), "place": (1, 1)})
    anneal = Stage("anneal", 1000, SHARES, rate=(1.0, 0.0), longest=(64, 64), windows=(2, 6), several=0.5)
    return Recipe(
        seed=1,
        validation="text.txt",
        batch=256,
        accumulate=1,
        model=replace(shape, pooling="concat"),
        rates=Rates(matrices=0.02, others=0.003, warm_up=500),
        stages=(read, anneal),
        pointing=Pointing(numbers=Head(1, 3, 2), homes=Head(2, 0, 1)),
    )
