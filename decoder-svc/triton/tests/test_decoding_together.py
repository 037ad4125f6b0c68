import numpy as np
import pytest
from decoding_fakes import FakeBatch, FakeSink, FaultyEngine, answer, prompt, reason

from decoding.delivery import Delivery
from decoding.loop import EngineLoop

CLOSING = "UNAVAILABLE: the model serves no more (expected: loaded)"
FAILED = "INTERNAL: the model failed (its log says why)"


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

    @pytest.mark.parametrize("method", ["start", "step", "drop"])
    def test_an_engine_that_raises_fails_its_generations_and_goes_on(self, method):
        service = Service()
        service.engine.raising = {method: RuntimeError("device lost")}
        failed = service.enter(0, prompt(1), FakeSink())
        assert failed.ended.wait(5)
        service.engine.raising = {}
        fine = service.enter(1, prompt(1), FakeSink())
        assert fine.ended.wait(5)
        service.close()

        assert failed.ends == [FAILED]
        assert (fine.ids, len(fine.ends)) == (answer(prompt(1)), 1)

    def test_closing_ends_everybody_once(self):
        service = Service()
        service.engine.step = list  # nobody gets any further
        sinks = [service.enter(key, prompt(1), FakeSink()) for key in range(20)]
        service.close()

        assert [sink.ends for sink in sinks] == [[CLOSING]] * 20
        assert service.batch.closed
