"""A training log as a picture: losses by task and the evaluations on the way, over minutes."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

Series = dict[str, list[tuple[float, float]]]
"""Points (minutes, value) by name."""

LINE = re.compile(r"^\s*(?P<minutes>[\d.]+) min step \d+ (?P<rest>.*)$")
VALUE = re.compile(r"(?P<name>[\w@]+)=(?P<value>[\d.]+)")


def read(logs: list[Path]) -> tuple[Series, Series]:
    """Losses by task, and evaluations by name; each log goes on where the one before it ends."""
    losses: Series = defaultdict(list)
    scores: Series = defaultdict(list)
    begin = end = 0.0
    for log in logs:
        begin = end
        for line in log.read_text().splitlines():
            found = LINE.match(line)
            if found:
                end = begin + float(found["minutes"])
                into = scores if found["rest"].startswith("evaluation") else losses
                for value in VALUE.finditer(found["rest"]):
                    into[value["name"]].append((end, float(value["value"])))
    return losses, scores


def draw(logs: list[Path], out: Path) -> None:
    """A panel of losses in nats, and one of shares of tokens (repeat) or answers (needle) if any were measured."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    both = zip(("loss (nats)", "right on held-out text"), read(logs), strict=True)
    drawn = {title: series for title, series in both if series}
    if not drawn:
        raise ValueError(f"{', '.join(map(str, logs))}: no loss, expected lines of a training log")
    figure, grid = pyplot.subplots(len(drawn), 1, figsize=(8, 4 * len(drawn)), sharex=True, squeeze=False)
    panels = grid[:, 0]
    for panel, (title, series) in zip(panels, drawn.items(), strict=True):
        for name, points in sorted(series.items()):
            minutes, values = zip(*points, strict=True)
            panel.plot(minutes, values, label=name, linewidth=1)
        panel.set_ylabel(title)
        panel.legend(fontsize=7, ncols=2)
        panel.grid(alpha=0.3)
    panels[-1].set_xlabel("minutes")
    figure.tight_layout()
    figure.savefig(out)
