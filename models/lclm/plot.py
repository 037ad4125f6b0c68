"""A training log as a picture: losses by task and the evaluations on the way, over minutes."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

Series = dict[str, list[tuple[float, float]]]
"""Points (minutes, value) by name."""

LINE = re.compile(r"^\s*(?P<minutes>[\d.]+) min step \d+ (?P<rest>.*)$")
VALUE = re.compile(r"(?P<name>[\w@]+)=(?P<value>[\d.]+)")


def read(log: Path) -> tuple[Series, Series]:
    """Losses by task, and evaluations by name."""
    losses: Series = defaultdict(list)
    scores: Series = defaultdict(list)
    for line in log.read_text().splitlines():
        found = LINE.match(line)
        if found:
            into = scores if found["rest"].startswith("evaluation") else losses
            for value in VALUE.finditer(found["rest"]):
                into[value["name"]].append((float(found["minutes"]), float(value["value"])))
    return losses, scores


def draw(log: Path, out: Path) -> None:
    """Two panels: losses in nats, and shares of tokens (repeat) or answers (needle) that are right."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 1, figsize=(8, 8), sharex=True)
    for panel, series, title in zip(panels, read(log), ("loss (nats)", "right on held-out text"), strict=True):
        for name, points in sorted(series.items()):
            minutes, values = zip(*points, strict=True)
            panel.plot(minutes, values, label=name, linewidth=1)
        panel.set_ylabel(title)
        panel.legend(fontsize=7, ncols=2)
        panel.grid(alpha=0.3)
    panels[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(out)
