"""The counting model of the Java tests as an engine: its first token is the sum of the prompt's ids and latents, modulo 90,
and after a token comes the next number. A step takes as many seconds as the parameter `checkpoint` says.
"""

import time

import numpy as np

from decoding.batching import BatchingEngine

FIRST = 90


def open_engine(settings):
    return BatchingEngine(CountingBatch(settings), settings.prefill_chunk, settings.end_ids)


class CountingBatch:
    def __init__(self, settings):
        self.slots, self.max_positions = settings.slots, settings.max_positions
        self.placeholder_id = settings.placeholder_id
        self._vocabulary = settings.vocabulary_size
        self._seconds = float(settings.checkpoint)
        self._weights = [0] * settings.slots

    def truncate(self, slot, length):
        if length == 0:
            self._weights[slot] = 0

    def append(self, slot, ids, latents):
        self._weights[slot] += int(ids[ids != self.placeholder_id].sum()) + int(latents.sum())
        return self._only(self._weights[slot] % FIRST)

    def step(self, slots, tokens):
        time.sleep(self._seconds)
        return np.stack([self._only(token + 1) for token in tokens])

    def _only(self, token):
        logits = np.zeros(self._vocabulary, np.float32)
        logits[token] = 1
        return logits

    def close(self):
        pass
