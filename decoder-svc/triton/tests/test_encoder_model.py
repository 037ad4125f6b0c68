import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

MODEL = Path(__file__).parents[1] / "model_repository" / "lclm_encoder" / "1"
PARAMETERS = {
    "graph": "checkpoint/encoder.onnx",
    "device": "cpu",
    "threads": "1",
    "ratio": "2",
    "window_tokens": "4",
    "latent_width": "3",
    "vocabulary_size": "50",
    "fingerprint": "abc",
}


class FakeSession:
    """Answers the first id of each window; fails for 13."""

    def __init__(self, settings):
        self.settings = settings
        self.encoded = 0

    def encode(self, windows):
        self.encoded += 1
        if windows.ids[0, 0] == 13:
            raise RuntimeError("out of memory")
        rows, row_ids = windows.ids.shape
        return np.broadcast_to(windows.ids[:, :1, np.newaxis], (rows, row_ids // 2, 3)).astype(np.float32)


class TritonModelError(Exception):
    pass


class FakeRequest:
    def __init__(self, tensors, parameters="{}", cancelled=False):
        self.tensors = tensors
        self._parameters, self._cancelled = parameters, cancelled

    def parameters(self):
        return self._parameters

    def is_cancelled(self):
        return self._cancelled


def backend(log):
    utils = ModuleType("triton_python_backend_utils")
    utils.TritonModelException = TritonModelError
    utils.TritonError = lambda message: message
    utils.Logger = SimpleNamespace(log_error=log.append)
    utils.Tensor = lambda name, values: (name, values)
    utils.InferenceResponse = lambda output_tensors=None, error=None: SimpleNamespace(
        output_tensors=output_tensors, error=error
    )
    utils.get_input_tensor_by_name = lambda request, name: (
        SimpleNamespace(as_numpy=lambda: request.tensors[name]) if name in request.tensors else None
    )
    return utils


@pytest.fixture
def log():
    return []


@pytest.fixture
def module(monkeypatch, log):
    session = ModuleType("encoder_session")
    session.EncoderSession = FakeSession
    monkeypatch.setitem(sys.modules, "encoder_session", session)
    monkeypatch.setitem(sys.modules, "triton_python_backend_utils", backend(log))
    monkeypatch.syspath_prepend(str(MODEL))
    spec = importlib.util.spec_from_file_location("lclm_encoder_model", MODEL / "model.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def model(module):
    return started(module, PARAMETERS)


def started(module, parameters):
    model = module.TritonPythonModel()
    texts = {name: {"string_value": value} for name, value in parameters.items()}
    model.initialize({"model_config": json.dumps({"parameters": texts})})
    return model


def request(first_id=1, length=3, parameters="{}", cancelled=False):
    ids = np.full((1, 4), first_id, np.int64)
    return FakeRequest({"INPUT_IDS": ids, "LENGTHS": np.array([length], np.int32)}, parameters, cancelled)


def test_answers_latents(model):
    (response,) = model.execute([request(first_id=7)])

    assert response.error is None
    ((name, latents),) = response.output_tensors
    assert (name, latents.dtype, latents.shape, latents[0, 1, 2]) == ("LATENTS", np.float32, (1, 2, 3), 7)


def test_a_bad_request_fails_alone(model, log):
    responses = model.execute([request(), request(length=5), FakeRequest({}), request(first_id=13), request()])

    assert [response.error for response in responses] == [
        None,
        "INVALID_ARGUMENT: lengths[0]: 5 (expected: 1 to 4)",
        "INVALID_ARGUMENT: input_ids: missing (expected: a tensor)",
        "INTERNAL: the model failed (its log says why)",
        None,
    ]
    assert log == ["encoding: out of memory"]


def test_a_cancelled_request_is_answered_without_computing(model, log):
    responses = model.execute([request(), request(cancelled=True), FakeRequest({}, cancelled=True), request()])

    cancelled = "CANCELLED: before it was encoded"
    assert [response.error for response in responses] == [None, cancelled, cancelled, None]
    assert model._session.encoded == 2
    assert log == []


def test_refuses_requests_for_another_checkpoint(model):
    right, wrong = model.execute(
        [request(parameters='{"fingerprint": "abc"}'), request(parameters='{"fingerprint": "x"}')]
    )

    assert right.error is None
    assert wrong.error == "FAILED_PRECONDITION: fingerprint: x (expected: abc)"


def test_is_not_loaded_without_its_parameters(module):
    with pytest.raises(TritonModelError) as refused:
        started(module, {**PARAMETERS, "ratio": "four"})
    assert str(refused.value) == "parameter ratio: four (expected: a whole number, 1 or more)"
