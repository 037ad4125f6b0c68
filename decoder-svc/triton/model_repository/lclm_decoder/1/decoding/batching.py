"""Continuous batching over slots: generations join and leave between two steps.

A round prefills one chunk of one prompt, in turns, and then appends a token to every slot that has its whole prompt. So
a long prompt never holds up the others for longer than a chunk.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from decoding.engine import LENGTH, STOP, Progress
from decoding.request import Request
from decoding.sampling import Logits, Sampler
from problems import failed

log = logging.getLogger(__name__)

Ids = npt.NDArray[np.int64]


class Batch(Protocol):
    """A decoder with a key/value cache per slot. A call that raises leaves the other slots as they were."""

    slots: int
    max_positions: int
    placeholder_id: int

    def truncate(self, slot: int, length: int) -> None:
        """Forgets what the slot holds from a position on."""

    def append(self, slot: int, ids: Ids, latents: npt.NDArray[np.float32]) -> Logits:
        """Appends ids, with a row of latents for each placeholder; returns the logits of the last position."""

    def step(self, slots: list[int], tokens: list[int]) -> Logits:
        """Appends a token to each of the slots; returns the logits [slots, vocabulary] in their order."""

    def close(self) -> None: ...


@dataclass
class _Sequence:
    key: int
    request: Request
    sampler: Sampler
    length: int = 0
    """Positions that the slot holds."""
    rows: int = 0
    """Latents that the slot holds."""
    tokens: int = 0
    last: int = -1

    @property
    def prefilling(self) -> bool:
        return self.length < self.request.ids.size


class BatchingEngine:
    """An engine over a batch of slots."""

    def __init__(self, batch: Batch, prefill_chunk: int, end_ids: frozenset[int]) -> None:
        self._batch, self._chunk, self._end_ids = batch, prefill_chunk, end_ids
        self._running: dict[int, _Sequence] = {}
        self._slots: dict[int, int] = {}
        self._prefilling: deque[int] = deque()

    def start(self, key: int, request: Request) -> None:
        slot = min(set(range(self._batch.slots)) - self._running.keys())
        self._running[slot] = _Sequence(key, request, Sampler(request.sampling))
        self._slots[key] = slot
        self._prefilling.append(slot)

    def step(self) -> list[Progress]:
        progress: list[Progress] = []
        if self._prefilling:
            self._prefill(self._prefilling.popleft(), progress)
        ready = sorted(slot for slot, sequence in self._running.items() if not sequence.prefilling)
        if ready:
            self._step(ready, progress)
        return progress

    def _prefill(self, slot: int, progress: list[Progress]) -> None:
        sequence = self._running[slot]
        request = sequence.request
        ids = request.ids[sequence.length : sequence.length + self._chunk]
        rows = sequence.rows + int(np.count_nonzero(ids == self._batch.placeholder_id))
        try:
            logits = self._batch.append(slot, ids, request.latents[sequence.rows : rows])
        except Exception as error:
            progress.append(self._fail(slot, error))
            return
        sequence.length += ids.size
        sequence.rows = rows
        if sequence.prefilling:
            self._prefilling.append(slot)
        else:
            progress.append(self._advance(slot, logits))

    def _step(self, ready: list[int], progress: list[Progress]) -> None:
        try:
            logits = self._batch.step(ready, [self._running[slot].last for slot in ready])
        except Exception as error:
            if len(ready) == 1:
                progress.append(self._fail(ready[0], error))
                return
            log.warning("a step of %d generations failed, now one by one: %s", len(ready), error)
            for slot in ready:
                self._batch.truncate(slot, self._running[slot].length)
                self._step([slot], progress)
            return
        for slot, row in zip(ready, logits, strict=True):
            self._running[slot].length += 1
            progress.append(self._advance(slot, row))

    def _advance(self, slot: int, logits: Logits) -> Progress:
        sequence = self._running[slot]
        try:
            token = sequence.sampler.next(logits)
        except Exception as error:
            return self._fail(slot, error)
        if token in self._end_ids:
            self.drop(sequence.key)
            return Progress(sequence.key, reason=STOP)
        sequence.last = token
        sequence.tokens += 1
        if sequence.tokens == sequence.request.max_tokens:
            self.drop(sequence.key)
            return Progress(sequence.key, (token,), LENGTH)
        return Progress(sequence.key, (token,))

    def _fail(self, slot: int, error: Exception) -> Progress:
        sequence = self._running[slot]
        log.error("a generation failed after %d tokens", sequence.tokens, exc_info=error)
        self.drop(sequence.key)
        return Progress(sequence.key, problem=failed(error))

    def drop(self, key: int) -> None:
        slot = self._slots.pop(key, None)
        if slot is None:
            return
        del self._running[slot]
        if slot in self._prefilling:
            self._prefilling.remove(slot)
        self._batch.truncate(slot, 0)

    def kv_use(self) -> float:
        held = sum(sequence.length for sequence in self._running.values())
        return held / (self._batch.slots * self._batch.max_positions)

    def close(self) -> None:
        self._batch.close()
