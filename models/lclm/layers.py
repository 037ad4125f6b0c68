"""Qwen3 blocks in plain PyTorch. Parameter names equal those of the published weight files.

Shapes: B rows, S positions, D hidden size, H query heads, K key/value heads, d head size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lclm.config import StackConfig

WRITTEN_OUT_BELOW = 2048
"""Positions. On a CPU `scaled_dot_product_attention` with its backward pass is slower for shorter rows."""

STRIP = 256
"""Queries that are written out at a time: what they can't see behind them isn't computed."""

VARIANTS = 32
"""Of the block, that compiling makes: by gradient, by batches of one row, by sizes that need other code."""


class RMSNorm(nn.Module):
    """x / rms(x) * weight over the last axis."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def rotary(positions: Tensor, head_dim: int, theta: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines [B, 1, S, d] for positions [B, S]; halves of a head rotate together."""
    frequencies = theta ** (-torch.arange(0, head_dim, 2, dtype=torch.float32, device=positions.device) / head_dim)
    angles = positions[:, None, :, None].float() * frequencies
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of x [B, heads, S, d]."""
    low, high = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-high, low], dim=-1) * sin


@torch.compiler.disable  # type: ignore[untyped-decorator]
def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention: q [B, H, S, d] over k and v [B, K, S, d] gives [B, H, S, d]."""
    length = q.shape[2]
    if q.is_cuda or length >= WRITTEN_OUT_BELOW:
        whole: Tensor = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return whole
    q, k = (q * q.shape[-1] ** -0.5).to(v.dtype), k.to(v.dtype)
    with torch.autocast(q.device.type, enabled=False):
        strips = [strip(q, k, v, first, min(first + STRIP, length)) for first in range(0, length, STRIP)]
    return torch.cat(strips, dim=2)


def strip(q: Tensor, k: Tensor, v: Tensor, first: int, end: int) -> Tensor:
    """Attention of the queries [first, end), already scaled: [B, H, end - first, d]."""
    batch, heads, _, size = q.shape
    shared, rows = heads // k.shape[1], end - first
    grouped = q[:, :, first:end].reshape(batch, k.shape[1], shared * rows, size)
    scores = (grouped @ k[:, :, :end].transpose(-1, -2)).view(batch, k.shape[1], shared, rows, end)
    future = torch.full((rows, end), float("-inf"), dtype=scores.dtype, device=q.device).triu(first + 1)
    weights = (scores + future).softmax(-1).view(batch, k.shape[1], shared * rows, end)
    mixed: Tensor = weights @ v[:, :, :end]
    return mixed.view(batch, heads, rows, size)


class Attention(nn.Module):
    """Grouped-query attention with RMSNorm on each query and key head."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.head_dim = config.head_dim
        width, kv = config.num_attention_heads * self.head_dim, config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, width, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, kv, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, kv, bias=False)
        self.o_proj = nn.Linear(width, config.hidden_size, bias=False)
        self.q_norm = RMSNorm(self.head_dim, config.rms_norm_eps)
        self.k_norm = RMSNorm(self.head_dim, config.rms_norm_eps)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        q, k = self.queries_and_keys(x, cos, sin)
        mixed = attend(q, k, self._heads(self.v_proj(x)).transpose(1, 2))
        out: Tensor = self.o_proj(mixed.transpose(1, 2).flatten(2))
        return out

    def queries_and_keys(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """Queries [B, H, S, d] and keys [B, K, S, d], normed and rotated."""
        q, k = self.q_norm(self._heads(self.q_proj(x))), self.k_norm(self._heads(self.k_proj(x)))
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
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = MLP(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out

    def queries_and_keys(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """What its attention compares, for the states that it reads."""
        normed = self.input_layernorm(x)
        out: tuple[Tensor, Tensor] = self.self_attn.queries_and_keys(normed, cos, sin)
        return out


def compile_blocks() -> None:
    """Compiles the one block that all layers of both stacks run, for any batch and length.

    Compiling it once takes about a minute; compiling whole stacks took several. Attention stays as it is: its strips
    depend on the length.
    """
    torch._dynamo.config.recompile_limit = VARIANTS
    Block.forward = torch.compile(Block.forward, dynamic=True)  # type: ignore[method-assign]


class Stack(nn.Module):
    """Embeddings, blocks and the last norm; `forward` starts from embeddings, not from ids."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)

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
        """Cosines and sines for its heads."""
        return rotary(positions, self.config.head_dim, self.config.rope_theta)
