"""A checkpoint computed as plainly as can be: float32, one window or prompt at a time, tensors by their stored names.

It shares no code with the model that is trained, so each checks the other, and it keeps keys and values, so that
hundreds of tokens of a wide model take minutes, not hours.

Shapes: S positions, D hidden size, H query heads, K key/value heads, d head size.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from lclm.config import POOLING, StackConfig

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Greedy:
    """The most probable tokens one after another, and how far ahead of the second each was, in logits."""

    tokens: list[int]
    margins: list[float]


class Reference:
    """Encoder, adapter and decoder of a checkpoint directory."""

    def __init__(self, directory: Path) -> None:
        settings = json.loads((directory / "model_config.json").read_text())
        self.ratio: int = settings["compression_ratio"]
        self.window: int = settings["encoder_window_size"]
        self.pooling: str = settings.get("pooling", "mean")
        if self.pooling not in POOLING:
            raise ValueError(f"{directory}: pooling is {self.pooling!r}, expected one of {', '.join(POOLING)}")
        self.encoder = _Stack(directory / "encoder")
        self.decoder = _Stack(directory / "decoder")
        self.adapter = _weights(directory / "adapter")

    @torch.no_grad()
    def latents(self, ids: list[int]) -> Tensor:
        """Latents [n, decoder D] of a span's ids: window by window, group by group."""
        found: list[Tensor] = []
        for first in range(0, len(ids), self.window):
            window = ids[first : first + self.window]
            hidden = self.encoder.run(self.encoder.embed(window), [])
            found.extend(self._pool(hidden[i : i + self.ratio]) for i in range(0, len(window), self.ratio))
        weights = self.adapter
        x = _norm(torch.stack(found), weights["norm.weight"], 1e-6)
        x = F.gelu(F.linear(x, weights["fc1.weight"], weights["fc1.bias"]))
        return F.linear(x, weights["fc2.weight"], weights["fc2.bias"])

    def _pool(self, group: Tensor) -> Tensor:
        """What the adapter reads of up to `ratio` states [n, encoder D]."""
        if self.pooling == "mean":
            return group.mean(0)
        pooled = torch.zeros(self.ratio, group.shape[1])
        pooled[: len(group)] = group
        return pooled.flatten()

    @torch.no_grad()
    def greedy(self, prompt: list[int], latents: Tensor, placeholder: int, ends: int | None, limit: int) -> Greedy:
        """Decodes after a prompt whose placeholders stand for the latents, until `ends` (included) or `limit`."""
        rows = self.decoder.embed(prompt)
        rows[torch.tensor(prompt) == placeholder] = latents
        cache: list[tuple[Tensor, Tensor]] = []
        tokens: list[int] = []
        margins: list[float] = []
        while len(tokens) < limit and (not tokens or tokens[-1] != ends):
            best = self.decoder.logits(self.decoder.run(rows, cache)[-1]).topk(2)
            tokens.append(int(best.indices[0]))
            margins.append(float(best.values[0] - best.values[1]))
            rows = self.decoder.embed(tokens[-1:])
        return Greedy(tokens, margins)


class _Stack:
    """One Qwen3 stack."""

    def __init__(self, directory: Path) -> None:
        self.config = StackConfig.from_json(directory / "config.json")
        self.weights = _weights(directory)

    def embed(self, ids: list[int]) -> Tensor:
        return self.weights["embed_tokens.weight"][torch.tensor(ids)]

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.weights.get("lm_head.weight", self.weights["embed_tokens.weight"]))

    def run(self, x: Tensor, cache: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Normed states [S, D] of embeddings [S, D] behind what the cache holds; the cache grows by them."""
        for number in range(self.config.num_hidden_layers):
            x = x + self._attention(number, self._norm(x, f"layers.{number}.input_layernorm"), cache)
            normed = self._norm(x, f"layers.{number}.post_attention_layernorm")
            gate = F.silu(self._linear(normed, f"layers.{number}.mlp.gate_proj"))
            up = self._linear(normed, f"layers.{number}.mlp.up_proj")
            x = x + self._linear(gate * up, f"layers.{number}.mlp.down_proj")
        return self._norm(x, "norm")

    def _attention(self, number: int, x: Tensor, cache: list[tuple[Tensor, Tensor]]) -> Tensor:
        at, config = f"layers.{number}.self_attn.", self.config
        query, key, value = (
            self._linear(x, f"{at}{name}_proj").view(len(x), -1, config.head_dim).transpose(0, 1) for name in "qkv"
        )
        past = cache[number][0].shape[1] if len(cache) > number else 0
        angles = self._angles(past, len(x))
        query = _rotate(self._norm(query, f"{at}q_norm"), angles)
        key = _rotate(self._norm(key, f"{at}k_norm"), angles)
        if len(cache) > number:
            key, value = (torch.cat(pair, 1) for pair in zip(cache[number], (key, value), strict=True))
            cache[number] = key, value
        else:
            cache.append((key, value))
        groups = config.num_attention_heads // config.num_key_value_heads
        scores = query @ key.repeat_interleave(groups, 0).transpose(1, 2) * config.head_dim**-0.5
        ahead = torch.ones(len(x), past + len(x), dtype=torch.bool).triu(past + 1)
        mixed = scores.masked_fill(ahead, float("-inf")).softmax(-1) @ value.repeat_interleave(groups, 0)
        return self._linear(mixed.transpose(0, 1).reshape(len(x), -1), f"{at}o_proj")

    def _angles(self, past: int, count: int) -> Tensor:
        """Angles [S, d / 2] of the positions after `past`."""
        exponents = torch.arange(0, self.config.head_dim, 2, dtype=torch.float64) / self.config.head_dim
        positions = torch.arange(past, past + count, dtype=torch.float64)
        return torch.outer(positions, self.config.rope_theta**-exponents).float()

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.weights[f"{name}.weight"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return _norm(x, self.weights[f"{name}.weight"], self.config.rms_norm_eps)


def _norm(x: Tensor, scale: Tensor, eps: float) -> Tensor:
    return x / (x.pow(2).mean(-1, keepdim=True) + eps).sqrt() * scale


def _rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Turns the halves of each head [heads, S, d] against each other."""
    low, high = x.chunk(2, -1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([low * cos - high * sin, high * cos + low * sin], -1)


def _weights(directory: Path) -> Weights:
    weights: Weights = {}
    for shard in sorted(directory.glob("*.safetensors")):
        weights.update((name.removeprefix("model."), value.float()) for name, value in load_file(str(shard)).items())
    return weights
