"""The decoder's graph in ONNX Runtime, on CPU or CUDA, with all slots' keys and values in one buffer per layer.

Past and present of a layer are one buffer, which makes `GroupQueryAttention` append in place. Neighbouring slots are
one tensor without a copy, since a tensor is no more than an address and a shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from decoding.batching import BatchingEngine, Ids
from decoding.sampling import Logits
from decoding.settings import Settings
from graph_session import cuda_device, open_session


def open_engine(settings: Settings) -> BatchingEngine:
    """Loads the graph beside the checkpoint's weights and allocates the cache."""
    session = open_session(Path(settings.graph), settings.device, settings.threads)
    return BatchingEngine(OnnxBatch(session, settings), settings.prefill_chunk, settings.end_ids)


@dataclass(frozen=True)
class _Cache:
    """Keys or values of one layer: [slots, heads, capacity, width] in one buffer."""

    past: str
    present: str
    buffer: Any
    dtype: npt.DTypeLike
    row: tuple[int, int, int]
    row_bytes: int


class OnnxBatch:
    """A session over slots."""

    def __init__(self, session: ort.InferenceSession, settings: Settings) -> None:
        self.slots, self.max_positions = settings.slots, settings.max_positions
        self.placeholder_id = settings.placeholder_id
        self._session = session
        cuda = cuda_device(settings.device)
        self._device = ("cpu", 0) if cuda is None else ("cuda", cuda)
        self._latent_width = settings.latent_width
        self._lengths = [0] * settings.slots
        # One position more than a slot may use: a run over neighbouring slots writes a position to each, and a full one
        # among them has to have a place for it that nobody reads.
        self._caches = [self._cache(past) for past in session.get_inputs() if past.name.startswith("past.")]

    def _cache(self, past: Any) -> _Cache:
        row = (int(past.shape[1]), self.max_positions + 1, int(past.shape[3]))
        dtype = np.float16 if past.type == "tensor(float16)" else np.float32
        buffer = ort.OrtValue.ortvalue_from_shape_and_type([self.slots, *row], dtype, *self._device)
        row_bytes = int(np.prod(row)) * np.dtype(dtype).itemsize
        return _Cache(past.name, past.name.replace("past.", "present."), buffer, dtype, row, row_bytes)

    def truncate(self, slot: int, length: int) -> None:
        self._lengths[slot] = length

    def append(self, slot: int, ids: Ids, latents: npt.NDArray[np.float32]) -> Logits:
        is_latent = ids == self.placeholder_id
        rows = np.where(is_latent, np.cumsum(is_latent), 0)
        after = self._lengths[slot] + ids.size
        logits = self._run(slot, np.array([after], np.int32), ids[None], rows[None], latents)
        self._lengths[slot] = after
        last: Logits = logits[0]
        return last

    def step(self, slots: list[int], tokens: list[int]) -> Logits:
        first, end = min(slots), max(slots) + 1
        # Slots in between that aren't named read token 0 behind what they hold; their length stays, so that their next
        # token overwrites it.
        ids = np.zeros((end - first, 1), np.int64)
        ids[[slot - first for slot in slots], 0] = tokens
        after = np.array(self._lengths[first:end], np.int32) + 1
        nothing = np.zeros((0, self._latent_width), np.float32)
        logits = self._run(first, after, ids, np.zeros_like(ids), nothing)
        for slot in slots:
            self._lengths[slot] += 1
        picked: Logits = logits[[slot - first for slot in slots]]
        return picked

    def _run(
        self,
        first: int,
        after: npt.NDArray[np.int32],
        ids: Ids,
        latent_rows: Ids,
        latents: npt.NDArray[np.float32],
    ) -> Logits:
        binding = self._session.io_binding()
        binding.bind_cpu_input("input_ids", np.ascontiguousarray(ids))
        binding.bind_cpu_input("latent_rows", np.ascontiguousarray(latent_rows))
        binding.bind_cpu_input("latents", np.ascontiguousarray(latents))
        binding.bind_cpu_input("seqlens_k", after - np.int32(1))
        binding.bind_cpu_input("total_sequence_length", np.array(after.max(), np.int32))
        for cache in self._caches:
            shape = [after.size, *cache.row]
            address = cache.buffer.data_ptr() + first * cache.row_bytes
            binding.bind_input(cache.past, *self._device, cache.dtype, shape, address)
            binding.bind_output(cache.present, *self._device, cache.dtype, shape, address)
        binding.bind_output("logits", "cpu")
        self._session.run_with_iobinding(binding)
        logits: Logits = binding.get_outputs()[-1].numpy()
        return logits.reshape(after.size, -1)

    def close(self) -> None:
        self._caches.clear()
        del self._session
