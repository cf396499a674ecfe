"""For everybody: axe-core finds nothing, every control has a name and is reached by keyboard."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from chainrule import Explorer

pytestmark = pytest.mark.browser


def half_right(x: Any, W1: Any, b1: Any, W2: Any, b2: Any, one_hot: Any) -> Any:
    return (x.T @ b1 * 0 + 1, b1 * 0, np.maximum(W2, 9), b2 * 0)


def marked() -> Explorer:
    explorer = Explorer("dead_relu")
    explorer.check(half_right)
    return explorer


STATES = {
    "first": lambda: Explorer("720", phase="x"),
    "forward": lambda: Explorer("740"),
    "update": lambda: Explorer("wide", phase="update"),
    "predict": lambda: Explorer("small", phase="grad_W2", hidden=["grad_W2"]),
    "marked": marked,
    "batch": lambda: Explorer("activations", phase="update"),
    "plane": lambda: Explorer("corners", phase="update"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(show: Any, axe: str, state: str, scheme: str) -> None:
    explorer = STATES[state]()
    if state != "first":
        explorer.selection = next(iter(explorer.network.names)) + "[0,1]"
    page = show(explorer, color_scheme=scheme)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document)")
    told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
    # Not sure are only colours under a line, and names whose visible part is a bare "?".
    unsure = {each["id"] for each in found["incomplete"]}
    assert told == []
    assert unsure <= {"color-contrast", "label-content-name-mismatch"}


# For each element with text of its own: its colour against the first opaque ground below it.
CONTRAST = """() => {
  const parse = (colour) => colour.match(/-?[\\d.]+(e-?\\d+)?/g).map(Number)
    .map((v, k) => (colour.startsWith("color(") && k < 3 ? 255 * v : v));
  const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const ground = (e) => {
    const colour = parse(getComputedStyle(e).backgroundColor);
    return colour.length === 3 || colour[3] === 1 ? colour : ground(e.parentElement);
  };
  const own = (e) => e.value || [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [...document.querySelectorAll(".chainrule-explorer *")]
    .filter((e) => own(e) && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
    .map((e) => {
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className, e.textContent];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_all_text_has_contrast(show: Any, state: str, scheme: str) -> None:
    page = show(STATES[state](), color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    for entry in ("W1[0,0]", "W1[0,1]", "W[0,1]"):
        number = page.locator(f'.matrices input[data-entry="{entry}"]')
        if number.count():
            number.fill("?")
            page.keyboard.press("Enter")  # a message, too
            assert page.evaluate(CONTRAST) == []


def test_every_control_is_reached_by_keyboard_and_has_a_name(show: Any) -> None:
    page = show(Explorer("740", phase="update"))
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select")]
          .filter((e) => !e.disabled && !e.closest("[role=grid]")
            && e.checkVisibility({ visibilityProperty: true })
            && !(e.type === "radio" && !e.checked)).length
          + document.querySelectorAll("[role=grid]").length"""
    )
    named: list[str] = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        named.append(
            page.evaluate(
                """() => { const e = document.activeElement;
                  if (e === document.body) return "";
                  e.dataset.reached = (Number(e.dataset.reached) || 0) + 1;
                  return e.ariaLabel || e.labels?.[0]?.textContent || e.textContent; }"""
            )
        )
    assert all(named), named
    once = page.locator("[data-reached='1']").count()
    # Where the page scrolls sideways, the browser makes that a stop of its own.
    assert once >= wanted - 1


def test_value_and_gradient_are_spoken(show: Any) -> None:
    page = show(Explorer("740", phase="update"))
    weight = page.get_by_role("spinbutton", name="weight W1[0,1]")
    expect(weight).to_have_attribute("aria-valuetext", "1, gradient −10")
    expect(weight).to_have_attribute("aria-valuenow", "1")
    unit = page.locator('.stage [data-entry="hidden_act[0,0]"]')
    expect(unit).to_have_attribute("aria-label", "hidden_act[0,0]: 29, gradient 1")
    before = Explorer("740", phase="loss")
    page = show(before)
    weight = page.get_by_role("spinbutton", name="weight W1[0,1]")
    expect(weight).to_have_attribute("aria-valuetext", "1")


def test_arrow_keys_move_among_the_cells_of_a_matrix(show: Any) -> None:
    page = show(Explorer("720", phase="grad_W"))
    grid = page.get_by_role("grid", name="grad_W", exact=True)
    grid.locator("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(grid.locator('[data-entry="grad_W[1,1]"]')).to_have_class(re.compile("selected"))
    expect(page.locator(".heading:visible").first).to_have_text("grad_W[1,1]")


def test_keys_stay_in_the_explorer_but_shortcuts_pass(show: Any) -> None:
    page = show(Explorer("720"))
    page.evaluate(
        "() => { window.seen = []; document.addEventListener('keydown', (e) => seen.push(e.key)); }"
    )
    page.locator('.stage input[data-entry="x[0,0]"]').focus()
    for key in ("ArrowUp", "b", "Enter", "Escape", "Control+b", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("seen") == ["Escape", "Control", "b"]
