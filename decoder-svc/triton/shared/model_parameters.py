"""Reads the parameters that the generated config.pbtxt gives a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ModelParameters:
    """Parameters of one model configuration, all of them texts.

    Whatever is missing, empty or not as it should be raises ValueError, which says its name, what it is and what was
    expected.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._parameters = config.get("parameters", {})

    def text(self, name: str) -> str:
        text = self._parameters.get(name, {}).get("string_value", "")
        if not text:
            raise _wrong(name, "missing", "as `laconic models graph` writes it")
        return str(text)

    def whole_number(self, name: str, least: int, most: int | None = None) -> int:
        text = self.text(name)
        if not _is_whole(text, least, most):
            raise _wrong(name, text, f"a whole number, {_range(least, most)}")
        return int(text)

    def whole_numbers(self, name: str, least: int, most: int | None = None) -> list[int]:
        """Returns one number or more, which have commas between them."""
        text = self.text(name)
        numbers = text.split(",")
        if not all(_is_whole(number, least, most) for number in numbers):
            raise _wrong(name, text, f"whole numbers with commas between them, each {_range(least, most)}")
        return [int(number) for number in numbers]

    def share(self, name: str) -> float:
        """Returns a number above 0, at most 1."""
        text = self.text(name)
        wrong = _wrong(name, text, "a number above 0, at most 1")
        try:
            share = float(text)
        except ValueError:
            raise wrong from None
        if not 0 < share <= 1:
            raise wrong
        return share


def _is_whole(text: str, least: int, most: int | None) -> bool:
    # What Java writes: `int` takes signs, spaces, underscores and every script's digits, too.
    if not (text.isascii() and text.isdigit()):
        return False
    return least <= int(text) and (most is None or int(text) <= most)


def _range(least: int, most: int | None) -> str:
    return f"{least} or more" if most is None else f"{least} to {most}"


def _wrong(name: str, value: str, expected: str) -> ValueError:
    return ValueError(f"parameter {name}: {value} (expected: {expected})")
