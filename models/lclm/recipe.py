"""A recipe: all that decides how a model is trained, read from one TOML file, and what it says of each moment.

Every budget is counted in context tokens, so that a training is the same on a fast machine and on a slow one. What
changes during a stage is a ramp: `[from, to]`, or one number if it stays.
"""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lclm.config import ModelConfig

STAGES = ("read", "skills", "anneal")
"""To read latents at all, then every skill at full length, then exactness while the rate falls."""
SKILLS = ("repeat", "continue", "needles", "triage")
AIDS = ("readout", "place", "pointing")
"""Losses that help to learn and aren't what is learnt for; nothing of them is part of a checkpoint."""

Ramp = tuple[float, float]  # a value at the start of a stage and at its end, on a straight line between them


@dataclass(frozen=True)
class Head:
    """One attention head that is told where to look, layer and head counted from 0."""

    layer: int
    head: int
    digits: int  # so many digits of a chunk's number are what its layer then has to name


@dataclass(frozen=True)
class Pointing:
    """The heads that take the steps towards naming a chunk (aids.py)."""

    numbers: Head  # from a latent to the number before its region
    homes: Head  # from the end of a key in a question to the latents of the chunk that it stands in


@dataclass(frozen=True)
class Rates:
    """Muon for the matrices of the blocks, AdamW for all else; a moment's factor scales both."""

    matrices: float
    others: float
    warm_up: int  # tokens
    clip: float = 1.0  # largest norm of the gradient


@dataclass(frozen=True)
class Stage:
    """A part of the training."""

    name: str
    tokens: int
    shares: dict[str, float]  # share of the batches by skill; they add up to 1
    rate: Ramp  # factor on the rates
    longest: tuple[int, int]  # tokens of the longest window; doubles in steps of equal length
    windows: Ramp = (1.0, 1.0)  # windows of the longest sample
    several: float = 0.0  # share of the batches to repeat and with needles whose texts are more than one window
    far: float = 0.0
    """Share of the prompts with needles that leave out positions, so that far ones are seen at low cost."""
    slips: float = 0.0
    """Share of the texts to repeat in which the decoder reads some of its own answer's tokens replaced."""
    aids: dict[str, Ramp] = field(default_factory=dict)  # weights of the aids' losses


@dataclass(frozen=True)
class Recipe:
    """All of it."""

    seed: int
    validation: str  # a text that the corpus doesn't hold and that choices are made on, from the recipe's directory on
    batch: int  # context tokens of one forward pass
    accumulate: int  # passes of a step
    model: ModelConfig
    rates: Rates
    stages: tuple[Stage, ...]
    pointing: Pointing | None = None
    start: str | None = None
    """A checkpoint of equal stacks and no higher ratio whose weights and tokenizers the training begins with."""

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if not names or names != [name for name in STAGES if name in names]:
            raise ValueError(f"stages: {names} (expected: some of {list(STAGES)}, in this order)")
        shape = self.model.decoder
        for one in (self.pointing.numbers, self.pointing.homes) if self.pointing else ():
            layers, heads = shape.num_hidden_layers, shape.num_attention_heads
            if not (0 <= one.layer < layers and 0 <= one.head < heads):
                raise ValueError(f"pointing: layer {one.layer}, head {one.head} (expected: below {layers}, {heads})")
        counts = {"batch": self.batch, "accumulate": self.accumulate, "rates.warm_up": self.rates.warm_up}
        for name, count in {**counts, **{f"stages.{stage.name}.tokens": stage.tokens for stage in self.stages}}.items():
            if count < 1:
                raise ValueError(f"{name}: {count} (expected: 1 or more)")
        for stage in self.stages:
            self._check(stage)

    def _check(self, stage: Stage) -> None:
        at = f"stages.{stage.name}"
        for name, given, known in (("shares", stage.shares, SKILLS), ("aids", stage.aids, AIDS)):
            if unknown := sorted(set(given) - set(known)):
                raise ValueError(f"{at}.{name}.{unknown[0]}: no such name (expected: of {list(known)})")
        if not math.isclose(total := sum(stage.shares.values()), 1.0):
            raise ValueError(f"{at}.shares: {total:g} together (expected: 1)")
        if not 32 <= stage.longest[0] <= stage.longest[1] <= self.model.encoder_window_size:
            window = self.model.encoder_window_size
            raise ValueError(f"{at}.longest: {list(stage.longest)} (expected: rising, from 32 to {window})")
        if "pointing" in stage.aids and self.pointing is None:
            raise ValueError(f"{at}.aids.pointing: no heads (expected: a table [pointing] that names them)")

    @property
    def tokens(self) -> int:
        """Of the whole training."""
        return sum(stage.tokens for stage in self.stages)

    def canonical(self) -> dict[str, Any]:
        """As JSON has it: two recipes that say the same are equal, however they are written."""
        out: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return out


@dataclass(frozen=True)
class Moment:
    """What a recipe says of one moment of the training: its stage, and where the ramps are."""

    stage: Stage
    rate: float
    longest: int
    windows: int
    aids: dict[str, float]  # those that count


def moment(recipe: Recipe, tokens: int) -> Moment:
    """What holds after so many tokens."""
    left = tokens
    for stage in recipe.stages:
        if left < stage.tokens or stage is recipe.stages[-1]:
            break
        left -= stage.tokens
    progress = min(1.0, left / stage.tokens)
    doublings = int(math.log2(stage.longest[1] / stage.longest[0]))
    aids = {name: _on(ramp, progress) for name, ramp in stage.aids.items()}
    return Moment(
        stage=stage,
        rate=_on(stage.rate, progress) * min(1.0, (tokens + 1) / recipe.rates.warm_up),
        longest=min(stage.longest[1], stage.longest[0] * 2 ** int(progress * (doublings + 1))),
        windows=round(_on(stage.windows, progress)),
        aids={name: weight for name, weight in aids.items() if weight > 0},
    )


def _on(ramp: Ramp, progress: float) -> float:
    return ramp[0] + (ramp[1] - ramp[0]) * progress


def read(path: Path) -> Recipe:
    """The recipe of a file; what it doesn't know or can't read it refuses by name."""
    try:
        out: Recipe = _read(Recipe, tomllib.loads(path.read_text(encoding="utf-8")), "")
    except ValueError as wrong:
        raise ValueError(f"{path}: {wrong}") from None
    return out


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """The keys in which two canonical recipes differ, each with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(f"{at}.{key}".strip("."), one.get(key), other.get(key)) for key in {**one, **other}]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{at}[{number}]", *pair) for number, pair in enumerate(zip(one, other, strict=True))]
    else:
        return [] if one == other else [f"{at}: {one!r} and {other!r}"]
    return [line for key, mine, theirs in pairs for line in differences(mine, theirs, key)]


def _read(kind: Any, value: Any, at: str) -> Any:
    """A value of a TOML file as a type that a field has."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if type(None) in arguments:
        return _read(arguments[0], value, at)
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints, place = typing.get_type_hints(kind), f"{at}." if at else ""
        if unknown := [key for key in value if key not in hints]:
            raise ValueError(f"{place}{unknown[0]}: unknown key (expected: of {sorted(hints)})")
        needed = [one.name for one in dataclasses.fields(kind) if one.default is one.default_factory]
        if missing := [key for key in needed if key not in value]:
            raise ValueError(f"{place}{missing[0]}: missing (expected: {_name(hints[missing[0]])})")
        table = typing.cast(type, kind)
        return table(**{key: _read(hints[key], one, f"{place}{key}") for key, one in value.items()})
    if origin is dict and isinstance(value, dict):
        return {key: _read(arguments[1], one, f"{at}.{key}") for key, one in value.items()}
    if origin is tuple and arguments[1] is Ellipsis and isinstance(value, list):
        return tuple(_read(arguments[0], one, f"{at}[{number}]") for number, one in enumerate(value))
    if origin is tuple and arguments[1] is not Ellipsis:
        pair = value if isinstance(value, list) else [value, value]
        if len(pair) == len(arguments):
            return tuple(_read(one, given, at) for one, given in zip(arguments, pair, strict=True))
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise ValueError(f"{at}: {value!r} (expected: {_name(kind)})")


def _name(kind: Any) -> str:
    return str(kind) if typing.get_args(kind) else kind.__name__
