"""Nothing is cut, nothing overlaps, nothing jumps: at every width, type size and theme."""

from typing import Any

import numpy as np
import pytest

from chainrule import Explorer
from chainrule.networks.network import network

pytestmark = pytest.mark.browser

CUT = """() => [...document.querySelectorAll(
    ".number, .value, .figure, .symbol, .heading, .name, .title, .phases button, .toolbar button")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true })
    && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
  .map((e) => `${e.className} ${e.dataset.entry ?? ""} ${e.value ?? e.textContent}`)"""
BOXES = """() => [...document.querySelectorAll(".unit, .weight")].map((e) => {
  const { x, y, width, height } = e.getBoundingClientRect(); return [x, y, width, height]; })"""
PLACES = """() => [...document.querySelectorAll(
    ".stage input, .stage button, td, .toolbar > *, .phases button, .pane")]
  .map((e) => { const { x, y, width, height } = e.getBoundingClientRect();
    return [x, y, width, height].map((v) => Math.round(v)); })"""


def large() -> Explorer:
    rng = np.random.default_rng(1)
    six = [rng.normal(size=size) for size in ((6, 6), (1, 6), (6, 6), (1, 6))]
    return Explorer(network(rng.normal(size=(1, 6)), [2], *six), phase="update")


def long_numbers(name: str) -> Explorer:
    explorer = Explorer(name, phase="update")
    explorer.parameters = [
        (-1.23456789e-5 * np.arange(1, np.size(array) + 1)).reshape(np.shape(array))
        for array in explorer.parameters
    ]
    return explorer


def marked() -> Explorer:
    explorer = long_numbers("740")
    explorer.check(lambda x, W1, b1, W2, b2, one_hot: (W1, b1, W2 * np.nan, b2))
    return explorer


STATES = {
    "marked": marked,
    "740": lambda: Explorer("740", phase="update"),
    "720": lambda: Explorer("720", phase="update"),
    "wide": lambda: Explorer("wide", phase="grad_W1"),
    "large": large,
    "long": lambda: long_numbers("740"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [560, 700, 1280, 1920])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_cut_or_covered(show: Any, state: str, width: int, scale: float) -> None:
    explorer = STATES[state]()
    explorer.font_scale = scale
    page = show(explorer, width=width)
    assert page.evaluate(CUT) == []
    boxes = page.evaluate(BOXES)
    for place, a in enumerate(boxes):
        for b in boxes[:place]:
            across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
            down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
            assert across < 1 or down < 1, (a, b)
    # The page itself never scrolls sideways; the picture may, inside its own frame.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("phase", ["loss", "update"])
def test_nothing_jumps_when_numbers_change_length(show: Any, phase: str) -> None:
    page = show(Explorer("small", phase=phase))
    before = page.evaluate(PLACES)
    number = page.locator('.stage input[data-entry="W1[0,0]"]')
    for value in ("-0.0123456", "123456", "-1e-9", "0.5"):
        number.fill(value)
        page.keyboard.press("Enter")
        assert page.evaluate(PLACES) == before


def test_the_seeds_network_is_whole_in_a_window_of_700(show: Any) -> None:
    page = show(Explorer("740", phase="update"), width=700)
    assert page.evaluate(
        """() => { const stage = document.querySelector(".stage");
          return stage.scrollWidth <= stage.clientWidth; }"""
    )
