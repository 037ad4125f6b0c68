"""Settings of the model, as the generated config.pbtxt carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


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

    def __post_init__(self) -> None:
        for name in ("slots", "queue_limit", "max_positions", "prefill_chunk", "vocabulary_size", "latent_width"):
            if getattr(self, name) < 1:
                raise ValueError(f"parameter {name}: {getattr(self, name)} (expected: 1 or more)")
        if not 0 < self.gpu_memory <= 1:
            raise ValueError(f"parameter gpu_memory: {self.gpu_memory} (expected: above 0, at most 1)")
        if self.threads < 0:
            raise ValueError(f"parameter threads: {self.threads} (expected: 0 or more)")
        for token in (self.placeholder_id, *self.end_ids):
            if not 0 <= token < self.vocabulary_size:
                raise ValueError(f"parameters placeholder_id and end_ids: {token} (expected: below the vocabulary)")

    @staticmethod
    def read(parameters: Mapping[str, Mapping[str, str]]) -> Settings:
        """Reads the parameters of a model configuration.

        Raises:
            ValueError: one is missing or out of range, by name.
        """

        def get(name: str, convert: Callable[[str], T]) -> T:
            if name not in parameters:
                raise ValueError(f"parameter {name}: missing (expected: as `laconic models graph` writes it)")
            text = parameters[name]["string_value"]
            try:
                return convert(text)
            except ValueError as wrong:
                raise ValueError(f"parameter {name}: {text} (expected: a number)") from wrong

        return Settings(
            fingerprint=get("fingerprint", str),
            engine=get("engine", str),
            checkpoint=get("checkpoint", str),
            graph=get("graph", str),
            gpu_memory=get("gpu_memory", float),
            device=get("device", str),
            threads=get("threads", int),
            slots=get("slots", int),
            queue_limit=get("queue_limit", int),
            max_positions=get("max_positions", int),
            prefill_chunk=get("prefill_chunk", int),
            vocabulary_size=get("vocabulary_size", int),
            latent_width=get("latent_width", int),
            placeholder_id=get("placeholder_id", int),
            end_ids=get("end_ids", lambda text: frozenset(int(token) for token in text.split(","))),
        )
