"""The encoder of a latent context language model, for Triton's Python backend.

Takes and answers what Laconic's EncoderContract says. The graph is written from the checkpoint's configuration by
Laconic; it lies in the checkpoint's directory and reads the weights that are there.
"""

import json
from typing import Any

import triton_python_backend_utils as pb_utils

from encoder_session import EncoderSession
from encoder_settings import EncoderSettings
from encoder_windows import check_windows
from fingerprint import check_fingerprint
from problems import Problem, failed


class TritonPythonModel:
    """What the backend calls."""

    def initialize(self, args: dict[str, str]) -> None:
        """Loads the graph; a model that can't is not ready and Triton says why."""
        try:
            self._settings = EncoderSettings.read(json.loads(args["model_config"]))
        except ValueError as wrong:
            raise pb_utils.TritonModelException(str(wrong)) from wrong
        self._session = EncoderSession(self._settings)

    def execute(self, requests: list[Any]) -> list[Any]:
        """Answers each request; one that is wrong or fails does so alone."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Any) -> Any:
        try:
            latents = self._encode(request)
        except Exception as error:
            if not isinstance(error, Problem):
                pb_utils.Logger.log_error(f"encoding: {error}")
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(failed(error))))
        return pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("LATENTS", latents)])

    def _encode(self, request: Any) -> Any:
        if request.is_cancelled():
            raise Problem("CANCELLED", "before it was encoded")
        check_fingerprint(request.parameters(), self._settings.fingerprint)
        windows = check_windows(_input(request, "INPUT_IDS"), _input(request, "LENGTHS"), self._settings)
        return self._session.encode(windows)


def _input(request: Any, name: str) -> Any:
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return None if tensor is None else tensor.as_numpy()
