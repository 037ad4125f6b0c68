"""What the configuration of an encoder in Triton says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from model_parameters import ModelParameters


@dataclass(frozen=True)
class EncoderSettings:
    """Parameters of one model.

    Attributes:
        graph: ONNX file in the checkpoint's directory, where its weights are found.
        device: where the graph computes, `cpu`, or `cuda:0` and so on.
        threads: that compute on the CPU; 0 for all processors.
        ratio: ids per latent.
        window_tokens: most ids of a window.
        latent_width: numbers of a latent.
        vocabulary_size: ids, from 0.
        fingerprint: of the checkpoint.
    """

    graph: Path
    device: str
    threads: int
    ratio: int
    window_tokens: int
    latent_width: int
    vocabulary_size: int
    fingerprint: str

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Self:
        """Reads the parameters of a model configuration.

        Raises:
            ValueError: one is missing or out of range, by name.
        """
        parameters = ModelParameters(config)
        return cls(
            graph=Path(parameters.text("graph")),
            device=parameters.text("device"),
            threads=parameters.whole_number("threads", least=0),
            ratio=parameters.whole_number("ratio", least=1),
            window_tokens=parameters.whole_number("window_tokens", least=1),
            latent_width=parameters.whole_number("latent_width", least=1),
            vocabulary_size=parameters.whole_number("vocabulary_size", least=1),
            fingerprint=parameters.text("fingerprint"),
        )
