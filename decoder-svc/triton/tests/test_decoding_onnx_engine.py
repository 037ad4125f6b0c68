from dataclasses import replace

import pytest
from decoding_fakes import SETTINGS

from decoding.engine import open_engine


def refusal(**changes):
    with pytest.raises(ValueError, match="expected") as refused:
        open_engine(replace(SETTINGS, engine="onnx", **changes))
    return str(refused.value)


def test_names_the_graph_that_is_not_there(tmp_path):
    graph = tmp_path / "decoder.onnx"

    assert refusal(graph=str(graph)) == f"graph: {graph} isn't there (expected: as `laconic models graph` writes it)"


@pytest.mark.parametrize("device", ["", "gpu", "cuda", "cuda:", "cuda:x", "cuda:-1", "cuda:0 ", "CPU"])
def test_names_a_device_that_it_does_not_know(device, tmp_path):
    graph = tmp_path / "decoder.onnx"
    graph.write_bytes(b"")

    assert refusal(graph=str(graph), device=device) == (
        f"parameter device: {device} (expected: cpu, or cuda:0 and so on)"
    )
