"""ONNX Runtime over an encoder's graph."""

import numpy as np
import numpy.typing as npt

from encoder_settings import EncoderSettings
from encoder_windows import Windows
from graph_session import open_session


class EncoderSession:
    """The loaded graph: encoder, pooling and adapter."""

    def __init__(self, settings: EncoderSettings):
        self._width = settings.latent_width
        self._session = open_session(settings.graph, settings.device, settings.threads)

    def encode(self, windows: Windows) -> npt.NDArray[np.float32]:
        """Returns latents [b, n / ratio, width]."""
        inputs = {"input_ids": windows.ids, "lengths": windows.lengths}
        latents: npt.NDArray[np.float32] = self._session.run(["latents"], inputs)[0]
        if latents.shape[2] != self._width:
            raise RuntimeError(f"latents: {latents.shape[2]} wide (expected: {self._width})")
        return latents
