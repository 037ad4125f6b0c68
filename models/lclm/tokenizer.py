"""Byte-level BPE in the form that Qwen checkpoints have, trained on a corpus.

Encoder and decoder share merges and ordinary ids; the decoder has three more added tokens. Digits
are always single tokens, so a number is copied digit by digit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

END_OF_TEXT = "<|endoftext|>"
IM_START = "<|im_start|>"
IM_END = "<|im_end|>"
MEMORY_START = "<|memory_start|>"
MEMORY_END = "<|memory_end|>"
MEMORY = "<|memory|>"

CHAT_TOKENS = (END_OF_TEXT, IM_START, IM_END)
MEMORY_TOKENS = (MEMORY_START, MEMORY_END, MEMORY)

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{m.role}}\n{{m.content}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def train(texts: Iterable[str], size: int) -> tuple[Tokenizer, Tokenizer]:
    """Encoder and decoder tokenizer; the decoder's has `size` entries, added tokens included."""
    base = Tokenizer(models.BPE())
    base.normalizer = normalizers.NFC()
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    base.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"), to_bytes])
    base.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size - len(CHAT_TOKENS) - len(MEMORY_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    base.train_from_iterator(texts, trainer)
    encoder, decoder = (Tokenizer.from_str(base.to_str()) for _ in range(2))
    encoder.add_special_tokens(list(CHAT_TOKENS))
    decoder.add_special_tokens([*CHAT_TOKENS, *MEMORY_TOKENS])
    return encoder, decoder


def save(tokenizer: Tokenizer, directory: Path) -> None:
    """Writes `tokenizer.json` and `tokenizer_config.json` into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(directory / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": IM_END,
        "pad_token": END_OF_TEXT,
        "model_max_length": 131072,
        "chat_template": CHAT_TEMPLATE,
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def load(directory: Path) -> Tokenizer:
    """The tokenizer of a checkpoint's `encoder/` or `decoder/` directory."""
    return Tokenizer.from_file(str(directory / "tokenizer.json"))


def both(directory: Path) -> tuple[Tokenizer, Tokenizer]:
    """The tokenizers of a checkpoint's encoder and decoder."""
    return load(directory / "encoder"), load(directory / "decoder")


def plain_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Ids of text in which the added tokens' names are plain text, as in everything a user writes."""
    tokenizer.encode_special_tokens = True
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """Id of an added token; fails with its name where the tokenizer lacks it."""
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"tokenizer has no token {token!r}")
    return int(found)
