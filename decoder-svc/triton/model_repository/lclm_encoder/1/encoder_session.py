"""ONNX Runtime over an encoder's graph."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from encoder_settings import EncoderSettings
from encoder_windows import Windows

_MAX_INT64 = str(2**63 - 1)
_CPU_INFO = Path("/proc/cpuinfo")


class EncoderSession:
    """The loaded graph: encoder, pooling and adapter."""

    def __init__(self, settings: EncoderSettings):
        ort.disable_telemetry_events()
        self._width = settings.latent_width
        self._session = ort.InferenceSession(
            str(settings.graph), sess_options=_options(settings.threads), providers=_providers(settings.cuda_device)
        )
        # ONNX Runtime goes on without a provider that it can't load.
        expected = _providers(settings.cuda_device)[0][0]
        if self._session.get_providers()[0] != expected:
            raise RuntimeError(
                f"parameters.device: {self._session.get_providers()} (expected: {expected}, which needs"
                " onnxruntime-gpu, CUDA and cuDNN)"
            )

    def encode(self, windows: Windows) -> npt.NDArray[np.float32]:
        """Returns latents [b, n / ratio, width]."""
        inputs = {"input_ids": windows.ids, "lengths": windows.lengths}
        latents: npt.NDArray[np.float32] = self._session.run(["latents"], inputs)[0]
        if latents.shape[2] != self._width:
            raise RuntimeError(f"latents: {latents.shape[2]} wide (expected: {self._width})")
        return latents


def _providers(cuda_device: int | None) -> list[tuple[str, dict[str, Any]]]:
    if cuda_device is None:
        return [("CPUExecutionProvider", {})]
    return [("CUDAExecutionProvider", {"device_id": cuda_device}), ("CPUExecutionProvider", {})]


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    # A pattern is kept for every shape that ever came; here almost every run brings a new one.
    options.enable_mem_pattern = False
    # Half precision is widened once, while loading, however large the matrix.
    options.add_session_config_entry("optimization.constant_folding_max_output_size_in_bytes", _MAX_INT64)
    # x64 processors without VNNI cut off large sums of byte products unless they are told to take care.
    if "vnni" not in _CPU_INFO.read_text():
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options
