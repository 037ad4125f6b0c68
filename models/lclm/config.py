"""Shapes of a model, in the field names of its published config files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POOLING = ("mean", "concat")
"""The mean of a group's states, or all of them one behind another, zeros in place of those that a window lacks."""

SUPPORTED: dict[str, Any] = {"encoder_mask_type": "causal", "boundary_overlap": 0, "adapter_type": "mlp"}
"""Of the other fields the one variant that this package trains: that of the released models."""


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
        fixed = {
            "architectures": [architecture],
            "attention_bias": False,
            "attention_dropout": 0.0,
            "dtype": "bfloat16",
            "hidden_act": "silu",
            "initializer_range": 0.02,
            "layer_types": ["full_attention"] * self.num_hidden_layers,
            "max_window_layers": self.num_hidden_layers,
            "model_type": "qwen3",
            "rope_scaling": None,
            "sliding_window": None,
            "transformers_version": "4.57.6",
            "use_cache": True,
            "use_sliding_window": False,
        }
        return dict(sorted({**fixed, **vars(self)}.items()))


@dataclass(frozen=True)
class ModelConfig:
    """A whole latent context language model: `compression_ratio` ids become one latent."""

    encoder: StackConfig
    decoder: StackConfig
    compression_ratio: int = 4
    encoder_window_size: int = 1024
    pooling: str = "mean"

    def __post_init__(self) -> None:
        if self.pooling not in POOLING:
            raise ValueError(f"pooling is {self.pooling!r}, expected one of {', '.join(POOLING)}")

    @property
    def places(self) -> int:
        """Encoder states side by side in what the adapter reads of a group."""
        return self.compression_ratio if self.pooling == "concat" else 1

    def to_json(self) -> dict[str, Any]:
        """The fields of `model_config.json`."""
        own = {name: getattr(self, name) for name in ("compression_ratio", "encoder_window_size", "pooling")}
        return {**own, **SUPPORTED}
