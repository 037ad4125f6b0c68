"""Tells a metrics registry how busy the loop is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from decoding.loop import Load

log = logging.getLogger(__name__)

_INTERVAL = 0.25
"""Seconds between two reports: setting a metric is a round trip to the server's process."""


class Registry(Protocol):
    """Where metrics go; each is set to a value, or counted up."""

    def set(self, name: str, value: float) -> None: ...

    def count(self, name: str, by: float) -> None: ...


WAITING = "lclm_waiting"
RUNNING = "lclm_running"
KV_USE = "lclm_kv_use"
TOKENS = "lclm_tokens"
GAUGES = {
    WAITING: "Generations that wait for a slot",
    RUNNING: "Generations that run",
    KV_USE: "Share of the key/value cache that is filled, 0 to 1",
}
COUNTERS = {TOKENS: "Tokens generated"}


class Reporter:
    """Reports at intervals, in its own thread."""

    def __init__(self, load: Callable[[], Load], registry: Registry) -> None:
        self._load, self._registry = load, registry
        self._reported = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> Reporter:
        self._thread.start()
        return self

    def report(self) -> None:
        load = self._load()
        self._registry.set(WAITING, load.waiting)
        self._registry.set(RUNNING, load.running)
        self._registry.set(KV_USE, load.kv_use)
        self._registry.count(TOKENS, load.tokens - self._reported)
        self._reported = load.tokens

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(_INTERVAL):
            try:
                self.report()
            except Exception:
                log.exception("reporting")
