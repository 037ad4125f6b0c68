"""Reads one request and believes nothing: rank, width, dtype, counts, lengths, finite values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from decoding.sampling import Sampling
from decoding.settings import Settings
from problems import invalid, out_of_range

Array = npt.NDArray[Any]

_ID_TYPES = {np.dtype(np.int64)}
_LATENT_TYPES = {np.dtype(np.float32), np.dtype(np.float16)}


@dataclass(frozen=True)
class Request:
    """A prompt as an engine reads it, and how to answer it."""

    ids: npt.NDArray[np.int64]
    """[n], with a placeholder for each latent."""
    latents: npt.NDArray[np.float32]
    """[m, width], a row for each placeholder, in order."""
    max_tokens: int
    sampling: Sampling


def read(inputs: Mapping[str, Array], settings: Settings) -> Request:
    """Checks the tensors of a request, by name.

    Raises:
        Problem: INVALID_ARGUMENT or OUT_OF_RANGE.
    """
    ids = _vector(inputs, "INPUT_IDS", _ID_TYPES)
    if ids.size == 0:
        raise invalid("INPUT_IDS", "0 ids", "1 or more")
    max_tokens = int(_scalar(inputs, "MAX_TOKENS", np.dtype(np.int32)))
    if max_tokens < 1:
        raise invalid("MAX_TOKENS", max_tokens, "1 or more")
    if ids.size + max_tokens > settings.max_positions:
        raise out_of_range(
            "INPUT_IDS and MAX_TOKENS",
            f"{ids.size} + {max_tokens} positions",
            f"at most {settings.max_positions} together",
        )
    outside = (ids < 0) | (ids >= settings.vocabulary_size)
    if outside.any():
        at = int(outside.argmax())
        raise invalid(f"INPUT_IDS[{at}]", ids[at], f"0 to {settings.vocabulary_size - 1}")
    placeholders = int(np.count_nonzero(ids == settings.placeholder_id))
    # Copies: what came lies in memory that Triton takes back.
    return Request(ids.copy(), _latents(inputs, placeholders, settings.latent_width), max_tokens, _sampling(inputs))


def _latents(inputs: Mapping[str, Array], rows: int, width: int) -> npt.NDArray[np.float32]:
    latents = inputs.get("LATENTS")
    if latents is None:
        latents = np.zeros((0, width), np.float32)
    if latents.dtype not in _LATENT_TYPES:
        raise invalid("LATENTS type", latents.dtype, "float32 or float16")
    if latents.shape != (rows, width):
        raise invalid("LATENTS shape", list(latents.shape), f"{[rows, width]}, a row for each placeholder")
    finite = np.isfinite(latents)
    if not finite.all():
        row, column = np.unravel_index(int(np.argmin(finite)), latents.shape)
        raise invalid(f"LATENTS[{row}, {column}]", latents[row, column], "a finite number")
    return np.array(latents, np.float32)


def _sampling(inputs: Mapping[str, Array]) -> Sampling:
    temperature = float(_scalar(inputs, "TEMPERATURE", np.dtype(np.float32)))
    if not 0 <= temperature <= 2:
        raise invalid("TEMPERATURE", temperature, "0 to 2")
    top_p = float(_scalar(inputs, "TOP_P", np.dtype(np.float32)))
    if not 0 < top_p <= 1:
        raise invalid("TOP_P", top_p, "above 0, at most 1")
    top_k = int(_scalar(inputs, "TOP_K", np.dtype(np.int32)))
    if top_k < 0:
        raise invalid("TOP_K", top_k, "0 or more")
    return Sampling(temperature, top_p, top_k, int(_scalar(inputs, "SEED", np.dtype(np.uint64))))


def _vector(inputs: Mapping[str, Array], name: str, types: set[np.dtype[Any]]) -> Array:
    value = inputs.get(name)
    if value is None:
        raise invalid(name, "missing", "a tensor")
    if value.dtype not in types:
        raise invalid(f"{name} type", value.dtype, " or ".join(str(each) for each in types))
    if value.ndim != 1:
        raise invalid(f"{name} shape", list(value.shape), "one dimension")
    return value


def _scalar(inputs: Mapping[str, Array], name: str, dtype: np.dtype[Any]) -> Any:
    value = _vector(inputs, name, {dtype})
    if value.shape != (1,):
        raise invalid(f"{name} shape", list(value.shape), "[1]")
    return value[0]
