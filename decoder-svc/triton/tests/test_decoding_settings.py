from dataclasses import fields, replace

import pytest
from decoding_fakes import SETTINGS

from decoding.engine import open_engine
from decoding.settings import Settings

TEXTS = {
    "fingerprint": "abc",
    "engine": "onnx",
    "checkpoint": "a/checkpoint",
    "graph": "a/checkpoint/decoder.onnx",
    "gpu_memory": "0.85",
    "device": "cuda:1",
    "threads": "0",
    "slots": "8",
    "queue_limit": "64",
    "max_positions": "4096",
    "prefill_chunk": "512",
    "vocabulary_size": "1000",
    "latent_width": "16",
    "placeholder_id": "999",
    "end_ids": "7,8",
}
POSITIVE = ["slots", "queue_limit", "max_positions", "prefill_chunk", "vocabulary_size", "latent_width"]
EXPECTED = {
    "threads": "a whole number, 0 or more",
    **dict.fromkeys(POSITIVE, "a whole number, 1 or more"),
    "placeholder_id": "a whole number, 0 to 999",
    "end_ids": "whole numbers with commas between them, each 0 to 999",
}


def config(**changes):
    texts = {name: text for name, text in {**TEXTS, **changes}.items() if text is not None}
    return {"parameters": {name: {"string_value": text} for name, text in texts.items()}}


def refusal(**changes):
    with pytest.raises(ValueError, match="parameter") as refused:
        Settings.read(config(**changes))
    return str(refused.value)


def test_reads_every_parameter():
    assert Settings.read(config()) == Settings(
        fingerprint="abc",
        engine="onnx",
        checkpoint="a/checkpoint",
        graph="a/checkpoint/decoder.onnx",
        gpu_memory=0.85,
        device="cuda:1",
        threads=0,
        slots=8,
        queue_limit=64,
        max_positions=4096,
        prefill_chunk=512,
        vocabulary_size=1000,
        latent_width=16,
        placeholder_id=999,
        end_ids=frozenset({7, 8}),
    )


def test_reads_a_single_end_id_and_parameters_that_it_does_not_know():
    read = Settings.read(config(end_ids="7", EXECUTION_ENV_PATH="env"))

    assert read.end_ids == {7}


@pytest.mark.parametrize("text", [None, ""])
@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_names_what_is_missing(name, text):
    assert refusal(**{name: text}) == f"parameter {name}: missing (expected: as `laconic models graph` writes it)"


@pytest.mark.parametrize("text", ["x", "1.5", "1,,2"])
@pytest.mark.parametrize("name", [*EXPECTED])
def test_names_what_is_no_number(name, text):
    assert refusal(**{name: text}) == f"parameter {name}: {text} (expected: {EXPECTED[name]})"


@pytest.mark.parametrize("text", ["x", "90 %", "0", "1.1", "nan"])
def test_names_a_share_of_memory_that_is_no_number(text):
    assert refusal(gpu_memory=text) == f"parameter gpu_memory: {text} (expected: a number above 0, at most 1)"


@pytest.mark.parametrize("text", ["0", "-1"])
@pytest.mark.parametrize("name", POSITIVE)
def test_names_what_is_too_small(name, text):
    assert refusal(**{name: text}) == f"parameter {name}: {text} (expected: {EXPECTED[name]})"


def test_refuses_less_than_no_threads():
    assert refusal(threads="-1") == "parameter threads: -1 (expected: a whole number, 0 or more)"


@pytest.mark.parametrize(
    ("name", "text"),
    [("placeholder_id", "1000"), ("placeholder_id", "-1"), ("end_ids", "7,1000"), ("end_ids", "-1")],
)
def test_refuses_ids_outside_the_vocabulary(name, text):
    assert refusal(**{name: text}) == f"parameter {name}: {text} (expected: {EXPECTED[name]})"


def test_names_an_engine_that_is_not_there():
    with pytest.raises(ValueError, match="parameter engine") as refused:
        open_engine(replace(SETTINGS, engine="steam"))
    assert str(refused.value) == ("parameter engine: steam needs decoding.steam_engine (expected: installed)")
