"""The engine's thread: who waits, who runs, who has to leave."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import problems
from decoding.engine import Engine, Progress
from decoding.request import Request
from problems import Problem

log = logging.getLogger(__name__)


@dataclass
class _Generation:
    request: Request
    deadline: float
    tokens: int = 0


@dataclass(frozen=True)
class Load:
    """How busy the loop is."""

    waiting: int
    running: int
    tokens: int
    """Generated since the start."""
    kv_use: float


class EngineLoop:
    """Runs generations in an engine, at most `slots` at once; at most `queue_limit` more may wait.

    `deliver` is told of all progress from the loop's thread, and of nothing after a generation's end. It may block:
    that slows down the loop. `died` is called if the loop ends by an error of its own: then nobody is served any more.
    """

    def __init__(
        self,
        engine: Engine,
        slots: int,
        queue_limit: int,
        deliver: Callable[[Progress], None],
        clock: Callable[[], float] = time.monotonic,
        died: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine, self._slots, self._queue_limit = engine, slots, queue_limit
        self._deliver, self._clock, self._died = deliver, clock, died
        self._changed = threading.Condition()
        self._waiting: OrderedDict[int, _Generation] = OrderedDict()
        self._running: dict[int, _Generation] = {}
        self._unwanted: set[int] = set()
        self._tokens = 0
        self._kv_use = 0.0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="engine loop", daemon=True)

    def start(self) -> EngineLoop:
        self._thread.start()
        return self

    def submit(self, key: int, request: Request, deadline: float) -> None:
        """Admits a generation.

        Args:
            key: names it from now on
            request: what to generate
            deadline: on the loop's clock

        Raises:
            Problem: RESOURCE_EXHAUSTED if too many wait, UNAVAILABLE if the loop is closing.
        """
        with self._changed:
            self.check_room()
            self._waiting[key] = _Generation(request, deadline)
            self._changed.notify()

    def check_room(self) -> None:
        """Fails as `submit` would now, so that nothing is read in vain."""
        with self._changed:
            if self._closing:
                raise problems.closing()
            if len(self._waiting) + len(self._running) >= self._slots + self._queue_limit:
                raise problems.queue_full(self._queue_limit)

    def cancel(self, key: int) -> None:
        """Ends a generation before the next step. Nothing if it has ended."""
        with self._changed:
            self._unwanted.add(key)
            self._changed.notify()

    def load(self) -> Load:
        with self._changed:
            return Load(len(self._waiting), len(self._running), self._tokens, self._kv_use)

    def close(self) -> None:
        """Fails all that wait or run with UNAVAILABLE, and closes the engine once its step is done."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._await_work():
                self.round()
        except Exception:
            log.exception("the engine loop died")
            self._died()
        finally:
            with self._changed:
                self._closing = True
                left = [*self._running, *self._waiting]
                self._running.clear()
                self._waiting.clear()
            try:
                for key in left:
                    self._deliver(Progress(key, problem=problems.closing()))
            finally:
                self._engine.close()

    def _await_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._waiting or self._running)
            return not self._closing

    def round(self) -> None:
        """Lets go of who has to leave, takes in who may come, and goes a step on."""
        for progress in self._leave() + self._join():
            self._deliver(progress)
        for progress in self._step() if self._running else []:
            self._count(progress)
            self._deliver(progress)
        self._kv_use = self._engine.kv_use()

    def _step(self) -> list[Progress]:
        try:
            return self._engine.step()
        except Exception as error:
            log.exception("a step failed for all that run")
            for key in self._running:
                self._drop(key)
            return [Progress(key, problem=problems.failed(error)) for key in self._running]

    def _leave(self) -> list[Progress]:
        with self._changed:
            now = self._clock()
            left = []
            for generations in (self._running, self._waiting):
                for key, generation in list(generations.items()):
                    problem = self._problem(key, generation, now)
                    if problem is not None:
                        del generations[key]
                        left.append(Progress(key, problem=problem))
            self._unwanted.clear()
        for progress in left:
            self._drop(progress.key)
        return left

    def _drop(self, key: int) -> None:
        try:
            self._engine.drop(key)
        except Exception:
            log.exception("letting a generation go")

    def _problem(self, key: int, generation: _Generation, now: float) -> Problem | None:
        if key in self._unwanted:
            return problems.cancelled(generation.tokens)
        if now >= generation.deadline:
            return problems.late(generation.tokens)
        return None

    def _join(self) -> list[Progress]:
        refused: list[Progress] = []
        while True:
            with self._changed:
                if not self._waiting or len(self._running) >= self._slots:
                    return refused
                key, generation = self._waiting.popitem(last=False)
                self._running[key] = generation
            try:
                self._engine.start(key, generation.request)
            except Exception as error:
                with self._changed:
                    del self._running[key]
                refused.append(Progress(key, problem=problems.failed(error)))

    def _count(self, progress: Progress) -> None:
        with self._changed:
            self._tokens += len(progress.tokens)
            self._running[progress.key].tokens += len(progress.tokens)
            if progress.last:
                del self._running[progress.key]
