from pathlib import Path

import pytest

from graph_session import cuda_device, open_session


def test_reads_devices():
    assert cuda_device("cpu") is None
    assert cuda_device("cuda:1") == 1


@pytest.mark.parametrize("device", ["gpu", "cuda:", "cuda", "cuda:-1", ""])
def test_refuses_other_devices(device):
    with pytest.raises(ValueError, match=r"parameter device: .* \(expected: cpu, or cuda:0 and so on\)"):
        cuda_device(device)


def test_says_which_graph_is_missing(tmp_path: Path):
    with pytest.raises(ValueError, match=r"decoder\.onnx isn.t there \(expected: "):
        open_session(tmp_path / "decoder.onnx", "cpu", 1)
