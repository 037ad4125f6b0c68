import numpy as np
import pytest
from decoding_fakes import (
    PLACEHOLDER,
    Rig,
    answer,
    assert_answered,
    assert_nobody_is_left,
    prompt,
    prompt_of,
    some_request,
)

from decoding.sampling import Sampling
from problems import Problem

CHUNK = 4
GAP = PLACEHOLDER
FAILED = "INTERNAL: the model failed (its log says why)"


@pytest.fixture
def rig():
    return Rig()


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

        assert [each.problem for each in refused] == ["OUT_OF_RANGE: too long", FAILED]
        assert [each.ends for each in refused] == [1, 1]
        assert_answered(running, prompt_of(1))

    def test_a_step_that_fails_altogether_fails_all_that_run_and_none_that_wait(self, rig):
        running = [rig.enter(prompt_of(2)) for _ in range(3)]
        waiting = rig.enter(prompt_of(2))
        rig.rounds(2)
        rig.engine.raising = {"step": RuntimeError("device lost")}
        rig.loop.round()
        rig.engine.raising = {}

        assert [each.problem for each in running] == [FAILED] * 3
        assert waiting.ends == 0
        rig.finish()
        assert_answered(waiting, prompt_of(2))
        assert_nobody_is_left(rig)
