"""What runs generations. One thread calls an engine; it never waits for a client."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from decoding.request import Request
from problems import Problem

if TYPE_CHECKING:
    from decoding.settings import Settings

STOP = "stop"
"""The model ended its turn."""
LENGTH = "length"
"""As many tokens as were allowed."""


@dataclass(frozen=True)
class Progress:
    """What one step did for one generation; with a reason or a problem it is the last one."""

    key: int
    tokens: tuple[int, ...] = ()
    reason: str | None = None
    problem: Problem | None = None

    @property
    def last(self) -> bool:
        return self.reason is not None or self.problem is not None


class Engine(Protocol):
    """Runs up to so many generations side by side, a token or a piece of a prompt at a time."""

    def start(self, key: int, request: Request) -> None:
        """Takes a generation into a free place, under a key of the caller's.

        Raises:
            Problem: the engine can't run it.
        """

    def step(self) -> list[Progress]:
        """Goes on with all that run. A generation that fails says so here and harms no other."""

    def drop(self, key: int) -> None:
        """Frees the place of a generation at once. Nothing if it has ended."""

    def kv_use(self) -> float:
        """Returns the share of the key/value cache that is filled, from 0 to 1."""

    def close(self) -> None:
        """Frees everything."""


def open_engine(settings: Settings) -> Engine:
    """Opens the engine that the settings name, from the module `decoding.<name>_engine`."""
    try:
        module = importlib.import_module(f"decoding.{settings.engine}_engine")
    except ModuleNotFoundError as missing:
        raise ValueError(f"parameter engine: {settings.engine} needs {missing.name} (expected: installed)") from missing
    return cast(Engine, module.open_engine(settings))
