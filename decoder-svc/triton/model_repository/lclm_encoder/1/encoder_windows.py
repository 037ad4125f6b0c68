"""What a request must look like: checked before it reaches a graph that would believe everything."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from encoder_settings import EncoderSettings
from problems import invalid


class Windows(NamedTuple):
    """Windows of one request as the graph takes them.

    Attributes:
        ids: [b, n], 0 behind a window's end.
        lengths: [b].
    """

    ids: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int32]


def check_windows(ids: npt.NDArray[Any] | None, lengths: npt.NDArray[Any] | None, settings: EncoderSettings) -> Windows:
    """Returns what the graph may compute.

    Raises:
        Problem: INVALID_ARGUMENT, for anything else.
    """
    ids = _tensor("input_ids", ids, np.dtype(np.int64), rank=2)
    lengths = _tensor("lengths", lengths, np.dtype(np.int32), rank=1)
    rows, row_ids = ids.shape
    most = -(-settings.window_tokens // settings.ratio) * settings.ratio
    if rows < 1 or not 1 <= row_ids <= most or row_ids % settings.ratio:
        raise invalid(
            "input_ids shape", list(ids.shape), f"[b, n] with n a multiple of {settings.ratio}, at most {most}"
        )
    if lengths.shape != (rows,):
        raise invalid("lengths shape", list(lengths.shape), f"[{rows}]")
    longest = min(row_ids, settings.window_tokens)
    wrong = np.flatnonzero((lengths < 1) | (lengths > longest))
    if wrong.size:
        row = int(wrong[0])
        raise invalid(f"lengths[{row}]", lengths[row], f"1 to {longest}")
    return Windows(_real_ids(ids, lengths, settings.vocabulary_size), lengths)


def _tensor(name: str, tensor: npt.NDArray[Any] | None, dtype: np.dtype[Any], rank: int) -> npt.NDArray[Any]:
    if tensor is None:
        raise invalid(name, "missing", "a tensor")
    if tensor.dtype != dtype:
        raise invalid(f"{name} datatype", tensor.dtype, str(dtype))
    if tensor.ndim != rank:
        raise invalid(f"{name} shape", list(tensor.shape), f"{rank} dimensions")
    return tensor


def _real_ids(
    ids: npt.NDArray[np.int64], lengths: npt.NDArray[np.int32], vocabulary_size: int
) -> npt.NDArray[np.int64]:
    # Anything may stand behind a window's end, and what isn't an id would be looked up all the same.
    real = np.where(np.arange(ids.shape[1]) < lengths[:, np.newaxis], ids, 0)
    wrong = np.argwhere((real < 0) | (real >= vocabulary_size))
    if wrong.size:
        row, place = wrong[0]
        raise invalid(f"input_ids[{row}][{place}]", real[row, place], f"0 to {vocabulary_size - 1}")
    return real
