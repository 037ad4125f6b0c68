"""The training loop: a budget of minutes, resumable, with exports and evaluations on the way."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from lclm import checkpoint
from lclm.evaluation import Evaluation
from lclm.model import Batch, LatentContextModel
from lclm.optimiser import Optimiser
from lclm.schedule import FIRST, Schedule
from lclm.tasks import Tasks

SAVE_EVERY = 3.0
"""Minutes between states to resume from."""
EXPORT_EVERY = 10.0
"""Minutes between servable checkpoints, each with a short evaluation."""
LOG_EVERY = 5
"""Steps."""
LONGEST_STEP = 120.0
"""Seconds that one step counts at most: a machine that slept doesn't use up the budget."""


@dataclass
class Directories:
    """Where a run keeps its things."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state.pt"

    @property
    def log(self) -> Path:
        return self.root / "train.log"

    @property
    def export(self) -> Path:
        return self.root / "export-latest"

    def kept(self, minutes: float) -> Path:
        """A checkpoint on the way, named so that names are in the order of time."""
        return self.root / f"kept/{minutes:06.1f}"


class Trainer:
    """Trains `model` on `tasks` for `minutes` of wall-clock time, all runs together."""

    def __init__(
        self,
        model: LatentContextModel,
        tasks: Tasks,
        tokenizers: tuple[Tokenizer, Tokenizer],
        minutes: float,
        seed: int,
        directories: Directories,
        evaluation: Evaluation | None = None,
        schedule: Schedule = FIRST,
        products: torch.dtype = torch.float32,
        keeps: bool = False,
    ) -> None:
        self.model, self.tasks, self.tokenizers = model, tasks, tokenizers
        self.minutes, self.seed, self.directories = minutes, seed, directories
        self.evaluation, self.schedule = evaluation, schedule
        self.products = products
        """What matrices are multiplied in, the optimiser's too; weights stay float32."""
        self.keeps = keeps
        """Whether a checkpoint is kept with every saved state, for a mean over the way."""
        self.optimiser = Optimiser(model, products=products)
        self.steps = 0
        self.elapsed = 0.0
        """Minutes of training so far; evaluations count too."""
        self.context_tokens = 0
        self.losses: dict[str, list[float]] = defaultdict(list)

    def step(self) -> float:
        """One update; the batch depends on the seed, the step's number and the progress alone."""
        progress = min(1.0, self.elapsed / self.minutes)
        rng = np.random.default_rng([self.seed, self.steps])
        batch = self.tasks.batch(self.schedule.plan(progress, self.tasks.window), rng).to(self.model.device)
        with torch.autocast(self.model.device.type, self.products, enabled=self.products != torch.float32):
            task, loss = self.objective(batch, progress)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step(self.schedule.rate(progress, self.steps))
        self.steps += 1
        self.context_tokens += int(batch.lengths.sum()) if len(batch.windows) else batch.slots.numel()
        self.losses[batch.task].append(task.item())
        return task.item()

    def objective(self, batch: Batch, progress: float) -> tuple[Tensor, Tensor]:
        """The loss on the batch's answers, and that with the training aids, which is what is made smaller."""
        latents = self.model.latents(batch) if len(batch.windows) else None
        weights = self.schedule.aids(progress)
        task, aids = self.model.losses(batch, latents, weights)
        whole = task
        for aid, loss in aids.items():
            whole = whole + weights[aid] * loss
            self.losses[aid].append(loss.item())
        return task, whole

    def run(self) -> None:
        """Trains until the budget is used up, then exports."""
        saved = exported = self.elapsed
        self.export()
        marker, tokens = time.monotonic(), self.context_tokens
        while self.elapsed < self.minutes:
            before = time.monotonic()
            self.step()
            self.elapsed += min(LONGEST_STEP, time.monotonic() - before) / 60
            if self.steps % LOG_EVERY == 0:
                now = time.monotonic()
                self.report((self.context_tokens - tokens) / (now - marker))
                marker, tokens = now, self.context_tokens
            if self.elapsed - saved >= SAVE_EVERY:
                self.save()
                self.keep()
                saved = self.elapsed
            if self.elapsed - exported >= EXPORT_EVERY:
                before = time.monotonic()
                self.export()
                self.evaluate()
                self.elapsed += (time.monotonic() - before) / 60
                exported = self.elapsed
        self.save()
        self.keep()
        self.export()
        self.evaluate()

    def report(self, speed: float) -> None:
        """A log line: minutes, step, million context tokens, tokens a second, mean loss by task."""
        losses = " ".join(f"{task}={np.mean(values):.3f}" for task, values in sorted(self.losses.items()))
        self.losses.clear()
        self.log(f"{self.elapsed:7.2f} min step {self.steps} {self.context_tokens / 1e6:.2f}M {speed:.0f}/s {losses}")

    def evaluate(self) -> None:
        """A short evaluation into the log."""
        if self.evaluation is None:
            return
        results = []
        for length, samples in ((64, 8), (256, 8), (1024, 4), (2048, 2)):
            results.append(f"repeat@{length}={self.evaluation.reconstruction(length, samples).tokens:.3f}")
        for length, questions in ((256, 12), (1024, 12), (4096, 8), (20480, 4)):
            results.append(f"needle@{length}={self.evaluation.needles(length, questions).answers:.2f}")
        results.append(f"quote={self.evaluation.skill('quote', 3).answers:.2f}")
        for chunks, size in ((4, 64), (16, 64), (16, 256)):
            results.append(f"expand@{chunks * size}={self.evaluation.expansion(chunks, size, 16).answers:.2f}")
        self.log(f"{self.elapsed:7.2f} min step {self.steps} evaluation {' '.join(results)}")

    def log(self, line: str) -> None:
        with self.directories.log.open("a") as sink:
            sink.write(line + "\n")

    def export(self) -> None:
        """A servable checkpoint directory, replaced whole."""
        checkpoint.save(self.model, *self.tokenizers, self.directories.export)

    def keep(self) -> None:
        """A servable checkpoint that stays, if they are wanted."""
        if self.keeps:
            checkpoint.save(self.model, *self.tokenizers, self.directories.kept(self.elapsed))

    def save(self) -> None:
        """Everything that the next step depends on."""
        part = self.directories.state.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state(),
            "steps": self.steps,
            "elapsed": self.elapsed,
            "context_tokens": self.context_tokens,
            "seed": self.seed,
        }
        torch.save(state, part)
        part.replace(self.directories.state)

    def resume(self) -> bool:
        """Goes on from the saved state, if there is one."""
        if not self.directories.state.exists():
            return False
        state: dict[str, Any] = torch.load(self.directories.state, map_location=self.model.device, weights_only=True)
        if state["seed"] != self.seed:
            raise ValueError(f"{self.directories.state}: seed is {state['seed']}, expected {self.seed}")
        self.model.load_state_dict(state["model"])
        self.optimiser.load(state["optimiser"])
        self.steps, self.elapsed = state["steps"], state["elapsed"]
        self.context_tokens = state["context_tokens"]
        return True
