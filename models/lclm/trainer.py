"""The training: batches built ahead on a thread, steps of one or more of them, a log, states to resume from."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from lclm.aids import Aids
from lclm.model import Batch, LatentContextModel
from lclm.recipe import Moment, Rates, Recipe, moment
from lclm.skills import Skills

AHEAD = 4  # steps whose batches are built before they are wanted
SEED, BATCHES = 7, 4  # of a validation, for each skill: every model of equal shapes gets the same
LOG_EVERY, SAVE_EVERY, VALIDATE_EVERY = 10, 100, 500  # steps

Step = tuple[Moment, list[Batch]]


def steps(recipe: Recipe, skills: Skills, step: int, tokens: int) -> Iterator[Step]:
    """What each step from number `step` on learns from; the recipe and the tokens before it decide that alone."""
    while tokens < recipe.tokens:
        now = moment(recipe, tokens)
        seeds = ([recipe.seed, step, part] for part in range(recipe.accumulate))
        batches = [skills.batch(now, np.random.default_rng(seed)) for seed in seeds]
        yield now, batches
        step, tokens = step + 1, tokens + sum(batch.tokens for batch in batches)


def ahead(source: Iterator[Step], most: int = AHEAD) -> Iterator[Step]:
    """The same steps, built on another thread, at most so many before they are wanted."""
    with ThreadPoolExecutor(1) as worker:
        building = deque(worker.submit(next, source, None) for _ in range(most))
        while (step := building.popleft().result()) is not None:
            building.append(worker.submit(next, source, None))
            yield step


def optimisers(model: torch.nn.Module, aids: Aids, rates: Rates) -> list[tuple[float, torch.optim.Optimizer]]:
    """Muon for the matrices, AdamW for embeddings, norms and biases, each with its rate."""
    named = dict((*model.named_parameters(), *aids.named_parameters()))
    matrices = {n for n, p in named.items() if p.dim() == 2 and "embed_tokens" not in n and "lm_head" not in n}
    muon = torch.optim.Muon([named[n] for n in named if n in matrices], rates.matrices, weight_decay=0.0)
    others = [named[n] for n in named if n not in matrices]
    adam = torch.optim.AdamW(others, rates.others, betas=(0.9, 0.95), weight_decay=0.0)
    return [(rates.matrices, muon), (rates.others, adam)]


def bfloat16_is_right(device: torch.device) -> bool:
    """Whether the device's products of bfloat16 matrices are off by no more than rounding: some emulate it wrongly."""
    one, other = torch.randn(2, 256, 256, generator=torch.Generator().manual_seed(1)).bfloat16()
    exact = one.float() @ other.float()
    found = (one.to(device) @ other.to(device)).float().cpu()
    return bool((found - exact).norm() < 0.01 * exact.norm())


@torch.no_grad()
def validate(model: LatentContextModel, skills: Skills, recipe: Recipe) -> dict[str, dict[str, float]]:
    """By skill, on a text that isn't learnt: nats a token, and the shares of tokens and answers that are first choice.

    Choices are made on this; the tables of the model cards come from `./laconic evaluate`, on another text.
    """
    last = moment(recipe, recipe.tokens)
    out = {}
    for skill, share in last.stage.shares.items():
        if not share:
            continue
        alone = replace(last.stage, shares={skill: 1.0}, far=0.0, slips=0.0)
        now = replace(last, stage=alone, windows=min(last.windows, 4))
        loss, right, whole = [], [], []
        for number in range(BATCHES):
            batch = skills.batch(now, np.random.default_rng([SEED, number])).to(model.device)
            logits = model(batch)[0]
            first = (logits.argmax(-1) == batch.targets).cpu().numpy()
            loss.append(F.cross_entropy(logits, batch.targets, reduction="none").cpu().numpy())
            right.append(first)
            wrong = np.bincount(batch.owners.cpu().numpy(), weights=~first)
            whole.append(wrong == 0)
        means = {"loss": loss, "tokens": right, "answers": whole}
        out[skill] = {name: round(float(np.concatenate(values).mean()), 4) for name, values in means.items()}
    return out


class Trainer:
    """Trains `model` by `recipe`, on from what `directory` holds."""

    def __init__(
        self,
        model: LatentContextModel,
        recipe: Recipe,
        skills: Skills,
        validation: Skills | None,
        directory: Path,
        bfloat16: bool = False,
    ) -> None:
        self.model, self.recipe, self.skills, self.validation = model, recipe, skills, validation
        self.aids = Aids(model, recipe.pointing).to(model.device)
        self.optimisers = optimisers(model, self.aids, recipe.rates)
        self.parameters = [*model.parameters(), *self.aids.parameters()]
        self.bfloat16 = bfloat16
        """Whether matrices are multiplied in it; weights stay float32. Muon's iterations always are."""
        self.state, self.log = directory / "state.pt", directory / "log.jsonl"
        self.step = self.tokens = 0
        self.losses: dict[str, list[float]] = defaultdict(list)

    def run(self) -> None:
        """Trains until the recipe's tokens are used up."""
        since, before = time.monotonic(), self.tokens
        for now, batches in ahead(steps(self.recipe, self.skills, self.step, self.tokens)):
            self.update(now, batches)
            last = self.tokens >= self.recipe.tokens
            if self.step % LOG_EVERY == 0 or last:
                speed = (self.tokens - before) / (time.monotonic() - since)
                loss = {name: round(float(np.mean(values)), 4) for name, values in sorted(self.losses.items())}
                self.note(now, loss=loss, rate=round(now.rate, 6), tokens_per_second=round(speed))
                self.losses.clear()
            if self.validation and (self.step % VALIDATE_EVERY == 0 or last):
                self.note(now, validation=validate(self.model, self.validation, self.recipe))
            if self.step % SAVE_EVERY == 0 or last:
                self.save()
            if self.step % LOG_EVERY == 0:
                since, before = time.monotonic(), self.tokens

    def update(self, now: Moment, batches: list[Batch]) -> None:
        """One step: the mean of the batches' gradients, clipped, at the moment's rate."""
        for built in batches:
            batch = built.to(self.model.device)
            with torch.autocast(self.model.device.type, torch.bfloat16, enabled=self.bfloat16):
                logits, states, latents = self.model(batch)
                loss = F.cross_entropy(logits, batch.targets)
                self.losses[batch.skill].append(loss.item())
                helping = {} if latents is None else self.aids(self.model, batch, latents, states, now.aids)
            for name, aid in helping.items():
                self.losses[name].append(aid.item())
                loss = loss + now.aids[name] * aid
            (loss / len(batches)).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, self.recipe.rates.clip)
        for rate, optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate * now.rate
            optimiser.step()
            optimiser.zero_grad()
        self.step += 1
        self.tokens += sum(batch.tokens for batch in batches)

    def note(self, now: Moment, **what: Any) -> None:
        """A line of the log."""
        with self.log.open("a") as sink:
            sink.write(json.dumps({"step": self.step, "tokens": self.tokens, "stage": now.stage.name, **what}) + "\n")

    def save(self) -> None:
        """Everything that the next step depends on."""
        part = self.state.with_suffix(".part")
        weights = {"model": self.model.state_dict(), "aids": self.aids.state_dict()}
        moments = [optimiser.state_dict() for _, optimiser in self.optimisers]
        torch.save({**weights, "optimisers": moments, "step": self.step, "tokens": self.tokens}, part)
        part.replace(self.state)

    def resume(self) -> None:
        """Goes on from the saved state, if there is one; what the log says of later steps is dropped."""
        if self.state.exists():
            state = torch.load(self.state, map_location=self.model.device, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.aids.load_state_dict(state["aids"])
            for (_, optimiser), saved in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(saved)
            self.step, self.tokens = state["step"], state["tokens"]
        lines = self.log.read_text().splitlines(keepends=True) if self.log.exists() else []
        self.log.write_text("".join(line for line in lines if json.loads(line)["step"] <= self.step))
