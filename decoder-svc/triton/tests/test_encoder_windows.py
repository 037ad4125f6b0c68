import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from problems import Problem

sys.path.insert(0, str(Path(__file__).parents[1] / "model_repository" / "lclm_encoder" / "1"))
encoder_settings = importlib.import_module("encoder_settings")
encoder_windows = importlib.import_module("encoder_windows")

CONFIG = {
    "graph": "checkpoint/encoder.onnx",
    "device": "cpu",
    "threads": "0",
    "ratio": "4",
    "window_tokens": "12",
    "latent_width": "2",
    "vocabulary_size": "50",
    "fingerprint": "abc",
}
MISSING = "missing (expected: as `laconic models graph` writes it)"


def config(**changes):
    parameters = {**CONFIG, **changes}
    return {"parameters": {name: {"string_value": value} for name, value in parameters.items()}}


SETTINGS = encoder_settings.EncoderSettings.read(config())


def ids(rows, width):
    return np.ones((rows, width), np.int64)


def lengths(*values):
    return np.array(values, np.int32)


def refusal(ids, lengths, settings=SETTINGS):
    with pytest.raises(Problem) as refused:
        encoder_windows.check_windows(ids, lengths, settings)
    return str(refused.value)


class TestSettings:
    def test_reads_every_parameter(self):
        assert SETTINGS.graph == Path("checkpoint/encoder.onnx")
        assert (SETTINGS.device, SETTINGS.threads, SETTINGS.ratio) == ("cpu", 0, 4)
        assert (SETTINGS.window_tokens, SETTINGS.latent_width, SETTINGS.vocabulary_size) == (12, 2, 50)
        assert SETTINGS.fingerprint == "abc"

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("graph", "", f"parameter graph: {MISSING}"),
            ("threads", "-1", "parameter threads: -1 (expected: a whole number, 0 or more)"),
            ("ratio", "0", "parameter ratio: 0 (expected: a whole number, 1 or more)"),
            ("window_tokens", "x", "parameter window_tokens: x (expected: a whole number, 1 or more)"),
            ("latent_width", "²", "parameter latent_width: ² (expected: a whole number, 1 or more)"),
            ("vocabulary_size", "", f"parameter vocabulary_size: {MISSING}"),
            ("fingerprint", "", f"parameter fingerprint: {MISSING}"),
        ],
    )
    def test_refuses(self, name, value, message):
        with pytest.raises(ValueError, match="parameter") as refused:
            encoder_settings.EncoderSettings.read(config(**{name: value}))
        assert str(refused.value) == message

    def test_refuses_a_configuration_without_parameters(self):
        with pytest.raises(ValueError, match="parameter graph: missing"):
            encoder_settings.EncoderSettings.read({})


class TestWindows:
    def test_takes_lengths_from_one_to_the_window(self):
        windows = encoder_windows.check_windows(ids(3, 12), lengths(1, 5, 12), SETTINGS)
        assert windows.lengths.tolist() == [1, 5, 12]
        assert windows.ids.dtype == np.int64

    def test_takes_anything_behind_a_windows_end(self):
        batch = np.array([[49, -1, 2**62, 50], [0, 1, 2, 3]], np.int64)
        windows = encoder_windows.check_windows(batch, lengths(1, 4), SETTINGS)
        assert windows.ids.tolist() == [[49, 0, 0, 0], [0, 1, 2, 3]]

    def test_takes_a_window_that_is_no_multiple_of_the_ratio(self):
        settings = replace(SETTINGS, window_tokens=10)
        encoder_windows.check_windows(ids(1, 12), lengths(10), settings)
        assert refusal(ids(1, 12), lengths(11), settings) == "INVALID_ARGUMENT: lengths[0]: 11 (expected: 1 to 10)"

    @pytest.mark.parametrize("length", [0, -1, 9, np.iinfo(np.int32).min])
    def test_refuses_other_lengths(self, length):
        assert refusal(ids(2, 8), lengths(8, length)) == f"INVALID_ARGUMENT: lengths[1]: {length} (expected: 1 to 8)"

    @pytest.mark.parametrize("wrong", [-1, 50, 2**40])
    def test_refuses_what_is_no_id(self, wrong):
        batch = ids(2, 4)
        batch[1, 2] = wrong
        assert refusal(batch, lengths(4, 3)) == f"INVALID_ARGUMENT: input_ids[1][2]: {wrong} (expected: 0 to 49)"

    @pytest.mark.parametrize("shape", [(0, 4), (1, 0), (1, 5), (1, 16)])
    def test_refuses_other_shapes(self, shape):
        assert refusal(np.ones(shape, np.int64), lengths(*[1] * shape[0])) == (
            f"INVALID_ARGUMENT: input_ids shape: {list(shape)} (expected: [b, n] with n a multiple of 4, at most 12)"
        )

    def test_refuses_other_ranks_and_types(self):
        assert refusal(ids(1, 4)[0], lengths(1)) == "INVALID_ARGUMENT: input_ids shape: [4] (expected: 2 dimensions)"
        assert refusal(ids(1, 4), ids(1, 1)) == "INVALID_ARGUMENT: lengths datatype: int64 (expected: int32)"
        assert refusal(ids(1, 4), lengths(1)[0:0]) == "INVALID_ARGUMENT: lengths shape: [0] (expected: [1])"
        floats = ids(1, 4).astype(np.float32)
        assert refusal(floats, lengths(1)) == "INVALID_ARGUMENT: input_ids datatype: float32 (expected: int64)"
        assert refusal(None, lengths(1)) == "INVALID_ARGUMENT: input_ids: missing (expected: a tensor)"
        assert refusal(ids(1, 4), None) == "INVALID_ARGUMENT: lengths: missing (expected: a tensor)"
