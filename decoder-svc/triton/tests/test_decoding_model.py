import importlib.util
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from decoding_fakes import SETTINGS, FakeBatch, FaultyEngine

MODEL = Path(__file__).parents[1] / "model_repository" / "lclm_decoder" / "1" / "model.py"
FINAL = 1
CLOSING = "UNAVAILABLE: the model serves no more (expected: loaded)"
QUEUE_FULL = "RESOURCE_EXHAUSTED: generations waiting: 9 (expected: at most 8)"
FAILED = "INTERNAL: the model failed (its log says why)"


class FakeSender:
    """Remembers what was sent, and counts the responses marked final and whatever follows one."""

    def __init__(self, broken=False):
        self._broken = broken
        self.responses = []
        self.finals = 0
        self.ended = threading.Event()

    def send(self, response, flags=0):
        if self._broken:
            raise OSError("broken pipe")
        self.responses.append(response)
        if flags == FINAL or self.ended.is_set():
            self.finals += 1
            self.ended.set()

    def is_cancelled(self):
        return False


class FakeRequest:
    def __init__(self, timeout=0, broken=False, parameters="{}", **tensors):
        tensors = {
            "INPUT_IDS": np.array([7], np.int64),
            "MAX_TOKENS": np.array([3], np.int32),
            "TEMPERATURE": np.array([0], np.float32),
            "TOP_P": np.array([1], np.float32),
            "TOP_K": np.array([0], np.int32),
            "SEED": np.array([0], np.uint64),
            **tensors,
        }
        self._tensors = [named(name, values) for name, values in tensors.items()]
        self._timeout, self._parameters = timeout, parameters
        self.sender = FakeSender(broken)

    def inputs(self):
        return self._tensors

    def parameters(self):
        return self._parameters

    def timeout(self):
        return self._timeout

    def get_response_sender(self):
        return self.sender

    @property
    def answer(self):
        """Everything that was sent, by name, and the error."""
        assert self.sender.ended.wait(5)
        assert self.sender.finals == 1
        sent = {}
        for response in self.sender.responses:
            for tensor in response.outputs:
                sent.setdefault(tensor.name(), []).extend(tensor.as_numpy().tolist())
        return sent, self.sender.responses[-1].error


class Unreadable(FakeRequest):
    def inputs(self):
        raise RuntimeError("shared memory is gone")


def named(name, values):
    return SimpleNamespace(name=lambda: name, as_numpy=lambda: values)


class FakeFamily:
    GAUGE, COUNTER = range(2)

    def __init__(self, name, description, kind):
        self.name = name

    def Metric(self, labels):  # noqa: N802 - as Triton calls it
        assert labels == {"model": "lclm_decoder", "version": "1"}
        return SimpleNamespace(set=lambda value: None, increment=lambda by: None)


@pytest.fixture
def batch(monkeypatch):
    batch = FakeBatch()
    engine = ModuleType("decoding.counting_engine")
    engine.open_engine = lambda settings: FaultyEngine(batch, settings.prefill_chunk)
    monkeypatch.setitem(sys.modules, engine.__name__, engine)
    return batch


@pytest.fixture
def signals(monkeypatch):
    """Signals that would have been sent; here the server is whoever runs the tests."""
    signals = []
    monkeypatch.setattr(os, "kill", lambda *args: signals.append(args))
    return signals


@pytest.fixture
def model(monkeypatch, batch, signals):
    utils = ModuleType("triton_python_backend_utils")
    utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL = FINAL
    utils.Tensor = named
    utils.TritonError = str
    utils.InferenceResponse = lambda outputs, error=None: SimpleNamespace(outputs=outputs, error=error)
    utils.MetricFamily = FakeFamily
    monkeypatch.setitem(sys.modules, utils.__name__, utils)
    spec = importlib.util.spec_from_file_location("lclm_decoder_model", MODEL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.TritonPythonModel()
    model.initialize(
        {
            "model_name": "lclm_decoder",
            "model_version": "1",
            "model_config": json.dumps({"parameters": parameters()}),
        }
    )
    return model


def parameters():
    texts = {**vars(SETTINGS), "end_ids": ",".join(map(str, SETTINGS.end_ids))}
    return {name: {"string_value": str(value)} for name, value in texts.items()}


def test_answers_and_ends_each_request(model, batch):
    requests = [FakeRequest(), FakeRequest(INPUT_IDS=np.array([50], np.int64), timeout=60_000_000)]
    model.execute(requests)
    answers = [request.answer for request in requests]
    model.finalize()

    assert answers == [
        ({"TOKEN_ID": [7, 8, 9], "FINISH_REASON": [b"length"], "USAGE": [1, 3]}, None),
        ({"TOKEN_ID": [50, 51, 52], "FINISH_REASON": [b"length"], "USAGE": [1, 3]}, None),
    ]
    assert batch.closed


def test_outputs_are_of_the_contract_s_types(model):
    request = FakeRequest()
    model.execute([request])
    assert request.sender.ended.wait(5)
    model.finalize()

    types = {
        tensor.name(): tensor.as_numpy().dtype for response in request.sender.responses for tensor in response.outputs
    }
    assert types == {"TOKEN_ID": np.int32, "FINISH_REASON": np.object_, "USAGE": np.int64}


def test_a_request_that_is_refused_is_ended_with_the_reason(model):
    requests = [FakeRequest(TOP_K=np.array([-1], np.int32)), Unreadable()]
    model.execute(requests)
    errors = [request.answer for request in requests]
    model.finalize()

    assert errors == [
        ({}, "INVALID_ARGUMENT: TOP_K: -1 (expected: 0 or more)"),
        ({}, FAILED),
    ]


def test_a_request_for_another_checkpoint_is_refused_unread(model):
    right, wrong = FakeRequest(parameters='{"fingerprint": "abc"}'), Unreadable(parameters='{"fingerprint": "x"}')
    model.execute([right, wrong])
    answers = [right.answer, wrong.answer]
    model.finalize()

    assert answers[0][1] is None
    assert answers[1] == ({}, "FAILED_PRECONDITION: fingerprint: x (expected: abc)")


def test_a_time_limit_ends_a_request(model):
    request = FakeRequest(timeout=1, INPUT_IDS=np.ones(300, np.int64))
    model.execute([request])
    _, error = request.answer
    model.finalize()

    assert error.startswith("DEADLINE_EXCEEDED: deadline passed after ")


def test_unloading_ends_everybody(model):
    model._loop._engine.step = list  # nobody gets any further
    requests = [*(FakeRequest() for _ in range(11)), Unreadable()]
    model.execute(requests)
    model.finalize()
    late = Unreadable()
    model.execute([late])

    assert [request.answer[1] for request in requests[:11]] == [CLOSING] * 11
    assert requests[11].answer[1] == QUEUE_FULL
    assert late.answer[1] == CLOSING


def test_a_loop_that_dies_ends_the_server(model, signals):
    model._loop._engine.raising = {"kv_use": RuntimeError("device lost")}
    request, late = FakeRequest(), FakeRequest()
    model.execute([request])
    answers = [request.answer]
    model.execute([late])
    answers.append(late.answer)
    model.finalize()

    assert signals == [(os.getppid(), signal.SIGTERM)]
    assert answers == [({"TOKEN_ID": [7, 8]}, CLOSING), ({}, CLOSING)]


def test_unloading_leaves_the_server_alone(model, signals):
    request = FakeRequest()
    model.execute([request])
    assert request.answer[1] is None
    model.finalize()

    assert signals == []


def test_a_refusal_that_cannot_be_sent_harms_no_other_request(model):
    bad = FakeRequest(TOP_K=np.array([-1], np.int32), broken=True)
    good = FakeRequest()
    try:
        model.execute([bad, good])
    finally:
        model.finalize()

    assert good.sender.finals == 1
