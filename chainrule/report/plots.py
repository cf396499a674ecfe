"""The report's plots, as SVG in data URLs: a picture cannot run anything, and needs no file."""

import base64
import io
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart without colour too: by their order, and by the table below each plot.
COLOURS = {
    "right": "#005a9c",
    "partly": "#7fb2dc",
    "wrong": "#b34700",
    "not attempted": "#c9d1d9",
    "waits": "#8a8f98",
}
TENTHS = [n / 10 for n in range(11)]


def histogram(shares: pd.Series) -> str:
    """How many submissions got which tenth of the marks."""
    from matplotlib.container import BarContainer

    figure, axes = _figure(7, 2.2)
    counts, _, bars = axes.hist(shares.clip(0, 1), bins=TENTHS, color="#005a9c", rwidth=0.92)
    assert isinstance(bars, BarContainer)  # one set of numbers, drawn as bars
    axes.bar_label(bars, labels=[f"{int(count)}" if count else "" for count in counts])
    axes.set(xlim=(0, 1), xticks=TENTHS, xlabel="share of the marks", ylabel="submissions")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.locator_params(axis="y", integer=True)
    axes.margins(y=0.18)
    return _url(figure)


def verdicts(difficulty: pd.DataFrame) -> str:
    """Of each question, one bar: the learners by verdict."""
    figure, axes = _figure(7, 0.7 + 0.38 * len(difficulty))
    left = pd.Series(0, index=difficulty.index)
    for name, colour in COLOURS.items():
        bars = axes.barh(difficulty.question, difficulty[name], left=left, color=colour, label=name)
        light = name in ("partly", "not attempted")
        # A narrow bar has no room for its figure; the table has it.
        labels = [f"{n}" if n > 0.03 * difficulty.learners.max() else "" for n in difficulty[name]]
        axes.bar_label(
            bars, labels, label_type="center", color="#1f2328" if light else "white", fontsize=8
        )
        left = left + difficulty[name]
    axes.invert_yaxis()
    axes.set(xlim=(0, max(1, difficulty.learners.max())), xlabel="learners")
    axes.locator_params(axis="x", integer=True)
    axes.legend(ncols=5, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=8)
    return _url(figure)


def _figure(width: float, height: float) -> tuple["Figure", "Axes"]:
    # Not pyplot: it keeps state, and may look for a screen.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _url(figure: "Figure") -> str:
    import matplotlib

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "chainrule", "text.parse_math": False}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()
