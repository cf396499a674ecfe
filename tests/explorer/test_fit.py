"""Nothing is cut, nothing overlaps, nothing jumps: at every size, type size and phase."""

from typing import Any

import numpy as np
import pytest

from chainrule import Explorer
from chainrule.explorer.presets import PRESETS
from chainrule.networks.network import network
from tests.support.nodejs import node

pytestmark = pytest.mark.browser

SCREENS = {
    "projector": (1920, 1080),
    "small projector": (1024, 768),
    "laptop": (1280, 800),
    "pane": (640, 800),
    "phone": (390, 844),
}
PHASES = ("x", "probs", "grad_W", "update")
NEEDED = 0.03  # of a projector's height

# What stands on the screen by itself: no two of these share a point, and no text leaves its own.
FAULTS = """() => {
  const leaves = [...document.querySelectorAll(
    ".units > *:not(.unit), .unit .title, .unit.loss > *, .block .caption, .slot > *,"
    + ".phases button, .toolbar > *:not(.moves, .space), .moves > *, .legend > span, .about > *,"
    + ".plane svg, .formula > *, .outcome, .message, .pane, .pill")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches(".unknown")
      && !(e.matches(".second, .outcome, .message") && !e.textContent));
  const boxes = leaves.map((e) => e.getBoundingClientRect());
  const name = (e) => `${e.className} ${e.dataset.entry ?? ""} ${e.value || e.textContent}`;
  const faults = [];
  // A pane holds what is in it, and lies over the picture where it is docked to the screen's end.
  const apart = (a, b) => a.contains(b) || b.contains(a)
    || [a, b].some((e) => e.closest(".working")
      && getComputedStyle(e.closest(".working")).position === "sticky");
  leaves.forEach((a, k) => leaves.slice(0, k).forEach((b, l) => {
    const [p, q] = [boxes[k], boxes[l]];
    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (across > 1 && down > 1 && !apart(a, b)) faults.push(`${name(a)} covers ${name(b)}`);
  }));
  leaves.forEach((e, k) => {
    if (e.matches("input, select")) {
      if (e.scrollWidth > e.clientWidth + 1) faults.push(`cut: ${name(e)}`);
      return;
    }
    if (e.matches(".pane, .pill, .bar, label, svg")) return;
    const range = document.createRange();
    range.selectNodeContents(e);
    const text = range.getBoundingClientRect();
    if (text.width > boxes[k].width + 1 || text.left < boxes[k].left - 1
      || text.right > boxes[k].right + 1) faults.push(`too wide: ${name(e)}`);
  });
  const stage = document.querySelector(".stage");
  if (stage.scrollWidth > stage.clientWidth) faults.push("the picture is cut off");
  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is cut off");
  const formula = document.querySelector(".working").getBoundingClientRect();
  if (formula.bottom > innerHeight + 1) faults.push("the formula is below the screen");
  return faults;
}"""
SMALLEST_FIGURE = """() => Math.min(...[...document.querySelectorAll(
    ".units .number, .units .value:not(.gradient), .slot .number, .slot .value,"
    + ".formula .figure, .result")].map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
PLACES = """() => [...document.querySelectorAll(
    ".stage input, .stage button, .toolbar > *, .pane")]
  .map((e) => { const { x, y, width, height } = e.getBoundingClientRect();
    return [x, y, width, height].map((v) => Math.round(v)); })"""


def large() -> Explorer:
    rng = np.random.default_rng(1)
    six = [rng.normal(size=size) for size in ((6, 6), (1, 6), (6, 6), (1, 6))]
    return Explorer(network(rng.normal(size=(1, 6)), [2], *six))


def long_numbers(name: str, factor: float = -1.23456789e-5) -> Explorer:
    explorer = Explorer(name)
    explorer.parameters = [
        (factor * np.arange(1, np.size(array) + 1)).reshape(np.shape(array))
        for array in explorer.parameters
    ]
    return explorer


def beyond_a_float() -> Explorer:
    explorer = Explorer("720")
    explorer.parameters = [[[-999_999, 999_999], [0, 0]], [[0, 0]]]
    return explorer


# Two of the presets are drawn as others are: a batch of two, and a plane.
DRAWN = [name for name in PRESETS if name not in ("730", "groups")]
# Three examples with all their figures in one picture are smaller; one of them alone is not.
SEVERAL = ("activations",)
STARTS = {name: (lambda name=name: Explorer(name)) for name in DRAWN} | {
    "long numbers": lambda: long_numbers("740"),
    "large numbers": lambda: long_numbers("small", -123456.789),
    "beyond a float": beyond_a_float,
}


def addresses(explorers: list[Explorer]) -> list[str]:
    return node("return given.map(page.addressOf);", [e._state() for e in explorers])


def at(start: str, phase: str, scale: float, entry: str = "[0,1]") -> Explorer:
    explorer = STARTS[start]() if isinstance(start, str) else start()
    one = len(explorer.parameters) == 2
    explorer.phase = phase if one or phase != "grad_W" else "grad_W1"
    explorer.font_scale = scale
    if phase != "x":
        explorer.selection = ("W" if one else "W1") + entry
    return explorer


def visit(page: Any, address: str) -> None:
    page.evaluate(
        """(address) => new Promise((done) => {
          addEventListener("hashchange", () => requestAnimationFrame(() => done()), { once: true });
          location.hash = address;
        })""",
        address,
    )
    page.evaluate("() => { scrollTo(0, 0); document.getAnimations().forEach((a) => a.cancel()); }")


def some(screen: str, scale: float) -> Any:
    """All sizes by turns: what is most unlike in every run, the others in the long ones."""
    often = (screen, scale) in {("projector", 3.0), ("laptop", 1.0), ("pane", 1.0), ("phone", 3.0)}
    return pytest.param(screen, scale, marks=[] if often else [pytest.mark.long])


@pytest.mark.parametrize(
    ("screen", "scale"), [some(screen, scale) for screen in SCREENS for scale in (1.0, 1.5, 3.0)]
)
def test_nothing_is_cut_or_covered(show: Any, screen: str, scale: float) -> None:
    width, height = SCREENS[screen]
    cases = [(start, phase) for start in STARTS for phase in PHASES]
    page = show(Explorer("wide"), width=width, height=height)
    found = {}
    for case, address in zip(cases, addresses([at(*c, scale) for c in cases]), strict=True):
        visit(page, address)
        faults = page.evaluate(FAULTS)
        if screen == "projector" and scale > 1:
            smallest = page.evaluate(SMALLEST_FIGURE)
            if case[0] in DRAWN and case[0] not in SEVERAL and smallest < NEEDED * height:
                faults.append(f"figures of {smallest} pixels")
        if faults:
            found[case] = faults
    assert found == {}


@pytest.mark.parametrize("width", [640, 1280, 1920])
def test_six_units_a_layer_are_readable_or_scroll(show: Any, width: int) -> None:
    page = show(large(), width=width, height=1080)
    faults = [f for f in page.evaluate(FAULTS) if "picture is cut off" not in f]
    assert faults == []
    assert page.evaluate(SMALLEST_FIGURE) >= 11


@pytest.mark.parametrize("phase", ["loss", "update"])
def test_nothing_jumps_when_numbers_change_length(show: Any, phase: str) -> None:
    page = show(Explorer("small", phase=phase))
    number = page.locator('.matrices input[data-entry="W1[0,0]"]')
    number.focus()
    before = page.evaluate(PLACES)
    for value in ("-0.0123456", "123456", "-1e-9", "0.5"):
        number.fill(value)
        page.keyboard.press("Enter")
        assert page.evaluate(PLACES) == before


def test_every_control_is_large_enough_for_a_finger(show: Any) -> None:
    explorer = at("small", "update", 1)
    explorer.mode = "predict"
    page = show(explorer, width=390, height=844)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")]
          .filter((e) => e.checkVisibility({ visibilityProperty: true }))
          .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 23.9 || height < 23.9)
          .map(([e, box]) => [e.className, e.ariaLabel ?? e.textContent, box.width, box.height])"""
    )
    assert small == [], small
