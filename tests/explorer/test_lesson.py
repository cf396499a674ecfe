"""What a lesson needs beside the picture: prediction, motion, undo, a tour, links, paper."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from chainrule import Explorer
from chainrule.explorer.presets import PRESETS
from tests.support.nodejs import node

pytestmark = pytest.mark.browser


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def number(page: Any, entry: str) -> Any:
    return page.locator(
        f'.units input[data-entry="{entry}"], .matrices input[data-entry="{entry}"]'
    )


def value(page: Any, entry: str) -> Any:
    return page.locator(
        f'.units .value[data-entry="{entry}"], .matrices .value[data-entry="{entry}"]'
    )


# Prediction


def test_what_comes_next_is_hidden_until_it_is_predicted(show: Any) -> None:
    page = show(Explorer("740", phase="logits"))
    page.get_by_label("Predict", exact=True).check()
    expect(value(page, "logits[0,0]")).to_have_text("121")
    button(page, "Next ▸").click()
    expect(value(page, "probs[0,1]")).to_have_text("?")
    assert "6.47" not in page.locator("#explorer").inner_html()
    page.get_by_label("your prediction for probs[0,1]").fill("0.01")
    page.keyboard.press("Enter")
    expect(value(page, "probs[0,1]")).to_have_text("6.47e−26")
    expect(page.locator(".outcome")).to_have_text(
        "you said 0.01: off by 0.01, too large by a factor of 2e23"
    )
    button(page, "Next ▸").click()
    expect(value(page, "probs[0,0]")).to_have_text("1")
    page.get_by_label("your prediction for loss").fill("58")
    page.keyboard.press("Enter")
    expect(page.locator(".outcome")).to_have_text("you said 58: right")
    score = page.locator(".toolbar").get_by_text("1 of 2 right, 2 with the right sign")
    expect(score).to_be_visible()
    button(page, "◂ Back").click()
    expect(value(page, "probs[0,0]")).to_have_text("1")
    page.get_by_label("Example", exact=True).select_option("small")
    expect(score).to_be_visible()
    score.click()
    expect(score).to_have_count(0)


def test_a_phase_can_be_shown_without_a_prediction(show: Any) -> None:
    page = show(Explorer("740", phase="x"))
    page.get_by_label("Predict", exact=True).check()
    button(page, "logits").click()
    for entry in ("hidden_pre[0,0]", "hidden_act[0,0]", "logits[0,0]"):
        expect(value(page, entry)).to_have_text("?")
    button(page, "Show logits").click()
    expect(value(page, "logits[0,0]")).to_have_text("121")
    expect(value(page, "hidden_act[0,0]")).to_have_text("?")


@pytest.mark.parametrize(
    ("guess", "value", "words"),
    [
        (0.5, 0.502, "right"),
        (0, 0, "right"),
        (1, 2, "off by 1, too small by a factor of 2"),
        (-1, 2, "off by 3, the other sign"),
        (0, 2, "off by 2, too small"),
        (2, 0, "off by 2, too large"),
        (-30, -20, "off by 10, too large by a factor of 1.5"),
    ],
)
def test_how_far_off_is_said(guess: float, value: float, words: str) -> None:
    assert node("return page.howFarOff(...given);", [guess, value]) == words


# Motion


def test_products_run_along_the_edges_and_leave_right_figures(show: Any) -> None:
    page = show(Explorer("740", phase="x"))
    button(page, "Next ▸").click()
    expect(page.locator(".run")).to_have_count(4)
    seen = page.evaluate("() => [...document.querySelectorAll('.run')].map((e) => e.textContent)")
    assert seen == ["−10", "40", "−10", "40"]
    expect(value(page, "hidden_pre[0,0]")).to_have_text("29")
    page.wait_for_function("() => !document.querySelector('.run')")
    button(page, "grad_logits").click()
    expect(page.locator(".run")).to_have_count(0)  # a jump over phases is no step
    button(page, "Next ▸").click()
    expect(page.locator(".run")).to_have_count(4)
    number(page, "x[0,0]").focus()
    page.keyboard.press("ArrowUp")  # other numbers: what runs is not theirs any more
    expect(page.locator(".run")).to_have_count(0)


def test_nothing_moves_where_less_motion_is_asked_for(show: Any) -> None:
    page = show(Explorer("740", phase="x"), reduced_motion="reduce")
    button(page, "Next ▸").click()
    expect(value(page, "hidden_pre[0,0]")).to_have_text("29")
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_pass_plays_by_itself_and_stops(show: Any) -> None:
    page = show(Explorer("720", phase="x"), reduced_motion="reduce")
    page.get_by_role("button", name="play", exact=True).click()
    current = page.locator(".phases [aria-current=step]")
    expect(current).to_have_text("probs")
    page.get_by_role("button", name="pause", exact=True).click()
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


# Undo


def test_control_z_takes_the_last_change_back(show: Any) -> None:
    page = show(Explorer("720"))
    number(page, "W[0,1]").focus()
    for key in ("ArrowUp", "Escape", "Control+z"):
        page.keyboard.press(key)
    expect(number(page, "W[0,1]")).to_have_value("2")
    expect(button(page, "Undo")).to_be_disabled()
    number(page, "W[0,1]").press_sequentially("7")
    page.keyboard.press("Control+z")  # what is being typed is the field's own
    expect(page.get_by_role("alert")).to_have_text("")
    expect(button(page, "Undo")).to_be_disabled()


# Fingers


def test_a_finger_that_drags_opens_no_keyboard(show: Any) -> None:
    page = show(Explorer("720"), has_touch=True)
    box = number(page, "x[0,0]").bounding_box()
    page.evaluate(
        """([x, y]) => {
          const field = document.querySelector('.units input[data-entry="x[0,0]"]');
          field.setPointerCapture = () => {};
          for (const [name, by] of [["pointerdown", 0], ["pointermove", 40], ["pointerup", 40]])
            field.dispatchEvent(new PointerEvent(name, { bubbles: true, pointerType: "touch",
              pointerId: 1, clientX: x + by, clientY: y }));
        }""",
        [box["x"], box["y"]],
    )
    expect(number(page, "x[0,0]")).to_have_value("9")
    assert page.evaluate("document.activeElement === document.body")


def test_a_key_changes_the_sign_where_a_keyboard_has_no_minus(show: Any) -> None:
    page = show(Explorer("720"), has_touch=True, is_mobile=True)
    negate = page.get_by_role("button", name="change the sign")
    number(page, "x[0,0]").focus()
    negate.tap()
    expect(number(page, "x[0,0]")).to_have_value("−8")
    expect(number(page, "x[0,0]")).to_be_focused()
    number(page, "W[0,1]").fill("3.5")
    negate.tap()
    expect(number(page, "W[0,1]")).to_have_value("−3.5")
    mouse = show(Explorer("720"))
    expect(mouse.get_by_role("button", name="change the sign")).to_have_count(0)


# The gradient as a slope


@pytest.mark.parametrize("name", PRESETS)
def test_the_slope_is_that_of_the_losses_beside_it(name: str) -> None:
    state = Explorer(name)._state()
    for entry in [f"{parameter}[0,0]" for parameter in Explorer(name).network.names]:
        plot = node("return page.along(given[0], given[1]);", [state, entry])
        middle = len(plot["points"]) // 2
        assert plot["points"][middle] == {"value": plot["at"], "loss": plot["loss"]}
        h = 1e-5
        near = node(
            "const [s, id, h] = given; const v = page.lookUp(page.trace(s), id);"
            "return [v - h, v + h].map((x) =>"
            " page.trace({ ...s, ...page.replaced(s, id, x) }).loss);",
            [state, entry, h],
        )
        below, above = (near[0] - plot["loss"]) / -h, (near[1] - plot["loss"]) / h
        # At a kink the slope is that of one side.
        assert min(abs(below - plot["slope"]), abs(above - plot["slope"])) < 1e-3, entry


def test_the_tangent_is_drawn_when_the_gradient_is_computed(show: Any) -> None:
    page = show(Explorer("small", phase="loss"))
    number(page, "W1[1,0]").focus()
    slope = page.get_by_role("group", name="Slope")
    expect(slope).to_contain_text("loss along W1[1,0]")
    expect(slope.locator(".tangent")).to_be_hidden()
    button(page, "grad_W1").click()
    expect(slope.locator(".tangent")).to_be_visible()
    expect(slope).to_contain_text("slope 1.1781: if it grows by 0.1, the loss rises by about 0.118")
    page.get_by_label("Predict", exact=True).check()
    button(page, "Hide grad_W1").click()
    expect(slope.locator(".tangent")).to_be_hidden()
    expect(slope).not_to_contain_text("1.1781")


# States that are sent


def test_a_link_has_the_same_numbers(show: Any, browser: Any) -> None:
    page = show(Explorer("small", phase="x"))
    number(page, "W1[0,1]").fill("0.123456789012")
    page.keyboard.press("Enter")
    button(page, "grad_W1").click()
    button(page, "Keep W1[0,1] on its edge").click()
    button(page, "A+").click()
    loss = page.locator("button.loss").inner_text()
    page.wait_for_function("() => location.hash.includes('0.123456789012')")
    page.wait_for_function("() => location.hash.includes('size=1.25')")
    there = browser.new_page(viewport={"width": 1280, "height": 800})
    there.goto(page.url)
    expect(number(there, "W1[0,1]")).to_have_attribute("aria-valuenow", "0.123456789012")
    expect(there.locator("button.loss")).to_have_text(loss)
    expect(there.locator(".phases [aria-current=step]")).to_have_text("grad_W1")
    expect(there.locator('.pill[data-entry="W1[0,1]"]')).to_be_visible()
    there.close()


@pytest.mark.parametrize("name", PRESETS)
def test_an_address_says_the_whole_state(name: str) -> None:
    explorer = Explorer(name, phase="update", hidden=["loss"], font_scale=2, code="forward")
    explorer.step(2)
    explorer.log_scale = True
    explorer.selection = explorer.network.names[0] + "[0,1]"
    explorer.pinned = [explorer.network.names[0] + "[0,0]"]
    explorer.example = len(explorer.x) - 1
    state = explorer._state()
    other = Explorer("720" if len(explorer.parameters) == 4 else "740")._state()
    back = node(
        "return page.fromAddress('#' + page.addressOf(given[0]), given[1]);", [state, other]
    )
    said = (
        "x",
        "target",
        "parameters",
        "learning_rate",
        "activation",
        "example",
        "phase",
        "selection",
        "pinned",
        "mode",
    )
    for field in (*said, "hidden", "font_scale", "log_scale", "code"):
        assert back[field] == state[field], field


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("#x=1,2&target=0", "the address has no W, so its numbers are not shown"),
        ("#x=1&W=1,2&b=0&target=0", "the address does not fit: b has 1 numbers, expected 2"),
        ("#x=1&W=1,two&b=0,0&target=0", "the address does not fit: W[0,1] is not a finite number"),
        ("#x=1&W=1,2&b=0,0&target=%E0%A4", "the address does not fit: target is NaN, the classes"),
    ],
)
def test_an_address_that_does_not_fit_is_said(show: Any, address: str, message: str) -> None:
    page = show(Explorer("720"))
    page.evaluate("(address) => (location.hash = address)", address)
    expect(page.get_by_role("alert")).to_contain_text(message)
    expect(number(page, "W[0,1]")).to_have_value("2")


def test_a_page_is_saved_with_its_numbers(show: Any, browser: Any, tmp_path: Path) -> None:
    page = show(Explorer("small"))
    number(page, "W1[0,1]").fill("0.75")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        button(page, "Save").click()
    saved = tmp_path / "saved.html"
    download.value.save_as(saved)
    again = browser.new_page(viewport={"width": 1280, "height": 800})
    again.goto(saved.as_uri())
    expect(number(again, "W1[0,1]")).to_have_value("0.75")
    expect(again.locator(".chainrule-explorer")).to_have_count(1)
    button(again, "Undo").click()
    expect(number(again, "W1[0,1]")).to_have_value("−0.5")
    again.close()


# The tour, and paper


def test_the_tour_shows_one_thing_after_the_other(show: Any) -> None:
    page = show(Explorer("small"))
    button(page, "Tour").click()
    tour = page.get_by_role("region", name="How to read this picture")
    seen = []
    while tour.is_visible():
        seen.append(tour.locator("p").inner_text()[:6])
        expect(page.locator(".toured")).to_have_count(1)
        tour.get_by_role("button", name="Next").click()
    assert seen == [f"{k} of 7" for k in range(1, 8)]
    expect(page.locator(".toured")).to_have_count(0)


def test_paper_has_the_picture_and_no_controls(show: Any) -> None:
    page = show(Explorer("small", phase="update"), color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator(".toolbar")).to_be_hidden()
    expect(number(page, "W1[0,1]")).to_be_visible()
    ground = "(e) => getComputedStyle(e).backgroundColor"
    assert re.fullmatch(
        r"rgb\(255, 255, 255\)", page.locator(".chainrule-explorer").evaluate(ground)
    )


# Two at once


def test_two_explorers_have_targets_of_their_own(show: Any, browser: Any, tmp_path: Path) -> None:
    """A notebook loads the modules once for each widget: no counter in them tells them apart."""
    groups = []
    for name in ("first", "second"):
        page = show(Explorer("720"))
        groups.append(page.locator("input[type=radio]").first.get_attribute("name"))
        assert name
    assert groups[0] != groups[1]
