"""A model that can be worked out by hand, and fakes around it.

The counting model's first token is the sum of the prompt's ids and of all latents, modulo 90; after a token comes the
next number, and after 97 the end.
"""

import threading
from dataclasses import dataclass, field

import numpy as np

from decoding.batching import BatchingEngine
from decoding.loop import EngineLoop
from decoding.request import Request
from decoding.sampling import Sampling
from decoding.settings import Settings

VOCABULARY = 100
PLACEHOLDER = 99
END = 98
FIRST = 90
WIDTH = 2
GREEDY = Sampling(0, 1, 0, 0)
SETTINGS = Settings(
    fingerprint="abc",
    engine="counting",
    checkpoint="checkpoint",
    graph="checkpoint/decoder.onnx",
    gpu_memory=0.9,
    device="cpu",
    threads=0,
    slots=3,
    queue_limit=8,
    max_positions=400,
    prefill_chunk=4,
    vocabulary_size=VOCABULARY,
    latent_width=WIDTH,
    placeholder_id=PLACEHOLDER,
    end_ids=frozenset({END}),
)


def weigh(ids, latents):
    return int(ids[ids != PLACEHOLDER].sum()) + int(latents.sum())


def prompt(*ids, latents=(), max_tokens=10, sampling=GREEDY):
    rows = np.array(latents, np.float32).reshape(-1, WIDTH)
    return Request(np.array(ids, np.int64), rows, max_tokens, sampling)


def prompt_of(length, max_tokens=10):
    return prompt(*[1] * length, max_tokens=max_tokens)


def answer(request):
    first = weigh(request.ids, request.latents) % FIRST
    return list(range(first, min(END, first + request.max_tokens)))


def reason(request):
    return "length" if len(answer(request)) == request.max_tokens else "stop"


def some_request(random):
    ids = random.integers(0, 98, random.integers(1, 16))
    ids[random.random(ids.size) < 0.3] = PLACEHOLDER
    latents = random.integers(0, 5, (int((ids == PLACEHOLDER).sum()), 2))
    return prompt(*ids, latents=latents, max_tokens=int(random.integers(1, 30)))


class FakeBatch:
    """The counting model, slot by slot; fails when it is told to and when it is used wrongly."""

    def __init__(self, slots=3, max_positions=400):
        self.slots, self.max_positions, self.placeholder_id = slots, max_positions, PLACEHOLDER
        self.lengths = [0] * slots
        self.weights = [0] * slots
        self.appends = []
        self.steps = []
        self.failing = set()
        self.garbled = set()
        self.peak = 20
        """How much surer the model is of its choice than of any other."""
        self.closed = False

    def truncate(self, slot, length):
        check(length <= self.lengths[slot], f"truncate to {length} of {self.lengths[slot]}")
        self.lengths[slot] = length
        if length == 0:
            self.weights[slot] = 0

    def append(self, slot, ids, latents):
        check(ids.dtype == np.int64, ids.dtype)
        rows = int((ids == PLACEHOLDER).sum())
        check(latents.shape == (rows, WIDTH), f"{rows} rows, {latents.shape}")
        self.appends.append((slot, ids.tolist(), latents.ravel().tolist()))
        self._grow([slot], ids.size)
        self.weights[slot] += weigh(ids, latents)
        return self._logits(slot, self.weights[slot] % FIRST)

    def step(self, slots, tokens):
        check(slots and len(slots) == len(tokens), f"step of {len(slots)}")
        check(len(set(slots)) == len(slots), "a slot twice")
        self.steps.append(list(slots))
        self._grow(slots, 1)
        return np.stack([self._logits(slot, token + 1) for slot, token in zip(slots, tokens, strict=True)])

    def _grow(self, slots, count):
        check(not self.closed, "used after close")
        for slot in slots:
            self.lengths[slot] += count
            check(self.lengths[slot] <= self.max_positions, f"slot {slot} is full")
        # Only now, as a graph may fail after it has written some of its cache.
        check(self.failing.isdisjoint(slots), f"slots {slots}")

    def _logits(self, slot, token):
        logits = np.zeros(VOCABULARY, np.float32)
        logits[token % VOCABULARY] = self.peak
        if slot in self.garbled:
            logits[0] = np.nan
        return logits

    def close(self):
        self.closed = True


def check(holds, detail):
    if not holds:
        raise RuntimeError(f"batch: {detail}")


class FaultyEngine(BatchingEngine):
    """The counting engine, whose methods raise when they are told to."""

    def __init__(self, batch, chunk=4):
        super().__init__(batch, chunk, frozenset({END}))
        self.raising = {}
        """Errors by the name of the method that raises them."""
        self.steps = 0

    def start(self, key, request):
        self._raise("start")
        super().start(key, request)

    def step(self):
        self.steps += 1
        self._raise("step")
        return super().step()

    def drop(self, key):
        super().drop(key)
        self._raise("drop")

    def kv_use(self):
        self._raise("kv_use")
        return super().kv_use()

    def _raise(self, method):
        if method in self.raising:
            raise self.raising[method]


@dataclass
class Heard:
    """All that was told of one generation."""

    tokens: list = field(default_factory=list)
    reason: str | None = None
    problem: str | None = None
    ends: int = 0
    after_end: int = 0


class Rig:
    """A loop over the counting model that is driven round by round, with a clock that stands still."""

    def __init__(self, slots=3, queue_limit=8, max_positions=400):
        self.batch = FakeBatch(slots, max_positions)
        self.engine = FaultyEngine(self.batch)
        self.heard = {}
        self.now = 0.0
        self.deaths = 0
        self.died = threading.Event()
        self.loop = EngineLoop(self.engine, slots, queue_limit, self._hear, lambda: self.now, self._die)

    def _die(self):
        self.deaths += 1
        self.died.set()

    def _hear(self, progress):
        heard = self.heard[progress.key]
        heard.after_end += heard.ends > 0
        heard.tokens += progress.tokens
        if progress.last:
            heard.ends += 1
            heard.reason = progress.reason
            heard.problem = None if progress.problem is None else str(progress.problem)

    def enter(self, request, deadline=np.inf):
        key = len(self.heard)
        self.loop.submit(key, request, deadline)
        self.heard[key] = Heard()
        return self.heard[key]

    def rounds(self, count):
        for _ in range(count):
            self.loop.round()

    def finish(self):
        """Goes round until nobody is left."""
        for _ in range(10_000):
            load = self.loop.load()
            if load.waiting + load.running == 0:
                return
            self.loop.round()
        raise AssertionError(f"somebody never ends: {load}")


def assert_answered(heard, request):
    assert (heard.tokens, heard.reason, heard.problem) == (answer(request), reason(request), None)
    assert (heard.ends, heard.after_end) == (1, 0)


def assert_nobody_is_left(rig):
    load = rig.loop.load()
    assert (load.waiting, load.running, load.kv_use) == (0, 0, 0)
    assert rig.engine.kv_use() == 0
    assert rig.batch.lengths == [0] * rig.batch.slots


class FakeSink:
    """A client that remembers what it was told, and misbehaves as it is told to."""

    def __init__(self, fails_at=None, leaves_after=None, on_tokens=lambda: None):
        self._fails_at, self._leaves_after, self._on_tokens = fails_at, leaves_after, on_tokens
        self.ids = []
        self.ends = []
        self.ended = threading.Event()

    def tokens(self, ids):
        if self.ends:
            self._end("tokens after the end")
        if self._fails_at is not None and len(self.ids) >= self._fails_at:
            raise OSError("broken pipe")
        self.ids += ids
        self._on_tokens()

    def finish(self, ids, reason, usage):
        self.ids += ids
        self._end((reason, usage))

    def fail(self, problem):
        self._end(str(problem))

    def _end(self, end):
        self.ends.append(end)
        self.ended.set()

    def cancelled(self):
        return self._leaves_after is not None and len(self.ids) >= self._leaves_after
