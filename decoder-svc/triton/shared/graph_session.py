"""Opens the ONNX graph of a model, on CPU or CUDA, as the embedded engines do. Each model has a copy of this."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

_CUDA = re.compile(r"cuda:([0-9]{1,3})")
_CPU_INFO = Path("/proc/cpuinfo")
_MAX_INT64 = str(2**63 - 1)


def cuda_device(device: str) -> int | None:
    """Returns the CUDA device that `cuda:N` names, None for `cpu`.

    Raises:
        ValueError: it names neither.
    """
    if device == "cpu":
        return None
    cuda = _CUDA.fullmatch(device)
    if cuda is None:
        raise ValueError(f"parameter device: {device} (expected: cpu, or cuda:0 and so on)")
    return int(cuda[1])


def open_session(graph: Path, device: str, threads: int) -> ort.InferenceSession:
    """Loads a graph; its weights are found beside it.

    Args:
        graph: an ONNX file
        device: `cpu`, or `cuda:0` and so on
        threads: that one run uses on the CPU; 0 for all processors

    Raises:
        ValueError: the file or the device isn't there.
    """
    cuda = cuda_device(device)
    if not graph.is_file():
        raise ValueError(f"graph: {graph} isn't there (expected: as `laconic models graph` writes it)")
    provider = "CPUExecutionProvider" if cuda is None else "CUDAExecutionProvider"
    settings: dict[str, Any] = {} if cuda is None else {"device_id": cuda}
    session = ort.InferenceSession(graph, _options(threads), providers=[(provider, settings)])
    # ONNX Runtime goes on without a provider that it can't load.
    if session.get_providers()[0] != provider:
        raise ValueError(
            f"parameter device: {device} (expected: one of {session.get_providers()}; CUDA needs onnxruntime-gpu)"
        )
    return session


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    # A pattern is kept for every shape that ever came; here almost every run brings a new one.
    options.enable_mem_pattern = False
    # Half precision is widened once, while loading, however large the matrix.
    options.add_session_config_entry("optimization.constant_folding_max_output_size_in_bytes", _MAX_INT64)
    # x64 processors without VNNI cut off large sums of byte products unless they are told to take care.
    if "vnni" not in _CPU_INFO.read_text():
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options
