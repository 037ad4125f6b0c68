import threading

import pytest

from decoding import metrics
from decoding.loop import Load


class FakeRegistry:
    """Knows the metrics by name, as a registry that they were registered with does."""

    def __init__(self):
        self.gauges = dict.fromkeys(metrics.GAUGES, None)
        self.counters = dict.fromkeys(metrics.COUNTERS, 0)
        self.reported = threading.Event()

    def set(self, name, value):
        assert name in self.gauges
        self.gauges[name] = value

    def count(self, name, by):
        assert by >= 0
        self.counters[name] += by
        self.reported.set()


@pytest.fixture
def registry():
    return FakeRegistry()


def test_reports_every_gauge_and_counts_only_what_is_new(registry):
    loads = iter([Load(5, 2, 100, 0.25), Load(5, 2, 100, 0.25), Load(0, 1, 130, 0.5)])
    reporter = metrics.Reporter(lambda: next(loads), registry)

    reporter.report()
    assert registry.gauges == {"lclm_waiting": 5, "lclm_running": 2, "lclm_kv_use": 0.25}
    assert registry.counters == {"lclm_tokens": 100}

    reporter.report()
    assert registry.counters == {"lclm_tokens": 100}

    reporter.report()
    assert registry.gauges == {"lclm_waiting": 0, "lclm_running": 1, "lclm_kv_use": 0.5}
    assert registry.counters == {"lclm_tokens": 130}


def test_reports_in_its_own_thread_until_it_is_closed(registry, monkeypatch):
    monkeypatch.setattr(metrics, "_INTERVAL", 0.001)
    reporter = metrics.Reporter(lambda: Load(1, 2, 3, 0.5), registry).start()

    assert registry.reported.wait(5)
    reporter.close()
    assert registry.gauges["lclm_waiting"] == 1


def test_goes_on_when_the_registry_raises_once(registry, monkeypatch):
    monkeypatch.setattr(metrics, "_INTERVAL", 0.001)
    errors = [OSError("broken pipe")]
    set_gauge = registry.set

    def raise_once(name, value):
        if name == metrics.KV_USE and errors:
            raise errors.pop()
        set_gauge(name, value)

    monkeypatch.setattr(registry, "set", raise_once)
    reporter = metrics.Reporter(lambda: Load(1, 2, 3, 0.5), registry).start()

    assert registry.reported.wait(5)
    reporter.close()
    assert errors == []
    assert registry.gauges == {"lclm_waiting": 1, "lclm_running": 2, "lclm_kv_use": 0.5}
    assert registry.counters == {"lclm_tokens": 3}
