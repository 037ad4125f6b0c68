from types import SimpleNamespace

import numpy as np
import pytest
from decoding_fakes import END, PLACEHOLDER, SETTINGS, answer, prompt, reason, weigh

from decoding.engine import Progress
from decoding.loop import EngineLoop
from decoding.sampling import Sampling
from decoding.vllm_engine import VllmEngine, check_takes_mixed_prompts, mixed_prompt, sampling_arguments

GAP = PLACEHOLDER


class Binding:
    """Hands our own types through."""

    def ids(self, ids):
        return ids

    def mixed(self, prompt):
        return prompt

    def sampling(self, arguments):
        return arguments


class FakeVllm:
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, *steps):
        self._steps = list(steps)
        self.added = []
        self.aborted = []
        self.error = None
        self.vllm_config = SimpleNamespace(cache_config=SimpleNamespace(num_gpu_blocks=10, block_size=4))
        self.engine_core = SimpleNamespace(shutdown=lambda: self.added.append("shutdown"))

    def add_request(self, request_id, prompt, params):
        if self.error is not None:
            raise self.error
        self.added.append((request_id, prompt, params))

    def step(self):
        return self._steps.pop(0)

    def abort_request(self, request_ids):
        self.aborted += request_ids


class CountingVllm(FakeVllm):
    """The counting model: a token for each request a step, end-of-sequence ids included."""

    def __init__(self):
        super().__init__()
        self.next = {}

    def add_request(self, request_id, prompt, params):
        self.next[request_id] = (self._weigh(prompt) % 90, params["max_tokens"])

    def _weigh(self, prompt):
        if isinstance(prompt, list):
            return sum(prompt)
        ids, is_id = np.array(prompt.ids), np.array(prompt.is_id)
        assert prompt.embeds.shape == (ids.size, 2)
        return weigh(ids[is_id], np.zeros(0)) + int(prompt.embeds[~is_id].sum())

    def step(self):
        outputs = []
        for request_id, (token, left) in list(self.next.items()):
            finish = "stop" if token == END else "length" if left == 1 else None
            self.next[request_id] = (token + 1, left - 1)
            if finish is not None:
                del self.next[request_id]
            outputs.append(output(request_id, [token], finish))
        return outputs

    def abort_request(self, request_ids):
        super().abort_request(request_ids)
        for request_id in request_ids:
            del self.next[request_id]


def output(request_id, token_ids, finish_reason=None):
    answer = SimpleNamespace(token_ids=token_ids, finish_reason=finish_reason)
    return SimpleNamespace(request_id=request_id, outputs=[answer], finished=finish_reason is not None)


def opened(*steps):
    vllm = FakeVllm(*steps)
    return vllm, VllmEngine(vllm, Binding(), SETTINGS)


class TestMixedPrompt:
    def test_has_an_id_or_a_latent_at_each_position(self):
        mixed = mixed_prompt(prompt(5, GAP, 6, GAP, GAP, latents=[1, 2, 3, 4, 5, 6]), GAP)

        assert mixed.ids == [5, GAP, 6, GAP, GAP]
        assert mixed.is_id == [True, False, True, False, False]
        assert mixed.embeds.tolist() == [[0, 0], [1, 2], [0, 0], [3, 4], [5, 6]]
        assert mixed.embeds.dtype == np.float32

    def test_of_ids_alone_is_all_zeros(self):
        mixed = mixed_prompt(prompt(5, 6, 7), GAP)

        assert mixed.is_id == [True] * 3
        assert mixed.embeds.tolist() == [[0, 0]] * 3

    def test_the_salt_is_that_of_the_latents(self):
        salts = [
            mixed_prompt(prompt(*ids, latents=latents), GAP).salt
            for ids, latents in [
                ((5, GAP), [1, 2]),
                ((6, 7, GAP), [1, 2]),
                ((5, GAP), [2, 1]),
                ((5, GAP), [1, 2.0000002]),
                ((GAP, GAP), [1, 2, 1, 2]),
                ((5,), []),
            ]
        ]

        assert salts[0] == salts[1]
        assert len(set(salts)) == 5
        assert all(salts)


class TestVersions:
    FIELDS = ("prompt_embeds", "prompt_is_token_ids", "prompt_token_ids", "cache_salt")

    def test_one_with_mixed_prompts_is_taken(self):
        check_takes_mixed_prompts(dict.fromkeys(self.FIELDS))

    @pytest.mark.parametrize("missing", [[FIELDS[1]], [FIELDS[2]], [FIELDS[1], FIELDS[2]]])
    def test_one_with_embeddings_alone_is_refused_with_what_it_lacks(self, missing):
        with pytest.raises(ValueError, match="mixed prompts") as refused:
            check_takes_mixed_prompts(dict.fromkeys(set(self.FIELDS) - set(missing)))
        assert str(refused.value) == f"vLLM: EmbedsPrompt without {missing} (expected: a version with mixed prompts)"


class TestSamplingArguments:
    def test_name_everything(self):
        request = prompt(5, max_tokens=7, sampling=Sampling(temperature=0.5, top_p=0.25, top_k=3, seed=11))

        assert sampling_arguments(request, frozenset({98, 2})) == {
            "temperature": 0.5,
            "top_p": 0.25,
            "top_k": 3,
            "seed": 11,
            "max_tokens": 7,
            "stop_token_ids": [2, 98],
            "ignore_eos": False,
            "detokenize": False,
        }

    @pytest.mark.parametrize(("seed", "expected"), [(2**63 - 1, 2**63 - 1), (2**63, 0), (2**64 - 1, 2**63 - 1)])
    def test_keep_the_seed_in_63_bits(self, seed, expected):
        request = prompt(5, sampling=Sampling(1, 1, 0, seed))

        assert sampling_arguments(request, frozenset())["seed"] == expected


class TestEngine:
    def test_adds_a_request_under_its_key(self):
        vllm, engine = opened()
        request = prompt(5, GAP, latents=[1, 2])
        engine.start(7, request)

        ((request_id, mixed, arguments),) = vllm.added
        assert (request_id, mixed.ids) == ("7", [5, GAP])
        assert arguments == sampling_arguments(request, SETTINGS.end_ids)

    def test_a_prompt_without_latents_goes_in_as_ids(self):
        vllm, engine = opened()
        engine.start(7, prompt(5, 6))

        assert [(request_id, ids) for request_id, ids, _ in vllm.added] == [("7", [5, 6])]
        assert [type(each) for each in vllm.added[0][1]] == [int, int]

    def test_tells_the_tokens_of_a_step(self):
        _, engine = opened([output("1", [10, 11]), output("2", [20])], [], [output("1", [12])])
        engine.start(1, prompt(5))
        engine.start(2, prompt(5))

        assert engine.step() == [Progress(1, (10, 11)), Progress(2, (20,))]
        assert engine.step() == []
        assert engine.step() == [Progress(1, (12,))]

    def test_tells_nothing_of_one_that_has_neither_tokens_nor_an_end(self):
        _, engine = opened([output("1", []), output("2", [20])], [output("1", [END])], [output("1", [], "stop")])
        engine.start(1, prompt(5))
        engine.start(2, prompt(5))

        assert engine.step() == [Progress(2, (20,))]
        assert engine.step() == []
        assert engine.step() == [Progress(1, reason="stop")]

    def test_keeps_end_ids_to_itself(self):
        _, engine = opened([output("1", [10, END], "stop")])
        engine.start(1, prompt(5))

        assert engine.step() == [Progress(1, (10,), "stop")]

    @pytest.mark.parametrize("finish_reason", ["stop", "length"])
    def test_tells_why_an_answer_ended(self, finish_reason):
        _, engine = opened([output("1", [10], finish_reason)])
        engine.start(1, prompt(5))

        assert engine.step() == [Progress(1, (10,), finish_reason)]

    @pytest.mark.parametrize("finish_reason", ["abort", "error", "repetition"])
    def test_any_other_reason_is_a_problem(self, finish_reason):
        _, engine = opened([output("1", [10], finish_reason)])
        engine.start(1, prompt(5))
        (progress,) = engine.step()

        assert progress.reason is None
        assert str(progress.problem) == f"UNAVAILABLE: vLLM ended it: {finish_reason} (expected: stop or length)"

    def test_tells_nothing_of_requests_that_have_ended_or_never_were(self):
        _, engine = opened([output("1", [10], "length"), output("1", [11]), output("9", [12])], [output("1", [13])])
        engine.start(1, prompt(5))

        assert engine.step() == [Progress(1, (10,), "length")]
        assert engine.step() == []

    def test_dropping_aborts_what_runs_and_only_once(self):
        vllm, engine = opened([output("1", [10], "length"), output("2", [20])], [output("2", [21])])
        engine.start(1, prompt(5))
        engine.start(2, prompt(5))
        engine.step()
        for key in (1, 2, 2, 3):
            engine.drop(key)

        assert vllm.aborted == ["2"]
        assert engine.step() == []

    def test_one_that_vllm_refuses_is_not_held(self):
        vllm, engine = opened([output("1", [10])])
        vllm.error = ValueError("too long")
        with pytest.raises(ValueError, match="too long"):
            engine.start(1, prompt(5))

        engine.drop(1)
        assert (vllm.aborted, engine.step(), engine.kv_use()) == ([], [], 0)

    def test_cache_use_is_what_its_requests_hold(self):
        _, engine = opened([output("1", [10, 11]), output("2", [20, END], "stop")])
        assert engine.kv_use() == 0
        engine.start(1, prompt(5, 6))
        engine.start(2, prompt(5, 6, 7))
        assert engine.kv_use() == 5 / 40

        engine.step()
        assert engine.kv_use() == 4 / 40
        engine.drop(1)
        assert engine.kv_use() == 0

    def test_cache_use_is_never_more_than_all(self):
        _, engine = opened()
        engine.start(1, prompt(*[1] * 50))

        assert engine.kv_use() == 1

    def test_closing_shuts_the_engine_core_down(self):
        vllm, engine = opened()
        engine.close()

        assert vllm.added == ["shutdown"]


def test_answers_as_the_loop_s_engine():
    vllm = CountingVllm()
    heard = {}
    loop = EngineLoop(VllmEngine(vllm, Binding(), SETTINGS), 3, 8, lambda each: heard[each.key].append(each))
    requests = [
        prompt(85, max_tokens=30),
        prompt(5, GAP, 7, GAP, latents=[1, 2, 3, 4], max_tokens=6),
        prompt(1, max_tokens=1),
        prompt(2, max_tokens=50),
        prompt(89, max_tokens=9),
    ]
    for key, request in enumerate(requests):
        heard[key] = []
        loop.submit(key, request, np.inf)
    for _ in range(10):
        loop.round()
    loop.cancel(3)
    for _ in range(20):
        loop.round()

    for key in (0, 1, 2, 4):
        assert [token for each in heard[key] for token in each.tokens] == answer(requests[key])
        assert [each.reason for each in heard[key] if each.last] == [reason(requests[key])]
    assert str(heard[3][-1].problem).startswith("CANCELLED: ")
    assert vllm.aborted == ["3"]
    assert (vllm.next, loop.load().kv_use) == ({}, 0)
