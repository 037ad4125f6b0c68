"""Settings of the model, as the generated config.pbtxt carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_parameters import ModelParameters


@dataclass(frozen=True)
class Settings:
    """What the checkpoint is and how it is served."""

    fingerprint: str
    """Of the checkpoint."""
    engine: str
    """`onnx`, `vllm`, or the name of any other module here that ends in `_engine`."""
    checkpoint: str
    """The checkpoint directory."""
    graph: str
    """The decoder's graph in it, for ONNX Runtime."""
    gpu_memory: float
    """Share of the GPU's memory that vLLM takes."""
    device: str
    """`cpu`, or `cuda:0` and so on."""
    threads: int
    """Of the CPU; 0 takes one for each processor."""
    slots: int
    """Generations that run at once."""
    queue_limit: int
    """Generations that wait for a slot."""
    max_positions: int
    """Of one generation, prompt and answer together."""
    prefill_chunk: int
    """Most positions of one prompt between two tokens of the other generations."""
    vocabulary_size: int
    latent_width: int
    placeholder_id: int
    """Stands for a latent in a prompt."""
    end_ids: frozenset[int]
    """Any of these ends an answer."""

    @staticmethod
    def read(config: Mapping[str, Any]) -> Settings:
        """Reads the parameters of a model configuration.

        Raises:
            ValueError: one is missing or out of range, by name.
        """
        parameters = ModelParameters(config)
        vocabulary_size = parameters.whole_number("vocabulary_size", least=1)
        last_id = vocabulary_size - 1
        return Settings(
            fingerprint=parameters.text("fingerprint"),
            engine=parameters.text("engine"),
            checkpoint=parameters.text("checkpoint"),
            graph=parameters.text("graph"),
            gpu_memory=parameters.share("gpu_memory"),
            device=parameters.text("device"),
            threads=parameters.whole_number("threads", least=0),
            slots=parameters.whole_number("slots", least=1),
            queue_limit=parameters.whole_number("queue_limit", least=1),
            max_positions=parameters.whole_number("max_positions", least=1),
            prefill_chunk=parameters.whole_number("prefill_chunk", least=1),
            vocabulary_size=vocabulary_size,
            latent_width=parameters.whole_number("latent_width", least=1),
            placeholder_id=parameters.whole_number("placeholder_id", least=0, most=last_id),
            end_ids=frozenset(parameters.whole_numbers("end_ids", least=0, most=last_id)),
        )
