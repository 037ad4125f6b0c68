"""Shapes of a model, in the field names of its published config files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class StackConfig:
    """One Qwen3 stack: the encoder or the decoder."""

    vocab_size: int
    hidden_size: int = 256
    intermediate_size: int = 768
    num_hidden_layers: int = 4
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    rms_norm_eps: float = 1e-6
    rope_theta: float = 100_000.0
    max_position_embeddings: int = 40_960
    tie_word_embeddings: bool = True

    @classmethod
    def from_json(cls, path: Path) -> StackConfig:
        """Reads the fields that matter from a `config.json`; refuses what the layers don't compute."""
        raw: dict[str, Any] = json.loads(path.read_text())
        expected = {"hidden_act": "silu", "attention_bias": False, "rope_scaling": None, "sliding_window": None}
        for field, value in expected.items():
            if raw.get(field, value) != value:
                raise ValueError(f"{path}: {field} is {raw[field]!r}, expected {value!r}")
        return cls(**{name: raw[name] for name in cls.__dataclass_fields__ if name in raw})

    def to_json(self, architecture: str) -> dict[str, Any]:
        """The `config.json` of this stack as `transformers` writes it."""
        return {
            "architectures": [architecture],
            "attention_bias": False,
            "attention_dropout": 0.0,
            "dtype": "bfloat16",
            "head_dim": self.head_dim,
            "hidden_act": "silu",
            "hidden_size": self.hidden_size,
            "initializer_range": 0.02,
            "intermediate_size": self.intermediate_size,
            "layer_types": ["full_attention"] * self.num_hidden_layers,
            "max_position_embeddings": self.max_position_embeddings,
            "max_window_layers": self.num_hidden_layers,
            "model_type": "qwen3",
            "num_attention_heads": self.num_attention_heads,
            "num_hidden_layers": self.num_hidden_layers,
            "num_key_value_heads": self.num_key_value_heads,
            "rms_norm_eps": self.rms_norm_eps,
            "rope_scaling": None,
            "rope_theta": self.rope_theta,
            "sliding_window": None,
            "tie_word_embeddings": self.tie_word_embeddings,
            "transformers_version": "4.57.6",
            "use_cache": True,
            "use_sliding_window": False,
            "vocab_size": self.vocab_size,
        }


@dataclass(frozen=True)
class ModelConfig:
    """A whole latent context language model: `compression_ratio` ids become one latent."""

    encoder: StackConfig
    decoder: StackConfig
    compression_ratio: int = 4
    encoder_window_size: int = 1024
    pooling: str = "mean"

    @property
    def places(self) -> int:
        """Encoder states side by side in what the adapter reads of a group."""
        return self.compression_ratio if self.pooling == "concat" else 1

    def to_json(self) -> dict[str, Any]:
        """The fields of `model_config.json`."""
        return {
            "compression_ratio": self.compression_ratio,
            "encoder_window_size": self.encoder_window_size,
            "pooling": self.pooling,
            **SUPPORTED,
        }


POOLING = ("mean", "concat")
"""The mean of a group's states, or all of them one behind another, zeros in place of those that a window lacks."""

SUPPORTED: dict[str, Any] = {
    "encoder_mask_type": "causal",
    "boundary_overlap": 0,
    "adapter_type": "mlp",
}
"""Of the other fields the one variant that this package trains: that of the released models."""


def nano(encoder_vocabulary: int, decoder_vocabulary: int, ratio: int, pooling: str = "mean") -> ModelConfig:
    """About 8 million parameters; 256 wide, 3 encoder and 4 decoder layers, windows of 1,024 ids."""
    return ModelConfig(
        encoder=StackConfig(encoder_vocabulary, num_hidden_layers=3, max_position_embeddings=2048),
        decoder=StackConfig(decoder_vocabulary, num_hidden_layers=4),
        compression_ratio=ratio,
        pooling=pooling,
    )
