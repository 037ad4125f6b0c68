"""Compares the checkpoint that a request is for with the one that runs."""

from __future__ import annotations

import json

from problems import Problem


def check_fingerprint(parameters: str, expected: str) -> None:
    """Checks that a request is for this checkpoint; one that doesn't say is believed.

    Args:
        parameters: of the request, as Triton gives them: a JSON object
        expected: fingerprint of the checkpoint

    Raises:
        Problem: FAILED_PRECONDITION.
    """
    fingerprint = json.loads(parameters or "{}").get("fingerprint", expected)
    if fingerprint != expected:
        raise Problem("FAILED_PRECONDITION", f"fingerprint: {fingerprint} (expected: {expected})")
