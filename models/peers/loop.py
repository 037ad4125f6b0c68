"""A process that answers each line of JSON on its input with a line of JSON on its output."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Request = Mapping[str, Any]


@dataclass(frozen=True)
class Arguments:
    """What the process is started for.

    Attributes:
        task: ``generate``, over a decoder, or ``encode``, over an encoder.
        model: Directory of that part of the checkpoint.
        dtype: Type of the numbers that it computes with.
        slots: Prompts at once.
        positions: Of each prompt and its answer.
        threads: Threads that compute.
        files: Directory for files that are made once for a model.
    """

    task: str
    model: Path
    dtype: str
    slots: int
    positions: int
    threads: int
    files: Path

    @classmethod
    def parse(cls) -> "Arguments":
        """Reads the command line."""
        parser = argparse.ArgumentParser()
        parser.add_argument("task", choices=["generate", "encode"])
        parser.add_argument("--model", type=Path, required=True)
        parser.add_argument("--dtype", required=True)
        parser.add_argument("--slots", type=int, required=True)
        parser.add_argument("--positions", type=int, required=True)
        parser.add_argument("--threads", type=int, required=True)
        parser.add_argument("--files", type=Path, required=True)
        return cls(**vars(parser.parse_args()))


@dataclass(frozen=True)
class Done:
    """What a request took.

    Attributes:
        seconds: From its start to its end.
        tokens: Generated, or read by an encoder.
        cached: Positions of the prompts that the engine still held.
    """

    seconds: float
    tokens: int
    cached: int = 0


def timed(work: Callable[[], tuple[int, int]]) -> Done:
    """Takes the time of work that returns its tokens and its cached positions."""
    start = time.perf_counter()
    tokens, cached = work()
    return Done(time.perf_counter() - start, tokens, cached)


def serve(version: str, answer: Callable[[Request], Done], answers: int) -> None:
    """Says that it is ready, then answers until its input ends.

    Args:
        version: Of the engine.
        answer: Does what a request asks for.
        answers: File descriptor of the output, see :func:`claim_output`.
    """
    with os.fdopen(answers, "w", encoding="utf-8") as out:
        print(json.dumps({"version": version}), file=out, flush=True)
        for line in sys.stdin:
            print(json.dumps(asdict(answer(json.loads(line)))), file=out, flush=True)


def claim_output() -> int:
    """Returns the standard output for answers alone; whatever engines print goes to the log from here on."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers
