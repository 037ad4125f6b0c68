import threading

import numpy as np
import pytest
from decoding_fakes import (
    FakeBatch,
    FaultyEngine,
    Heard,
    Rig,
    answer,
    assert_answered,
    assert_nobody_is_left,
    prompt,
    prompt_of,
    some_request,
)

from decoding.loop import EngineLoop
from problems import Problem

CHUNK = 4
CLOSING = "UNAVAILABLE: the model serves no more (expected: loaded)"
QUEUE_FULL = "RESOURCE_EXHAUSTED: generations waiting: 9 (expected: at most 8)"


@pytest.fixture
def rig():
    return Rig()


class TestAdmission:
    def test_as_many_as_may_run_and_wait_and_no_more(self, rig):
        for _ in range(3 + 8):
            rig.enter(prompt_of(1))

        with pytest.raises(Problem) as refused:
            rig.enter(prompt_of(1))
        assert str(refused.value) == QUEUE_FULL
        rig.loop.round()
        with pytest.raises(Problem, match="RESOURCE_EXHAUSTED"):
            rig.enter(prompt_of(1))

    def test_room_is_where_one_would_be_admitted_and_asking_takes_none(self, rig):
        for _ in range(3 + 8):
            rig.loop.check_room()
            rig.loop.check_room()
            rig.enter(prompt_of(1))

        with pytest.raises(Problem) as refused:
            rig.loop.check_room()
        assert str(refused.value) == QUEUE_FULL
        rig.loop.cancel(0)
        rig.loop.round()
        rig.loop.check_room()

    def test_a_place_that_is_free_again_is_taken(self, rig):
        heard = [rig.enter(prompt_of(1)) for _ in range(3 + 8)]
        rig.loop.round()
        rig.loop.cancel(5)
        rig.loop.round()
        heard[5] = rig.enter(prompt_of(1))
        rig.finish()

        for each in heard:
            assert_answered(each, prompt_of(1))

    def test_who_came_first_runs_first(self):
        rig = Rig(slots=1)
        heard = [rig.enter(prompt_of(1, max_tokens=2)) for _ in range(3)]

        assert [ended_after(rig, each) for each in heard] == [1, 1, 1]


def ended_after(rig, heard):
    for count in range(100):
        if heard.ends:
            return count
        rig.loop.round()
    return None


class TestLeaving:
    def test_cancelling_frees_the_slot_in_the_next_round(self, rig):
        prefilling, running = rig.enter(prompt_of(10 * CHUNK)), rig.enter(prompt_of(1))
        rig.rounds(3)
        assert rig.batch.lengths == [2 * CHUNK, 3, 0]

        rig.loop.cancel(0)
        rig.loop.cancel(1)
        rig.loop.round()

        assert prefilling.problem == "CANCELLED: cancelled after 0 tokens"
        assert running.problem == "CANCELLED: cancelled after 3 tokens"
        assert_nobody_is_left(rig)

    def test_cancelling_twice_too_late_or_nobody_does_nothing(self, rig):
        rig.loop.cancel(0)
        rig.loop.round()
        heard = rig.enter(prompt_of(1, max_tokens=1))
        rig.loop.cancel(7)
        rig.loop.round()
        rig.loop.cancel(0)
        rig.loop.cancel(0)
        rig.loop.round()

        assert_answered(heard, prompt_of(1, max_tokens=1))

    def test_a_deadline_that_passes_frees_the_slot(self, rig):
        heard = rig.enter(prompt_of(1, max_tokens=50), deadline=10)
        rig.now = 9.9
        rig.rounds(2)
        rig.now = 10.0
        rig.loop.round()

        assert heard.problem == "DEADLINE_EXCEEDED: deadline passed after 3 tokens (expected: all in time)"
        assert_nobody_is_left(rig)

    def test_who_is_cancelled_or_late_while_waiting_never_reaches_the_batch(self, rig):
        for _ in range(3):
            rig.enter(prompt_of(1, max_tokens=300))
        rig.loop.round()
        late, cancelled = rig.enter(prompt_of(2), deadline=1), rig.enter(prompt_of(2))
        rig.loop.cancel(4)
        rig.now = 1
        rig.loop.round()

        assert late.problem == "DEADLINE_EXCEEDED: deadline passed after 0 tokens (expected: all in time)"
        assert cancelled.problem == "CANCELLED: cancelled after 0 tokens"
        assert rig.loop.load().waiting == 0
        assert all(len(ids) == 1 for _, ids, _ in rig.batch.appends)


class TestClosing:
    def test_fails_all_that_run_or_wait_and_closes_the_engine(self, rig):
        heard = [rig.enter(prompt_of(100)) for _ in range(6)]
        rig.loop.round()
        rig.engine.step = list  # from now on nobody gets any further
        rig.loop.start()
        rig.loop.close()

        assert [each.problem for each in heard] == [CLOSING] * 6
        assert [each.ends for each in heard] == [1] * 6
        assert rig.batch.closed
        assert rig.deaths == 0
        assert (rig.loop.load().running, rig.loop.load().waiting) == (0, 0)

    def test_refuses_whoever_comes_afterwards(self, rig):
        rig.loop.start()
        rig.loop.close()

        with pytest.raises(Problem) as refused:
            rig.enter(prompt_of(1))
        assert str(refused.value) == CLOSING
        with pytest.raises(Problem) as refused:
            rig.loop.check_room()
        assert str(refused.value) == CLOSING
        rig.loop.cancel(0)

    def test_closes_twice(self, rig):
        rig.loop.start()
        rig.loop.close()
        rig.loop.close()

    def test_all_hear_an_end_even_if_the_engine_fails_to_let_one_go(self, rig):
        heard = [rig.enter(prompt_of(100)) for _ in range(4)]
        rig.loop.round()
        rig.engine.raising = {"drop": RuntimeError("device lost")}
        rig.loop.cancel(0)
        rig.loop.start()
        rig.loop.close()

        assert [each.ends for each in heard] == [1] * 4


class TestDying:
    @pytest.fixture
    def dead(self, rig):
        """A loop that died while three ran and three waited."""
        for _ in range(6):
            rig.enter(prompt_of(100))
        rig.engine.raising = {"kv_use": RuntimeError("device lost")}
        rig.loop.start()
        assert rig.died.wait(5)
        rig.loop.close()
        return rig

    def test_is_told_once_and_all_hear_an_end(self, dead):
        heard = dead.heard.values()

        assert dead.deaths == 1
        assert [(each.problem, each.ends, each.after_end) for each in heard] == [(CLOSING, 1, 0)] * 6
        assert (dead.loop.load().running, dead.loop.load().waiting) == (0, 0)
        assert dead.batch.closed

    def test_refuses_whoever_comes_afterwards(self, dead):
        with pytest.raises(Problem) as refused:
            dead.enter(prompt_of(1))
        assert str(refused.value) == CLOSING
        assert dead.deaths == 1


class TestAnyOrder:
    @pytest.mark.parametrize("seed", range(20))
    def test_every_generation_ends_once_and_tells_only_what_is_right(self, seed):
        random = np.random.default_rng(seed)
        rig = Rig(slots=int(random.integers(1, 5)), queue_limit=int(random.integers(1, 6)))
        requests = []
        for _ in range(150):
            self.happen(random, rig, requests)
            load = rig.loop.load()
            assert load.running <= rig.batch.slots
            assert load.running + load.waiting == sum(heard.ends == 0 for heard in rig.heard.values())
            rig.loop.round()
        rig.batch.failing = set()
        rig.batch.garbled = set()
        rig.engine.raising = {}
        rig.finish()

        assert_nobody_is_left(rig)
        assert len(rig.heard) == len(requests) > 10
        for heard, request in zip(rig.heard.values(), requests, strict=True):
            assert (heard.ends, heard.after_end) == (1, 0)
            assert heard.tokens == answer(request)[: len(heard.tokens)]
            if heard.problem is None:
                assert_answered(heard, request)
        assert rig.loop.load().tokens == sum(len(heard.tokens) for heard in rig.heard.values())

    def happen(self, random, rig, requests):
        rig.now += random.random()
        slots = {int(random.integers(rig.batch.slots))}
        rig.batch.failing = slots if random.random() < 0.05 else set()
        rig.batch.garbled = slots if random.random() < 0.05 else set()
        rig.engine.raising = {method: RuntimeError(method) for method in ("start", "step") if random.random() < 0.02}
        for _ in range(random.integers(3)):
            request = some_request(random)
            deadline = rig.now + random.uniform(2, 60)
            try:
                rig.enter(request, deadline)
            except Problem as full:
                assert full.code == "RESOURCE_EXHAUSTED"  # noqa: PT017 - it may as well be admitted
            else:
                requests.append(request)
        if rig.heard and random.random() < 0.1:
            rig.loop.cancel(int(random.integers(len(rig.heard))))


def test_the_loop_runs_in_its_own_thread_until_it_is_closed():
    heard = {key: Heard() for key in range(12)}
    batch = FakeBatch(slots=2)
    everybody = threading.Event()

    def hear(progress):
        heard[progress.key].tokens += progress.tokens
        heard[progress.key].ends += progress.last
        if all(each.ends for each in heard.values()):
            everybody.set()

    loop = EngineLoop(FaultyEngine(batch), slots=2, queue_limit=10, deliver=hear).start()
    for key in heard:
        loop.submit(key, prompt(key, max_tokens=7), np.inf)

    assert everybody.wait(5)
    loop.close()
    assert [each.tokens for each in heard.values()] == [answer(prompt(key, max_tokens=7)) for key in heard]
    assert batch.closed
