"""What the configuration of an encoder in Triton says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


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
    def of(cls, config: Mapping[str, Any]) -> Self:
        """Reads a model configuration; raises ValueError for what it lacks."""
        parameters = config.get("parameters", {})
        return cls(
            graph=Path(_text(parameters, "graph")),
            device=_text(parameters, "device"),
            threads=_number(parameters, "threads", least=0),
            ratio=_number(parameters, "ratio", least=1),
            window_tokens=_number(parameters, "window_tokens", least=1),
            latent_width=_number(parameters, "latent_width", least=1),
            vocabulary_size=_number(parameters, "vocabulary_size", least=1),
            fingerprint=_text(parameters, "fingerprint"),
        )


def _text(parameters: Mapping[str, Any], name: str) -> str:
    value = parameters.get(name, {}).get("string_value", "")
    if not value:
        raise ValueError(f"parameters.{name}: missing (expected: a string_value)")
    return str(value)


def _number(parameters: Mapping[str, Any], name: str, least: int) -> int:
    text = _text(parameters, name)
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise ValueError(f"parameters.{name}: {text} (expected: a number, {least} or more)")
    return int(text)
