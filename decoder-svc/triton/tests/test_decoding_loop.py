import threading

import numpy as np
import pytest
from decoding_fakes import PLACEHOLDER, FakeBatch, FaultyEngine, Heard, Rig, answer, prompt, prompt_of, reason

from decoding.loop import EngineLoop
from decoding.problems import Problem
from decoding.sampling import Sampling

CHUNK = 4
CLOSING = "UNAVAILABLE: the model is being unloaded (expected: loaded)"
QUEUE_FULL = "RESOURCE_EXHAUSTED: generations waiting: 9 (expected: at most 8)"
GAP = PLACEHOLDER


@pytest.fixture
def rig():
    return Rig()


def some_request(random):
    ids = random.integers(0, 98, random.integers(1, 16))
    ids[random.random(ids.size) < 0.3] = GAP
    latents = random.integers(0, 5, (int((ids == GAP).sum()), 2))
    return prompt(*ids, latents=latents, max_tokens=int(random.integers(1, 30)))


def assert_answered(heard, request):
    assert (heard.tokens, heard.reason, heard.problem) == (answer(request), reason(request), None)
    assert (heard.ends, heard.after_end) == (1, 0)


def assert_nobody_is_left(rig):
    load = rig.loop.load()
    assert (load.waiting, load.running, load.kv_use) == (0, 0, 0)
    assert rig.engine.kv_use() == 0
    assert rig.batch.lengths == [0] * rig.batch.slots


class TestAnswers:
    def test_counts_up_to_the_most_that_was_asked_for(self, rig):
        heard = rig.enter(prompt(30, 10, max_tokens=3))
        rig.finish()

        assert (heard.tokens, heard.reason, heard.ends) == ([40, 41, 42], "length", 1)

    def test_counts_up_to_the_end(self, rig):
        heard = rig.enter(prompt(89, max_tokens=20))
        rig.finish()

        assert (heard.tokens, heard.reason) == ([*range(89, 98)], "stop")

    def test_an_answer_that_ends_where_it_may_is_stopped_by_its_length(self, rig):
        heard = rig.enter(prompt(89, max_tokens=9))
        rig.finish()

        assert (heard.tokens, heard.reason) == ([*range(89, 98)], "length")

    def test_an_answer_of_one_token_takes_no_step(self, rig):
        heard = rig.enter(prompt(5, max_tokens=1))
        rig.loop.round()

        assert (heard.tokens, heard.reason, rig.batch.steps) == ([5], "length", [])

    def test_fills_a_slot_to_its_last_position(self):
        rig = Rig(max_positions=20)
        heard = rig.enter(prompt_of(15, max_tokens=5))
        rig.finish()

        assert (heard.tokens, heard.reason) == ([15, 16, 17, 18, 19], "length")

    def test_many_through_few_slots(self):
        rig = Rig(slots=3, queue_limit=40)
        random = np.random.default_rng(1)
        requests = [some_request(random) for _ in range(40)]
        heard = [rig.enter(request) for request in requests]
        rig.finish()

        for each, request in zip(heard, requests, strict=True):
            assert_answered(each, request)
        assert {each.reason for each in heard} == {"stop", "length"}
        assert_nobody_is_left(rig)
        assert rig.loop.load().tokens == sum(len(answer(request)) for request in requests)

    def test_the_same_seed_gives_the_same_tokens_whoever_runs_beside(self):
        def sampled(others, seed):
            rig = Rig()
            rig.batch.peak = 2
            for _ in range(others):
                rig.enter(prompt_of(3, max_tokens=20))
            heard = rig.enter(prompt(1, max_tokens=5, sampling=Sampling(1, 1, 0, seed)))
            rig.finish()
            return heard.tokens

        assert sampled(2, 42) == sampled(0, 42) != sampled(0, 43)


class TestBatching:
    def test_a_long_prompt_costs_the_others_one_chunk_between_two_tokens(self, rig):
        running = rig.enter(prompt_of(1, max_tokens=50))
        rig.loop.round()
        rig.enter(prompt_of(10 * CHUNK))

        for _ in range(10):
            before = len(running.tokens)
            rig.loop.round()
            assert len(running.tokens) == before + 1
        assert len(rig.batch.appends) == 11
        assert all(len(ids) <= CHUNK for _, ids, _ in rig.batch.appends)

    def test_long_prompts_take_turns(self, rig):
        rig.enter(prompt_of(3 * CHUNK))
        rig.enter(prompt_of(3 * CHUNK))
        rig.rounds(6)

        assert [slot for slot, _, _ in rig.batch.appends] == [0, 1, 0, 1, 0, 1]

    def test_every_chunk_gets_exactly_its_latents(self, rig):
        request = prompt(5, GAP, GAP, GAP, GAP, GAP, 6, GAP, 7, latents=range(1, 13), max_tokens=1)
        heard = rig.enter(request)
        rig.rounds(3)

        assert rig.batch.appends == [
            (0, [5, GAP, GAP, GAP], [1, 2, 3, 4, 5, 6]),
            (0, [GAP, GAP, 6, GAP], [7, 8, 9, 10, 11, 12]),
            (0, [7], []),
        ]
        assert heard.tokens == [(5 + 6 + 7 + 78) % 90]

    def test_all_that_decode_share_a_step(self, rig):
        for _ in range(3):
            rig.enter(prompt_of(1, max_tokens=50))
        rig.rounds(4)

        assert rig.batch.steps == [[0], [0, 1], [0, 1, 2], [0, 1, 2]]

    def test_who_comes_takes_the_slot_of_who_has_left(self, rig):
        requests = [prompt(10, max_tokens=20), prompt(20, max_tokens=2), prompt(30, max_tokens=20)]
        heard = [rig.enter(request) for request in requests]
        rig.rounds(3)
        requests.append(prompt(40, max_tokens=5))
        heard.append(rig.enter(requests[-1]))
        rig.finish()

        assert [slot for slot, _, _ in rig.batch.appends] == [0, 1, 2, 1]
        for each, request in zip(heard, requests, strict=True):
            assert_answered(each, request)

    def test_cache_use_is_what_the_slots_hold(self, rig):
        rig.enter(prompt_of(6, max_tokens=50))
        rig.loop.round()
        assert rig.loop.load().kv_use == 4 / 1200

        rig.rounds(2)
        assert rig.loop.load().kv_use == 8 / 1200


class TestFailures:
    def test_the_one_whose_step_fails_fails_alone(self, rig):
        heard = [rig.enter(prompt_of(1)) for _ in range(3)]
        rig.rounds(4)
        rig.batch.failing = {1}
        rig.loop.round()
        rig.batch.failing = set()

        assert rig.batch.lengths == [6, 0, 4]
        rig.finish()
        assert heard[1].problem.startswith("INTERNAL: ")
        assert heard[1].tokens == [1, 2, 3, 4]
        assert_answered(heard[0], prompt_of(1))
        assert_answered(heard[2], prompt_of(1))
        assert_nobody_is_left(rig)

    def test_the_one_whose_prefill_fails_fails_alone_and_its_slot_is_used_again(self, rig):
        running = rig.enter(prompt_of(1, max_tokens=20))
        rig.loop.round()
        rig.batch.failing = {1}
        failing = rig.enter(prompt_of(2))
        rig.loop.round()
        rig.batch.failing = set()
        following = rig.enter(prompt_of(2))
        rig.finish()

        assert failing.problem.startswith("INTERNAL: ")
        assert [slot for slot, _, _ in rig.batch.appends] == [0, 1, 1]
        assert_answered(running, prompt_of(1, max_tokens=20))
        assert_answered(following, prompt_of(2))

    def test_logits_that_make_no_sense_fail_their_generation_alone(self, rig):
        garbled, fine = rig.enter(prompt_of(1)), rig.enter(prompt_of(1))
        rig.loop.round()
        rig.batch.garbled = {0}
        rig.finish()

        assert garbled.problem == "INTERNAL: logits[0]: nan (expected: a finite number)"
        assert_answered(fine, prompt_of(1))
        assert_nobody_is_left(rig)

    def test_an_engine_that_cannot_start_one_goes_on_with_the_others(self, rig):
        running = rig.enter(prompt_of(1))
        rig.loop.round()
        refused = []
        for error in (Problem("OUT_OF_RANGE", "too long"), MemoryError("no room")):
            rig.engine.raising = {"start": error}
            refused.append(rig.enter(prompt_of(1)))
            rig.loop.round()
        rig.engine.raising = {}
        rig.finish()

        assert [each.problem for each in refused] == ["OUT_OF_RANGE: too long", "INTERNAL: MemoryError: no room"]
        assert [each.ends for each in refused] == [1, 1]
        assert_answered(running, prompt_of(1))

    def test_a_step_that_fails_altogether_fails_all_that_run_and_none_that_wait(self, rig):
        running = [rig.enter(prompt_of(2)) for _ in range(3)]
        waiting = rig.enter(prompt_of(2))
        rig.rounds(2)
        rig.engine.raising = {"step": RuntimeError("device lost")}
        rig.loop.round()
        rig.engine.raising = {}

        assert [each.problem for each in running] == ["INTERNAL: RuntimeError: device lost"] * 3
        assert waiting.ends == 0
        rig.finish()
        assert_answered(waiting, prompt_of(2))
        assert_nobody_is_left(rig)


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
        assert (rig.loop.load().running, rig.loop.load().waiting) == (0, 0)

    def test_refuses_whoever_comes_afterwards(self, rig):
        rig.loop.start()
        rig.loop.close()

        with pytest.raises(Problem) as refused:
            rig.enter(prompt_of(1))
        assert str(refused.value) == CLOSING
        rig.loop.cancel(0)

    def test_closes_twice(self, rig):
        rig.loop.start()
        rig.loop.close()
        rig.loop.close()

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_all_hear_an_end_even_if_the_engine_fails_to_let_one_go(self, rig):
        heard = [rig.enter(prompt_of(100)) for _ in range(4)]
        rig.loop.round()
        rig.engine.raising = {"drop": RuntimeError("device lost")}
        rig.loop.cancel(0)
        rig.loop.start()
        rig.loop.close()

        assert [each.ends for each in heard] == [1] * 4


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
