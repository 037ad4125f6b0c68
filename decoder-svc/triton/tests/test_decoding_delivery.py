import threading
import time

import numpy as np
import pytest
from decoding_fakes import FakeBatch, FakeSink, FaultyEngine, answer, prompt, reason

from decoding.delivery import Delivery
from decoding.engine import Progress
from decoding.loop import EngineLoop
from decoding.problems import Problem

CLOSING = "UNAVAILABLE: the model is being unloaded (expected: loaded)"


class Cancels:
    """Who was cancelled, and how often."""

    def __init__(self):
        self.keys = []
        self.changed = threading.Condition()

    def __call__(self, key):
        with self.changed:
            self.keys.append(key)
            self.changed.notify()

    def await_key(self, key):
        with self.changed:
            return self.changed.wait_for(lambda: key in self.keys, timeout=5)


@pytest.fixture
def cancels():
    return Cancels()


@pytest.fixture
def delivery(cancels):
    return Delivery(4, cancels).start()


class TestSending:
    def test_sends_tokens_and_the_end_in_order(self, delivery, cancels):
        sink = FakeSink()
        delivery.add(1, sink, prompt=5)
        for progress in (Progress(1, (10, 11)), Progress(1), Progress(1, (12,), "length")):
            delivery.put(progress)
        delivery.close()

        assert sink.ids == [10, 11, 12]
        assert sink.ends == [("length", (5, 3))]
        assert cancels.keys == []

    def test_an_end_without_a_token_counts_those_before(self, delivery):
        sink = FakeSink()
        delivery.add(1, sink, prompt=5)
        delivery.put(Progress(1, (10,)))
        delivery.put(Progress(1, reason="stop"))
        delivery.close()

        assert sink.ends == [("stop", (5, 1))]

    def test_sends_a_problem_as_the_end(self, delivery):
        sink = FakeSink()
        delivery.add(1, sink, prompt=5)
        delivery.put(Progress(1, problem=Problem("OUT_OF_RANGE", "too long")))
        delivery.close()

        assert sink.ends == ["OUT_OF_RANGE: too long"]

    def test_each_gets_its_own(self, delivery):
        sinks = {key: FakeSink() for key in range(5)}
        for key, sink in sinks.items():
            delivery.add(key, sink, prompt=key)
        for step in range(3):
            for key in sinks:
                delivery.put(Progress(key, (10 * key + step,)))
        for key in sinks:
            delivery.put(Progress(key, reason="stop"))
        delivery.close()

        for key, sink in sinks.items():
            assert sink.ids == [10 * key, 10 * key + 1, 10 * key + 2]
            assert sink.ends == [("stop", (key, 3))]

    def test_hears_nothing_after_its_end(self, delivery):
        sink = FakeSink()
        delivery.add(1, sink, prompt=5)
        delivery.put(Progress(1, (10,), "length"))
        delivery.put(Progress(1, (11,)))
        delivery.put(Progress(1, (12,), "length"))
        delivery.close()

        assert (sink.ids, len(sink.ends)) == ([10], 1)

    def test_nobody_hears_what_is_not_for_a_client(self, delivery):
        forgotten = FakeSink()
        delivery.add(1, forgotten, prompt=5)
        delivery.forget(1)
        delivery.forget(2)
        delivery.put(Progress(1, (10,), "length"))
        delivery.put(Progress(7, (10,)))
        delivery.close()

        assert (forgotten.ids, forgotten.ends) == ([], [])


class TestClients:
    def test_one_that_raises_is_cancelled_and_harms_no_other(self, delivery, cancels):
        broken, fine = FakeSink(fails_at=1), FakeSink()
        delivery.add(1, broken, prompt=5)
        delivery.add(2, fine, prompt=5)
        for token in (10, 11):
            delivery.put(Progress(1, (token,)))
            delivery.put(Progress(2, (token,)))
        assert cancels.await_key(1)
        delivery.put(Progress(1, problem=Problem("CANCELLED", "cancelled after 2 tokens")))
        delivery.put(Progress(2, reason="stop"))
        delivery.close()

        assert (broken.ids, broken.ends) == ([10], ["CANCELLED: cancelled after 2 tokens"])
        assert (fine.ids, fine.ends) == ([10, 11], [("stop", (5, 2))])
        assert 2 not in cancels.keys

    def test_one_that_raises_at_its_end_harms_no_other(self, delivery):
        class Unreachable(FakeSink):
            def fail(self, problem):
                raise OSError("broken pipe")

            finish = fail

        fine = FakeSink()
        delivery.add(1, Unreachable(), prompt=5)
        delivery.add(2, Unreachable(), prompt=5)
        delivery.add(3, fine, prompt=5)
        delivery.put(Progress(1, problem=Problem("OUT_OF_RANGE", "too long")))
        delivery.put(Progress(3, (10,)))
        delivery.close()

        assert (fine.ids, fine.ends) == ([10], [CLOSING])

    def test_one_that_leaves_is_cancelled_after_the_token_it_leaves_at(self, delivery, cancels):
        sink = FakeSink(leaves_after=2)
        delivery.add(1, sink, prompt=5)
        delivery.put(Progress(1, (10,)))
        delivery.put(Progress(1, (11,)))
        assert cancels.await_key(1)
        delivery.put(Progress(1, problem=Problem("CANCELLED", "cancelled after 2 tokens")))
        delivery.close()

        assert (sink.ids, sink.ends) == ([10, 11], ["CANCELLED: cancelled after 2 tokens"])

    def test_one_that_leaves_before_anything_is_sent_is_noticed(self, delivery, cancels):
        delivery.add(1, FakeSink(), prompt=5)
        delivery.add(2, FakeSink(leaves_after=0), prompt=5)

        assert cancels.await_key(2)
        delivery.close()
        assert 1 not in cancels.keys

    def test_one_that_cannot_be_asked_has_left(self, delivery, cancels):
        class Unreachable(FakeSink):
            def cancelled(self):
                raise OSError("broken pipe")

        delivery.add(1, Unreachable(), prompt=5)

        assert cancels.await_key(1)
        delivery.close()

    def test_one_that_leaves_while_it_waits_is_noticed_however_busy_the_others_are(self, delivery, cancels):
        delivery.add(1, FakeSink(leaves_after=0), prompt=5)
        noticed, over = [], threading.Event()
        late = time.monotonic() + 0.3  # many times the interval between two looks

        def go_on():
            if 1 in cancels.keys:
                noticed.append(1)
            if noticed or time.monotonic() > late:
                over.set()
            else:
                delivery.put(Progress(2, (10,)))

        delivery.add(2, FakeSink(on_tokens=go_on), prompt=5)
        delivery.put(Progress(2, (10,)))
        assert over.wait(5)
        delivery.close()

        assert noticed


class TestClosing:
    def test_sends_what_is_queued_and_ends_whoever_is_left(self, delivery):
        ended, left = FakeSink(), FakeSink()
        delivery.add(1, ended, prompt=5)
        delivery.add(2, left, prompt=5)
        delivery.put(Progress(2, (10,)))
        delivery.put(Progress(1, (11,), "length"))
        delivery.close()

        assert (ended.ids, ended.ends) == ([11], [("length", (5, 1))])
        assert (left.ids, left.ends) == ([10], [CLOSING])


class Service:
    """The loop and the delivery, each in its thread, as the model puts them together."""

    def __init__(self, slots=2, queue_limit=40):
        self.batch = FakeBatch(slots)
        self.engine = FaultyEngine(self.batch)
        self.delivery = Delivery(slots, lambda key: self.loop.cancel(key))
        self.loop = EngineLoop(self.engine, slots, queue_limit, self.delivery.put)
        self.delivery.start()
        self.loop.start()

    def enter(self, key, request, sink):
        self.delivery.add(key, sink, request.ids.size)
        self.loop.submit(key, request, np.inf)
        return sink

    def close(self):
        self.loop.close()
        self.delivery.close()


class TestTogether:
    def test_everybody_gets_their_answer_beside_those_who_break_and_leave(self):
        service = Service()
        requests = [prompt(*[key] * (1 + key % 9), max_tokens=20) for key in range(30)]
        sinks = [
            FakeSink(fails_at=3 if key % 5 == 1 else None, leaves_after=2 if key % 5 == 2 else None)
            for key in range(30)
        ]
        for key, (request, sink) in enumerate(zip(requests, sinks, strict=True)):
            service.enter(key, request, sink)

        assert all(sink.ended.wait(5) for sink in sinks)
        service.close()
        assert all(len(sink.ends) == 1 for sink in sinks)
        for key, (request, sink) in enumerate(zip(requests, sinks, strict=True)):
            expected = answer(request)
            if key % 5 not in (1, 2):
                assert sink.ids == expected
                assert sink.ends == [(reason(request), (request.ids.size, len(expected)))]
            else:
                assert sink.ids == expected[: len(sink.ids)]
        assert service.batch.lengths == [0, 0]

    def test_what_is_computed_for_one_that_has_left_is_a_step_or_two(self):
        service = Service(slots=1)
        sink = service.enter(0, prompt(0, max_tokens=90), FakeSink(leaves_after=5))

        assert sink.ended.wait(5)
        service.close()
        assert sink.ends[0].startswith("CANCELLED: cancelled after ")
        # One token in the queue, and one that waits for room in it; the first token comes without a step.
        assert len(service.batch.steps) + 1 <= 5 + 2

    @pytest.mark.parametrize("method", ["start", "step"])
    def test_an_engine_that_raises_fails_its_generations_and_goes_on(self, method):
        service = Service()
        service.engine.raising = {method: RuntimeError("device lost")}
        failed = service.enter(0, prompt(1), FakeSink())
        assert failed.ended.wait(5)
        service.engine.raising = {}
        fine = service.enter(1, prompt(1), FakeSink())
        assert fine.ended.wait(5)
        service.close()

        assert failed.ends == ["INTERNAL: RuntimeError: device lost"]
        assert (fine.ids, len(fine.ends)) == (answer(prompt(1)), 1)

    def test_closing_ends_everybody_once(self):
        service = Service()
        service.engine.step = list  # nobody gets any further
        sinks = [service.enter(key, prompt(1), FakeSink()) for key in range(20)]
        service.close()

        assert [sink.ends for sink in sinks] == [[CLOSING]] * 20
        assert service.batch.closed
