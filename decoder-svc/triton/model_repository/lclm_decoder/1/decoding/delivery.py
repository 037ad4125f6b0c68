"""The sending thread: hands tokens to their clients, and notices which of them have gone.

Sending and asking whether a client is still there are round trips to the server's process, too slow for the engine's
thread. The queue between the two is short: what the engine computes for a client that has gone is a step or two.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from typing import Protocol

import problems
from decoding.engine import Progress
from problems import Problem

log = logging.getLogger(__name__)

_LOOK_ROUND = 0.02
"""Seconds between two looks at clients to whom nothing is sent: those that wait or are being prefilled."""


class Sink(Protocol):
    """A client's end of one generation. Its last call is `finish` or `fail`, exactly once."""

    def tokens(self, ids: tuple[int, ...]) -> None: ...

    def finish(self, ids: tuple[int, ...], reason: str, usage: tuple[int, int]) -> None: ...

    def fail(self, problem: Problem) -> None: ...

    def cancelled(self) -> bool: ...


class _Client:
    def __init__(self, sink: Sink, prompt: int) -> None:
        self.sink, self.prompt, self.tokens = sink, prompt, 0
        self.asked = -math.inf
        """When it was last asked whether it is still there."""


class Delivery:
    """Sends progress to sinks in its own thread."""

    def __init__(
        self, capacity: int, cancel: Callable[[int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cancel, self._clock = cancel, clock
        self._queue: queue.Queue[Progress | None] = queue.Queue(capacity)
        self._clients: dict[int, _Client] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def start(self) -> Delivery:
        self._thread.start()
        return self

    def add(self, key: int, sink: Sink, prompt: int) -> None:
        """Makes a client known, before there is progress for it; `prompt` is the positions of its prompt."""
        with self._lock:
            self._clients[key] = _Client(sink, prompt)

    def forget(self, key: int) -> None:
        with self._lock:
            self._clients.pop(key, None)

    def put(self, progress: Progress) -> None:
        """Queues progress; waits while the queue is full."""
        self._queue.put(progress)

    def close(self) -> None:
        """Sends what is queued, and ends whoever is left."""
        self._queue.put(None)
        self._thread.join()
        for key in list(self._clients):
            self._deliver(Progress(key, problem=problems.closing()))

    def _run(self) -> None:
        looked = self._clock()
        while True:
            try:
                progress = self._queue.get(timeout=_LOOK_ROUND)
                if progress is None:
                    return
                self._deliver(progress)
            except queue.Empty:
                pass
            # Also while others are busy: whoever waits is sent nothing.
            if self._clock() - looked >= _LOOK_ROUND:
                self._look_round()
                looked = self._clock()

    def _look_round(self) -> None:
        with self._lock:
            clients = list(self._clients.items())
        due = self._clock() - _LOOK_ROUND
        for key, client in clients:
            if client.asked <= due:
                self._notice(key, client)

    def _notice(self, key: int, client: _Client) -> None:
        client.asked = self._clock()
        try:
            gone = client.sink.cancelled()
        except Exception:
            log.exception("asking whether a client is there")
            gone = True
        if gone:
            self._cancel(key)

    def _deliver(self, progress: Progress) -> None:
        with self._lock:
            client = self._clients.get(progress.key)
            if client is not None and progress.last:
                del self._clients[progress.key]
        if client is None:
            return
        client.tokens += len(progress.tokens)
        try:
            if progress.problem is not None:
                client.sink.fail(progress.problem)
            elif progress.reason is not None:
                client.sink.finish(progress.tokens, progress.reason, (client.prompt, client.tokens))
            else:
                client.sink.tokens(progress.tokens)
        except Exception as error:
            log.exception("sending to a client")
            self._cancel(progress.key)
            if progress.reason is not None:
                self._fail(client, error)
            return
        if not progress.last:
            self._notice(progress.key, client)

    @staticmethod
    def _fail(client: _Client, error: Exception) -> None:
        """An end that couldn't be sent may have been too large for what memory is left; a refusal is small."""
        try:
            client.sink.fail(problems.failed(error))
        except Exception:
            log.exception("ending a client")
