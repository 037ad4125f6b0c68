"""Binds the decoder to Triton's Python backend: one instance, decoupled, `max_batch_size: 0`.

`execute` only reads requests and admits them; the engine's thread computes, the delivery's thread sends. Every request
gets a response marked final, whatever happens to it.
"""

from __future__ import annotations

import itertools
import json
import logging
import math
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import triton_python_backend_utils as pb_utils

from decoding import metrics
from decoding.delivery import Delivery
from decoding.engine import open_engine
from decoding.loop import EngineLoop
from decoding.request import read
from decoding.settings import Settings
from fingerprint import check_fingerprint
from problems import Problem, failed

log = logging.getLogger(__name__)

_FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    """The class that the backend looks for."""

    def initialize(self, args: dict[str, str]) -> None:
        logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
        settings = Settings.read(json.loads(args["model_config"]))
        self._settings = settings
        self._keys = itertools.count()
        # As many as one step makes: the loop is never more than a step ahead of what was sent.
        self._delivery = Delivery(settings.slots, lambda key: self._loop.cancel(key))
        self._loop = EngineLoop(
            open_engine(settings), settings.slots, settings.queue_limit, self._delivery.put, died=_end_server
        )
        registry = TritonRegistry({"model": args["model_name"], "version": args["model_version"]})
        self._reporter = metrics.Reporter(self._loop.load, registry)
        self._delivery.start()
        self._loop.start()
        self._reporter.start()

    def execute(self, requests: Sequence[Any]) -> None:
        for request in requests:
            sink = TritonSink(request.get_response_sender())
            key = next(self._keys)
            try:
                self._admit(key, request, sink)
            except Exception as error:
                self._delivery.forget(key)
                self._refuse(sink, error)

    @staticmethod
    def _refuse(sink: TritonSink, error: Exception) -> None:
        if not isinstance(error, Problem):
            log.error("reading a request", exc_info=error)
        try:
            sink.fail(failed(error))
        except Exception:
            log.exception("refusing a request")

    def _admit(self, key: int, request: Any, sink: TritonSink) -> None:
        check_fingerprint(request.parameters(), self._settings.fingerprint)
        self._loop.check_room()
        parsed = read({tensor.name(): tensor.as_numpy() for tensor in request.inputs()}, self._settings)
        micros = request.timeout()
        deadline = time.monotonic() + micros / 1e6 if micros > 0 else math.inf
        self._delivery.add(key, sink, parsed.ids.size)
        self._loop.submit(key, parsed, deadline)

    def finalize(self) -> None:
        self._reporter.close()
        self._loop.close()
        self._delivery.close()


def _end_server() -> None:
    """Ends the server's process, whose child this is: Triton calls a model ready whatever has become of its threads."""
    os.kill(os.getppid(), signal.SIGTERM)


class TritonSink:
    """A request's response sender."""

    def __init__(self, sender: Any) -> None:
        self._sender = sender

    def tokens(self, ids: tuple[int, ...]) -> None:
        self._sender.send(pb_utils.InferenceResponse([_token_ids(ids)]))

    def finish(self, ids: tuple[int, ...], reason: str, usage: tuple[int, int]) -> None:
        outputs = [_token_ids(ids)] if ids else []
        outputs.append(pb_utils.Tensor("FINISH_REASON", np.array([reason.encode()], np.object_)))
        outputs.append(pb_utils.Tensor("USAGE", np.array(usage, np.int64)))
        self._sender.send(pb_utils.InferenceResponse(outputs), flags=_FINAL)

    def fail(self, problem: Problem) -> None:
        self._sender.send(pb_utils.InferenceResponse([], error=pb_utils.TritonError(str(problem))), flags=_FINAL)

    def cancelled(self) -> bool:
        return bool(self._sender.is_cancelled())


def _token_ids(ids: tuple[int, ...]) -> Any:
    return pb_utils.Tensor("TOKEN_ID", np.array(ids, np.int32))


class TritonRegistry:
    """Triton's own metrics, at its metrics port."""

    def __init__(self, labels: dict[str, str]) -> None:
        kinds = ((metrics.GAUGES, pb_utils.MetricFamily.GAUGE), (metrics.COUNTERS, pb_utils.MetricFamily.COUNTER))
        # A family has to live as long as its metrics.
        self._families = {
            name: pb_utils.MetricFamily(name=name, description=text, kind=kind)
            for names, kind in kinds
            for name, text in names.items()
        }
        self._metrics = {name: family.Metric(labels=labels) for name, family in self._families.items()}

    def set(self, name: str, value: float) -> None:
        self._metrics[name].set(value)

    def count(self, name: str, by: float) -> None:
        self._metrics[name].increment(by)
