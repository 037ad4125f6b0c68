"""A training log as a picture: losses by skill and aid, and what was right on the validation text."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

Series = dict[str, list[tuple[float, float]]]
"""Points (million tokens, value) by name."""


def read(log: Path) -> dict[str, Series]:
    """Losses, and shares of right tokens, by what the axis says."""
    panels: dict[str, Series] = {"loss (nats)": defaultdict(list), "right tokens, validation": defaultdict(list)}
    losses, right = panels.values()
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        for name, value in entry.get("loss", {}).items():
            losses[name].append((entry["tokens"] / 1e6, value))
        for name, found in entry.get("validation", {}).items():
            right[name].append((entry["tokens"] / 1e6, found["tokens"]))
    return {title: series for title, series in panels.items() if series}


def draw(log: Path, out: Path) -> None:
    """A panel for each kind that was logged."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    drawn = read(log)
    if not drawn:
        raise ValueError(f"{log}: no loss (expected: lines of a training log)")
    figure, grid = pyplot.subplots(len(drawn), 1, figsize=(8, 4 * len(drawn)), sharex=True, squeeze=False)
    for panel, (title, series) in zip(grid[:, 0], drawn.items(), strict=True):
        for name, points in sorted(series.items()):
            panel.plot(*zip(*points, strict=True), label=name, linewidth=1)
        panel.set_ylabel(title)
        panel.legend(fontsize=7, ncols=2)
        panel.grid(alpha=0.3)
    grid[-1, 0].set_xlabel("million context tokens")
    figure.tight_layout()
    figure.savefig(out)
