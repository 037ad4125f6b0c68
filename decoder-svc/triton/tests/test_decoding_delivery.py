import threading
import time

import pytest
from decoding_fakes import FakeSink

from decoding.delivery import Delivery
from decoding.engine import Progress
from problems import Problem

CLOSING = "UNAVAILABLE: the model serves no more (expected: loaded)"
FAILED = "INTERNAL: the model failed (its log says why)"


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


class AskedSink(FakeSink):
    """A client that counts how often it is asked whether it is there, and isn't any more after so many times."""

    def __init__(self, leaves_after_asked=None):
        super().__init__()
        self._leaves_after_asked = leaves_after_asked
        self.asked = 0
        self._changed = threading.Condition()

    def cancelled(self):
        with self._changed:
            self.asked += 1
            self._changed.notify()
            return self._leaves_after_asked is not None and self.asked >= self._leaves_after_asked

    def await_asked(self, count):
        with self._changed:
            return self._changed.wait_for(lambda: self.asked >= count, timeout=5)


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

    def test_one_whose_answer_cannot_be_finished_hears_that_it_failed(self, delivery, cancels):
        class Unfinishable(FakeSink):
            def finish(self, ids, reason, usage):
                raise MemoryError("no room for a response")

        sink, fine = Unfinishable(), FakeSink()
        delivery.add(1, sink, prompt=5)
        delivery.add(2, fine, prompt=5)
        delivery.put(Progress(1, (10,)))
        delivery.put(Progress(1, (11,), "length"))
        delivery.put(Progress(2, (20,), "length"))
        delivery.close()

        assert (sink.ids, sink.ends) == ([10], [FAILED])
        assert (fine.ids, fine.ends) == ([20], [("length", (5, 1))])

    def test_one_that_raises_at_its_end_harms_no_other(self, delivery):
        class Unreachable(FakeSink):
            def fail(self, problem):
                self.ends.append(str(problem))
                raise OSError("broken pipe")

            def finish(self, ids, reason, usage):
                raise OSError("broken pipe")

        refused, finished, left, fine = Unreachable(), Unreachable(), Unreachable(), FakeSink()
        for key, sink in enumerate((refused, finished, left, fine)):
            delivery.add(key, sink, prompt=5)
        delivery.put(Progress(0, problem=Problem("OUT_OF_RANGE", "too long")))
        delivery.put(Progress(1, (10,), "length"))
        delivery.put(Progress(3, (10,)))
        delivery.close()

        # Each was told once, in vain.
        assert (refused.ends, finished.ends, left.ends) == (["OUT_OF_RANGE: too long"], [FAILED], [CLOSING])
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

    def test_one_that_leaves_some_time_later_is_noticed(self, delivery, cancels):
        sink = AskedSink(leaves_after_asked=3)
        delivery.add(1, sink, prompt=5)

        assert cancels.await_key(1)
        delivery.close()
        assert sink.asked >= 3

    def test_one_that_was_asked_a_moment_ago_is_not_asked_again(self, cancels):
        now = 0.0
        delivery = Delivery(4, cancels, lambda: now).start()
        busy, waiting = AskedSink(), AskedSink()
        delivery.add(1, busy, prompt=5)
        delivery.add(2, waiting, prompt=5)
        delivery.put(Progress(1, (10,)))
        assert busy.await_asked(1)
        now = 0.015
        delivery.put(Progress(1, (11,)))
        assert busy.await_asked(2)
        assert waiting.asked == 0

        now = 0.025  # the first look round is due; the busy one was asked since the start
        assert waiting.await_asked(1)
        delivery.close()
        # Clients are asked in the order they came in.
        assert (busy.asked, waiting.asked) == (2, 1)

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
