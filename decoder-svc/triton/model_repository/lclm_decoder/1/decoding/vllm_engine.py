"""vLLM as the engine, for GPU images that have it: prompts with latents go in as embeddings.

vLLM batches by itself, so a step of the loop is a step of vLLM. Written against the documented interface of
`LLMEngine`, `EmbedsPrompt` and `SamplingParams`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from decoding.engine import LENGTH, STOP, Progress
from decoding.request import Request
from decoding.settings import Settings
from problems import Problem, failed


@dataclass(frozen=True)
class MixedPrompt:
    """A prompt whose positions are ids or embeddings.

    vLLM's prefix cache sees the ids alone, and all latents have one id, so the prompt carries a salt made of its
    latents: two prompts share a prefix only if all their latents are the same.
    """

    ids: list[int]
    embeds: npt.NDArray[np.float32]
    """[n, width]; zeros where the id counts."""
    is_id: list[bool]
    salt: str


def mixed_prompt(request: Request, placeholder_id: int) -> MixedPrompt:
    is_latent = request.ids == placeholder_id
    embeds = np.zeros((request.ids.size, request.latents.shape[1]), np.float32)
    embeds[is_latent] = request.latents
    salt = hashlib.sha256(request.latents.tobytes()).hexdigest()
    return MixedPrompt(request.ids.tolist(), embeds, (~is_latent).tolist(), salt)


def sampling_arguments(request: Request, end_ids: frozenset[int]) -> dict[str, Any]:
    """Returns the arguments of vLLM's `SamplingParams`."""
    sampling = request.sampling
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "seed": sampling.seed & (1 << 63) - 1,
        "max_tokens": request.max_tokens,
        "stop_token_ids": sorted(end_ids),
        "ignore_eos": False,
        "detokenize": False,
    }


def check_takes_mixed_prompts(fields: Mapping[str, Any]) -> None:
    """Fails for a vLLM whose `EmbedsPrompt` has embeddings only: it would ignore the ids without a word.

    Raises:
        ValueError: with the fields that are missing.
    """
    missing = {"prompt_token_ids", "prompt_is_token_ids"} - set(fields)
    if missing:
        raise ValueError(f"vLLM: EmbedsPrompt without {sorted(missing)} (expected: a version with mixed prompts)")


class Binding(Protocol):
    """vLLM's own types, made of ours."""

    def ids(self, ids: list[int]) -> Any: ...

    def mixed(self, prompt: MixedPrompt) -> Any: ...

    def sampling(self, arguments: dict[str, Any]) -> Any: ...


class VllmEngine:
    """An engine over vLLM's."""

    def __init__(self, engine: Any, binding: Binding, settings: Settings) -> None:
        self._engine, self._binding, self._settings = engine, binding, settings
        self._held: dict[int, int] = {}

    def start(self, key: int, request: Request) -> None:
        self._engine.add_request(
            str(key),
            self._prompt(request),
            self._binding.sampling(sampling_arguments(request, self._settings.end_ids)),
        )
        self._held[key] = request.ids.size

    def _prompt(self, request: Request) -> Any:
        if not len(request.latents):
            return self._binding.ids(request.ids.tolist())
        return self._binding.mixed(mixed_prompt(request, self._settings.placeholder_id))

    def step(self) -> list[Progress]:
        progress = [self._progress(output) for output in self._engine.step() if int(output.request_id) in self._held]
        return [each for each in progress if each.tokens or each.last]

    def _progress(self, output: Any) -> Progress:
        key = int(output.request_id)
        answer = output.outputs[0]
        tokens = tuple(token for token in answer.token_ids if token not in self._settings.end_ids)
        self._held[key] += len(tokens)
        if not output.finished:
            return Progress(key, tokens)
        del self._held[key]
        if answer.finish_reason in (STOP, LENGTH):
            return Progress(key, tokens, answer.finish_reason)
        problem = Problem("UNAVAILABLE", f"vLLM ended it: {answer.finish_reason} (expected: stop or length)")
        return Progress(key, tokens, problem=failed(problem))

    def drop(self, key: int) -> None:
        if self._held.pop(key, None) is not None:
            self._engine.abort_request([str(key)])

    def kv_use(self) -> float:
        cache = self._engine.vllm_config.cache_config
        return float(min(1.0, sum(self._held.values()) / (cache.num_gpu_blocks * cache.block_size)))

    def close(self) -> None:
        self._engine.engine_core.shutdown()


class _VllmBinding:
    def __init__(self) -> None:
        from vllm.inputs import EmbedsPrompt

        check_takes_mixed_prompts(EmbedsPrompt.__annotations__)

    def ids(self, ids: list[int]) -> Any:
        from vllm.inputs import TokensPrompt

        return TokensPrompt(prompt_token_ids=ids)

    def mixed(self, prompt: MixedPrompt) -> Any:
        import torch
        from vllm.inputs import EmbedsPrompt

        return EmbedsPrompt(
            prompt_embeds=torch.from_numpy(prompt.embeds),
            prompt_token_ids=prompt.ids,
            prompt_is_token_ids=prompt.is_id,
            cache_salt=prompt.salt,
        )

    def sampling(self, arguments: dict[str, Any]) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        return SamplingParams(**arguments, output_kind=RequestOutputKind.DELTA)


def open_engine(settings: Settings) -> VllmEngine:
    """Loads the checkpoint's decoder into vLLM."""
    from vllm import EngineArgs, LLMEngine

    binding = _VllmBinding()
    engine = LLMEngine.from_engine_args(
        EngineArgs(
            model=str(Path(settings.checkpoint) / "decoder"),
            skip_tokenizer_init=True,
            enable_prompt_embeds=True,
            gpu_memory_utilization=settings.gpu_memory,
            max_model_len=settings.max_positions,
            max_num_seqs=settings.slots,
            max_num_batched_tokens=max(settings.prefill_chunk, settings.slots),
            enable_chunked_prefill=True,
        )
    )
    return VllmEngine(engine, binding, settings)
