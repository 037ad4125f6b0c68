from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lclm import tokenizer as tok
from lclm.config import ModelConfig, StackConfig
from lclm.data import Text, Vocabulary
from lclm.model import LatentContextModel
from lclm.prompts import Chat
from lclm.tasks import Tasks

GOLDEN = Path(__file__).parents[2] / "runtime/src/test/resources/golden/tiny-4x"
WINDOW = 64


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
def tasks(text: Text, chat: Chat) -> Tasks:
    return Tasks(text, chat, ["river", "candle", "orbit", "velvet"], ratio=4, window=WINDOW, tokens=256)


@pytest.fixture
def model(tokenizers: tuple[Tokenizer, Tokenizer]) -> LatentContextModel:
    encoder, decoder = (t.get_vocab_size() for t in tokenizers)
    small = {
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
    }
    config = ModelConfig(StackConfig(encoder, **small), StackConfig(decoder, **small), 4, WINDOW)
    model = LatentContextModel(config)
    model.initialise(torch.Generator().manual_seed(5))
    return model
