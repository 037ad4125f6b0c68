"""Encoder, adapter and decoder of a latent context language model (arXiv 2606.09659), of Qwen3 blocks.

Parameter names equal those of the published weight files. Shapes: B rows, S positions, D hidden size, H query heads,
K key/value heads, d head size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lclm.config import ModelConfig, StackConfig


@dataclass
class Batch:
    """Prompts with their windows, ready for the model. All tensors are int64 unless said.

    `windows` [N, L] are encoder ids, right-padded; `lengths` [N] counts the real ones; they are encoded without a
    gradient unless the encoder `learns`. `slots` [B, S] says what stands at each decoder position: a token id, or
    vocabulary size + n * ceil(L / r) + g for latent g of window n. `positions` [B, S] are rotary positions.
    `predictors` [T] are flat indices into B * S of the positions that predict `targets` [T].
    """

    skill: str
    windows: Tensor
    lengths: Tensor
    learns: bool
    slots: Tensor
    positions: Tensor
    predictors: Tensor
    targets: Tensor
    owners: Tensor  # which answer each target belongs to [T], so that an answer can be judged as a whole
    places: Tensor
    """Flat indices into B * S of positions that predict tokens of windows, and their places in groups [R, 2]."""
    numbers: Tensor
    homes: Tensor  # pointers [P, 6] of the two steps that pointing teaches

    @property
    def tokens(self) -> int:
        """Context tokens: what a training's budget is counted in."""
        return int(self.lengths.sum()) if len(self.windows) else self.slots.numel()

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        moved: dict[str, Any] = {
            name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **moved)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of x [B, heads, S, d]."""
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-high, low], dim=-1) * sin


class Attention(nn.Module):
    """Causal grouped-query attention with RMSNorm on each query and key head."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.head_dim = config.head_dim
        width, kv = config.num_attention_heads * self.head_dim, config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, width, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, kv, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, kv, bias=False)
        self.o_proj = nn.Linear(width, config.hidden_size, bias=False)
        self.q_norm = nn.RMSNorm(self.head_dim, config.rms_norm_eps)
        self.k_norm = nn.RMSNorm(self.head_dim, config.rms_norm_eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        q, k = self.queries_and_keys(x, cos, sin)
        v = self._heads(self.v_proj(x)).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True, enable_gqa=True)
        out: Tensor = self.o_proj(mixed.transpose(1, 2).flatten(2))
        return out

    def queries_and_keys(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """Queries [B, H, S, d] and keys [B, K, S, d], normed and rotated."""
        q, k = (self._heads(project(x)).float() for project in (self.q_proj, self.k_proj))
        q, k = self.q_norm(q), self.k_norm(k)
        return rotate(q.transpose(1, 2), cos, sin), rotate(k.transpose(1, 2), cos, sin)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:-1], -1, self.head_dim)


class MLP(nn.Module):
    """SwiGLU."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Block(nn.Module):
    """Pre-norm attention and MLP with residuals."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = MLP(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class Stack(nn.Module):
    """Embeddings, blocks and the last norm; `forward` starts from embeddings, not from ids."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, embeddings: Tensor, positions: Tensor) -> Tensor:
        """Hidden states [B, S, D] for embeddings [B, S, D] at positions [B, S], every row causal."""
        out: Tensor = self.norm(self.states(embeddings, positions)[-1])
        return out

    def states(self, embeddings: Tensor, positions: Tensor) -> list[Tensor]:
        """What each layer reads, and after them what the last one writes, before the last norm; each [B, S, D]."""
        cos, sin = self.rotary(positions)
        states = [embeddings]
        for layer in self.layers:
            states.append(layer(states[-1], cos, sin))
        return states

    def rotary(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines [B, 1, S, d] for positions [B, S]; halves of a head rotate together."""
        size = self.config.head_dim
        exponents = torch.arange(0, size, 2, dtype=torch.float32, device=positions.device) / size
        angles = positions[:, None, :, None].float() * self.config.rope_theta**-exponents
        angles = torch.cat([angles, angles], dim=-1)
        return angles.cos(), angles.sin()


class Adapter(nn.Module):
    """What is pooled of a group to decoder width: RMSNorm, linear, exact GELU, linear."""

    def __init__(self, pooled_size: int, decoder_size: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(pooled_size, 1e-6)
        self.fc1 = nn.Linear(pooled_size, decoder_size)
        self.fc2 = nn.Linear(decoder_size, decoder_size)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(self.norm(x))))
        return out


class Decoder(nn.Module):
    """A stack under the name that causal language models give it, and an output matrix if untied."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.model = Stack(config.decoder)
        if not config.decoder.tie_word_embeddings:
            self.lm_head = nn.Linear(config.decoder.hidden_size, config.decoder.vocab_size, bias=False)

    @property
    def output(self) -> Tensor:
        """The matrix of the logits [vocabulary, D]."""
        tied = self.model.config.tie_word_embeddings
        out: Tensor = self.model.embed_tokens.weight if tied else self.lm_head.weight
        return out

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., D] to [..., vocabulary]."""
        return F.linear(hidden, self.output)


class LatentContextModel(nn.Module):
    """The whole model."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Stack(config.encoder)
        self.adapter = Adapter(config.places * config.encoder.hidden_size, config.decoder.hidden_size)
        self.decoder = Decoder(config)

    @property
    def device(self) -> torch.device:
        """Where its weights are, and batches have to be."""
        return self.adapter.fc1.weight.device

    def initialise(self, generator: torch.Generator) -> None:
        """Random weights: normal, smaller where a matrix writes into the residual stream."""
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                parameter.data.fill_(1.0 if "norm" in name else 0.0)
                continue
            deviation = 0.02 if "embed_tokens" in name else 0.03
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                deviation *= 0.3
            parameter.data.normal_(0.0, deviation, generator=generator)

    def encode(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Latents [N, ceil(L / r), decoder hidden] of right-padded windows; rows past the end are noise."""
        ratio = self.config.compression_ratio
        count, width = ids.shape
        groups = -(-width // ratio)
        ids = F.pad(ids, (0, groups * ratio - width))
        at = torch.arange(groups * ratio, device=ids.device)
        hidden = self.encoder(self.encoder.embed_tokens(ids), at.expand(count, -1))
        real = (at[None, :] < lengths[:, None]).to(hidden.dtype)
        states = (hidden * real[..., None]).view(count, groups, ratio, -1)
        if self.config.pooling == "concat":
            pooled = states.flatten(2)
        else:
            pooled = states.sum(2) / real.view(count, groups, ratio).sum(2).clamp(min=1)[..., None]
        latents: Tensor = self.adapter(pooled)
        return latents

    def latents(self, batch: Batch) -> Tensor | None:
        """Latents of all windows of a batch, if there are any."""
        if not len(batch.windows):
            return None
        with torch.set_grad_enabled(batch.learns and torch.is_grad_enabled()):
            return self.encode(batch.windows, batch.lengths)

    def states(self, slots: Tensor, positions: Tensor, latents: Tensor | None) -> list[Tensor]:
        """States of the decoder's stack, each [B, S, D], for slots and positions [B, S] and latents [N, G, D]."""
        table = self.decoder.model.embed_tokens.weight
        if latents is not None:
            table = torch.cat([table, latents.flatten(0, 1)])
        return self.decoder.model.states(F.embedding(slots, table), positions)

    def forward(self, batch: Batch) -> tuple[Tensor, list[Tensor], Tensor | None]:
        """Logits at the predictors, and what the aids look at: the decoder's states and the latents."""
        latents = self.latents(batch)
        states = self.states(batch.slots, batch.positions, latents)
        hidden = self.decoder.model.norm(states[-1].flatten(0, 1)[batch.predictors])
        return self.decoder.logits(hidden), states, latents
