"""What goes wrong, worded as the contract says: a gRPC status by name, a colon, what came and what was expected."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - as the services call it
    """Ends one request, and no other."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code


def invalid(what: str, value: object, expected: str) -> Problem:
    return Problem("INVALID_ARGUMENT", f"{what}: {value} (expected: {expected})")


def out_of_range(what: str, value: object, expected: str) -> Problem:
    return Problem("OUT_OF_RANGE", f"{what}: {value} (expected: {expected})")


def queue_full(limit: int) -> Problem:
    return Problem("RESOURCE_EXHAUSTED", f"generations waiting: {limit + 1} (expected: at most {limit})")


def late(tokens: int) -> Problem:
    return Problem("DEADLINE_EXCEEDED", f"deadline passed after {tokens} tokens (expected: all in time)")


def cancelled(tokens: int) -> Problem:
    return Problem("CANCELLED", f"cancelled after {tokens} tokens")


def closing() -> Problem:
    return Problem("UNAVAILABLE", "the model serves no more (expected: loaded)")


def failed(error: BaseException) -> Problem:
    """Returns what a client is told of an error; what else there is to know stands in the log."""
    return error if isinstance(error, Problem) else Problem("INTERNAL", "the model failed (its log says why)")
