"""Encoder, adapter and decoder of a latent context language model (arXiv 2606.09659)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lclm import pointing
from lclm.config import ModelConfig
from lclm.layers import RMSNorm, Stack

Aid = Literal["pointing", "place", "readout"]
"""A loss that helps to learn and isn't what is learnt for; nothing of it is part of a checkpoint."""


@dataclass
class Batch:
    """Prompts with their windows, ready for the model. All tensors are int64 unless said.

    `windows` [N, L] are encoder ids, right-padded; `lengths` [N] counts the real ones; windows whose
    `learns` [N] (bool) is false are encoded without a gradient. `slots` [B, S] says what stands at each
    decoder position: a token id, or vocabulary size + n * ceil(L / r) + g for latent g of window n.
    `positions` [B, S] are rotary positions. `predictors` [T] are flat indices into B * S of the
    positions that predict `targets` [T].
    """

    task: str
    windows: Tensor
    lengths: Tensor
    learns: Tensor
    slots: Tensor
    positions: Tensor
    predictors: Tensor
    targets: Tensor
    owners: Tensor
    """Which answer each target belongs to [T], so that an answer can be judged as a whole."""
    places: Tensor
    """Flat indices into B * S of positions that predict tokens of windows, and their places in groups [R, 2]."""
    numbers: Tensor
    homes: Tensor
    """Pointers [P, 6] of the two steps that `pointing` teaches."""

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        moved: dict[str, Any] = {
            name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)
        }
        return replace(self, **moved)


class Adapter(nn.Module):
    """What is pooled of a group to decoder width: RMSNorm, linear, exact GELU, linear."""

    def __init__(self, pooled_size: int, decoder_size: int) -> None:
        super().__init__()
        self.norm = RMSNorm(pooled_size, 1e-6)
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


class Readout(nn.Module):
    """Reads the tokens of its group back from each latent: a training aid, not a part of a checkpoint.

    Without it the encoder learns nothing until the decoder has learned to read latents, and the decoder
    nothing until latents say something. A matrix for each place in the group, then the encoder's own
    embeddings as output; every n-th token keeps it cheap and a resumed run the same.
    """

    def __init__(self, config: ModelConfig, sample: int = 2048) -> None:
        super().__init__()
        width = (config.decoder.hidden_size, config.encoder.hidden_size)
        self.places = nn.ModuleList(nn.Linear(*width, bias=False) for _ in range(config.compression_ratio))
        self.norm = RMSNorm(config.decoder.hidden_size, 1e-6)
        self.sample = sample

    def forward(self, latents: Tensor, ids: Tensor, lengths: Tensor, table: Tensor) -> Tensor:
        """Mean cross entropy of ids [N, L] given latents [N, G, D] and output embeddings `table`."""
        read = torch.stack([place(self.norm(latents)) for place in self.places], dim=2).flatten(1, 2)
        real = (torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]).flatten().nonzero().flatten()
        chosen = real[:: -(-len(real) // self.sample)]
        hidden = read[:, : ids.shape[1]].flatten(0, 1)[chosen]
        return F.cross_entropy(F.linear(hidden, table), ids.flatten()[chosen])


class Place(nn.Module):
    """Tells from the decoder's states which place in its group the next token has: a training aid, like the readout."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm = RMSNorm(config.decoder.hidden_size, 1e-6)
        self.place = nn.Linear(config.decoder.hidden_size, config.compression_ratio, bias=False)

    def forward(self, states: Tensor, places: Tensor) -> Tensor:
        """Mean cross entropy in nats of places [R] given states [R, D]."""
        return F.cross_entropy(self.place(self.norm(states)), places)


class LatentContextModel(nn.Module):
    """The whole model."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Stack(config.encoder)
        self.adapter = Adapter(config.places * config.encoder.hidden_size, config.decoder.hidden_size)
        self.decoder = Decoder(config)
        self.readout = Readout(config)
        self.place = Place(config)

    @property
    def device(self) -> torch.device:
        """Where its weights are, and batches have to be."""
        return self.adapter.fc1.weight.device

    def initialise(self, generator: torch.Generator) -> None:
        """Random weights: normal, smaller where a matrix writes into the residual stream.

        Places begin with nothing said: they may join a model that can read without a jolt.
        """
        for name, parameter in self.named_parameters():
            if parameter.dim() < 2:
                parameter.data.fill_(1.0 if "norm" in name else 0.0)
                continue
            deviation = 0.02 if "embed_tokens" in name else 0.0 if name.startswith("place.") else 0.03
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

    def latents(self, batch: Batch) -> Tensor:
        """Latents of all windows of a batch, in order; only those that learn carry a gradient."""
        learns = batch.learns
        if bool(learns.all()):
            return self.encode(batch.windows, batch.lengths)
        with torch.no_grad():
            frozen = self.encode(batch.windows[~learns], batch.lengths[~learns])
        if not bool(learns.any()):
            return frozen
        fresh = self.encode(batch.windows[learns], batch.lengths[learns])
        order = torch.cat([learns.nonzero(), (~learns).nonzero()]).flatten().argsort()
        return torch.cat([fresh, frozen])[order]

    def states(self, slots: Tensor, positions: Tensor, latents: Tensor | None) -> list[Tensor]:
        """States of the decoder's stack, each [B, S, D], for slots and positions [B, S] and latents [N, G, D]."""
        table = self.decoder.model.embed_tokens.weight
        if latents is not None:
            table = torch.cat([table, latents.flatten(0, 1)])
        return self.decoder.model.states(F.embedding(slots, table), positions)

    def predict(self, batch: Batch, latents: Tensor | None) -> Tensor:
        """Logits [T, vocabulary] at the positions that predict the targets."""
        return self._logits(batch, self.states(batch.slots, batch.positions, latents))

    def _logits(self, batch: Batch, states: list[Tensor]) -> Tensor:
        hidden = self.decoder.model.norm(states[-1].flatten(0, 1)[batch.predictors])
        return self.decoder.logits(hidden)

    def losses(self, batch: Batch, latents: Tensor | None, aids: Collection[Aid]) -> tuple[Tensor, dict[Aid, Tensor]]:
        """Mean cross entropy in nats over the targets, and the losses of the aids that the batch has something for."""
        states = self.states(batch.slots, batch.positions, latents)
        task = F.cross_entropy(self._logits(batch, states), batch.targets)
        if latents is None:
            return task, {}
        helping: dict[Aid, Tensor] = {}
        if "pointing" in aids and len(batch.homes):
            helping["pointing"] = self._pointing(batch, states)
        if "place" in aids and len(batch.places) and self.config.pooling == "concat":
            helping["place"] = self._place(batch, states)
        if "readout" in aids and bool(batch.learns.any()):
            helping["readout"] = self._readout(batch, latents)
        return task, helping

    def _pointing(self, batch: Batch, states: list[Tensor]) -> Tensor:
        """The loss of both steps towards naming a chunk."""
        stack, output = self.decoder.model, self.decoder.output
        pointed = [
            pointing.loss(stack, output, states, batch.slots, batch.positions, pointers, step)
            for pointers, step in ((batch.numbers, pointing.NUMBERS), (batch.homes, pointing.HOMES))
        ]
        return torch.stack(pointed).sum()

    def _place(self, batch: Batch, states: list[Tensor]) -> Tensor:
        """The loss of knowing the places in groups of tokens read back; with means nothing tells them."""
        predictors, places = batch.places.T
        out: Tensor = self.place(states[-2].flatten(0, 1)[predictors], places)
        return out

    def _readout(self, batch: Batch, latents: Tensor) -> Tensor:
        """The loss of reading tokens back from the latents that learn."""
        learns = batch.learns
        table = self.encoder.embed_tokens.weight
        out: Tensor = self.readout(latents[learns], batch.windows[learns], batch.lengths[learns], table)
        return out
