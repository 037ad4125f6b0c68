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

    def encode(self, windows):
        if windows.ids[0, 0] == 13:
            raise RuntimeError("out of memory")
        rows, row_ids = windows.ids.shape
        return np.broadcast_to(windows.ids[:, :1, np.newaxis], (rows, row_ids // 2, 3)).astype(np.float32)


class TritonModelError(Exception):
    pass


class FakeRequest:
    def __init__(self, tensors, parameters="{}"):
        self.tensors = tensors
        self._parameters = parameters

    def parameters(self):
        return self._parameters


def backend():
    utils = ModuleType("triton_python_backend_utils")
    utils.TritonModelException = TritonModelError
    utils.TritonError = lambda message: message
    utils.Logger = SimpleNamespace(log_error=lambda message: None)
    utils.Tensor = lambda name, values: (name, values)
    utils.InferenceResponse = lambda output_tensors=None, error=None: SimpleNamespace(
        output_tensors=output_tensors, error=error
    )
    utils.get_input_tensor_by_name = lambda request, name: (
        SimpleNamespace(as_numpy=lambda: request.tensors[name]) if name in request.tensors else None
    )
    return utils


@pytest.fixture
def module(monkeypatch):
    session = ModuleType("encoder_session")
    session.EncoderSession = FakeSession
    monkeypatch.setitem(sys.modules, "encoder_session", session)
    monkeypatch.setitem(sys.modules, "triton_python_backend_utils", backend())
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


def request(first_id=1, length=3, parameters="{}"):
    ids = np.full((1, 4), first_id, np.int64)
    return FakeRequest({"INPUT_IDS": ids, "LENGTHS": np.array([length], np.int32)}, parameters)


def test_answers_latents(model):
    (response,) = model.execute([request(first_id=7)])

    assert response.error is None
    ((name, latents),) = response.output_tensors
    assert (name, latents.dtype, latents.shape, latents[0, 1, 2]) == ("LATENTS", np.float32, (1, 2, 3), 7)


def test_a_bad_request_fails_alone(model):
    responses = model.execute([request(), request(length=5), FakeRequest({}), request(first_id=13), request()])

    assert [response.error for response in responses] == [
        None,
        "INVALID_ARGUMENT: lengths[0]: 5 (expected: 1 to 4)",
        "INVALID_ARGUMENT: input_ids: missing (expected: a tensor)",
        "encoding: out of memory",
        None,
    ]


def test_refuses_requests_for_another_checkpoint(model):
    right, wrong = model.execute(
        [request(parameters='{"fingerprint": "abc"}'), request(parameters='{"fingerprint": "x"}')]
    )

    assert right.error is None
    assert wrong.error == "INVALID_ARGUMENT: fingerprint: x (expected: abc)"


def test_is_not_loaded_without_its_parameters(module):
    with pytest.raises(TritonModelError) as refused:
        started(module, {**PARAMETERS, "ratio": "four"})
    assert str(refused.value) == "parameters.ratio: four (expected: a number, 1 or more)"
