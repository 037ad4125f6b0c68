"""What a request must look like: checked before it reaches a graph that would believe everything."""

import json
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from encoder_settings import EncoderSettings


class RefusedError(Exception):
    """A request that can't be served; its message says what came and what was expected."""

    def __init__(self, what: str, value: object, expected: object):
        super().__init__(f"INVALID_ARGUMENT: {what}: {value} (expected: {expected})")


class Windows(NamedTuple):
    """Windows of one request as the graph takes them.

    Attributes:
        ids: [b, n], 0 behind a window's end.
        lengths: [b].
    """

    ids: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int32]


def check_fingerprint(parameters: str, settings: EncoderSettings) -> None:
    """Refuses a request for the latents of another checkpoint.

    Args:
        parameters: of the request, a JSON object; one without a fingerprint takes any checkpoint.
        settings: of the checkpoint that runs here.
    """
    asked = json.loads(parameters or "{}").get("fingerprint", settings.fingerprint)
    if asked != settings.fingerprint:
        raise RefusedError("fingerprint", asked, settings.fingerprint)


def check_windows(ids: npt.NDArray[Any] | None, lengths: npt.NDArray[Any] | None, settings: EncoderSettings) -> Windows:
    """Returns what the graph may compute; raises RefusedError for anything else."""
    ids = _tensor("input_ids", ids, np.dtype(np.int64), rank=2)
    lengths = _tensor("lengths", lengths, np.dtype(np.int32), rank=1)
    rows, row_ids = ids.shape
    most = -(-settings.window_tokens // settings.ratio) * settings.ratio
    if rows < 1 or not 1 <= row_ids <= most or row_ids % settings.ratio:
        raise RefusedError(
            "input_ids shape", list(ids.shape), f"[b, n] with n a multiple of {settings.ratio}, at most {most}"
        )
    if lengths.shape != (rows,):
        raise RefusedError("lengths shape", list(lengths.shape), [rows])
    longest = min(row_ids, settings.window_tokens)
    wrong = np.flatnonzero((lengths < 1) | (lengths > longest))
    if wrong.size:
        row = int(wrong[0])
        raise RefusedError(f"lengths[{row}]", lengths[row], f"1 to {longest}")
    return Windows(_real_ids(ids, lengths, settings.vocabulary_size), lengths)


def _tensor(name: str, tensor: npt.NDArray[Any] | None, dtype: np.dtype[Any], rank: int) -> npt.NDArray[Any]:
    if tensor is None:
        raise RefusedError(name, "missing", "a tensor")
    if tensor.dtype != dtype:
        raise RefusedError(f"{name} datatype", tensor.dtype, dtype)
    if tensor.ndim != rank:
        raise RefusedError(f"{name} shape", list(tensor.shape), f"{rank} dimensions")
    return tensor


def _real_ids(
    ids: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32], vocabulary_size: int
) -> npt.NDArray[np.int64]:
    # Anything may stand behind a window's end, and what isn't an id would be looked up all the same.
    real = np.where(np.arange(ids.shape[1]) < lengths[:, np.newaxis], ids, 0)
    wrong = np.argwhere((real < 0) | (real >= vocabulary_size))
    if wrong.size:
        row, place = wrong[0]
        raise RefusedError(f"input_ids[{row}][{place}]", real[row, place], f"0 to {vocabulary_size - 1}")
    return real
