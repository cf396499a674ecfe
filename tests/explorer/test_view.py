"""The page by itself in a real browser: editing, linked views, phases, prediction, bad input."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from chainrule import Explorer

pytestmark = pytest.mark.browser


def number(page: Any, entry: str) -> Any:
    return page.locator(
        f'.units input[data-entry="{entry}"], .matrices input[data-entry="{entry}"]'
    )


def cell(page: Any, entry: str) -> Any:
    return page.locator(f'.matrices [data-entry="{entry}"]')


def pill(page: Any, entry: str) -> Any:
    return page.locator(f'.pill[data-entry="{entry}"]')


def term(page: Any, entry: str) -> Any:
    return page.locator(f'.formula .term[data-entry="{entry}"] .figure')


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def test_an_arrow_key_changes_every_view(show: Any) -> None:
    page = show(Explorer("720", phase="logits"))
    number(page, "W[0,1]").focus()
    page.keyboard.press("ArrowUp")
    expect(number(page, "W[0,1]")).to_have_value("2.1")
    expect(pill(page, "W[0,1]").locator("input")).to_have_value("2.1")
    expect(term(page, "W[0,1]")).to_have_text("2.1")
    expect(page.locator(".result")).to_contain_text("14.8")
    expect(page.locator('.stage [data-entry="logits[0,1]"]')).to_have_text("14.8")


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["ArrowUp"], "2.1"),
        (["ArrowDown"], "1.9"),
        (["Shift+ArrowUp"], "2.01"),
        (["PageUp", "PageUp"], "4"),
        (["PageDown"], "1"),
        (["-", "3", ".", "5", "Enter"], "−3.5"),
        (["1", "e", "-", "4", "Enter"], "1e−4"),
        (["7", "Escape"], "2"),
        (["7", "Tab"], "7"),
    ],
)
def test_keys_change_a_number(show: Any, keys: list[str], value: str) -> None:
    page = show(Explorer("720"))
    number(page, "W[0,1]").focus()
    for key in keys:
        page.keyboard.press(key)
    expect(number(page, "W[0,1]")).to_have_value(value)


def test_the_learning_rate_moves_within_its_power_of_ten(show: Any) -> None:
    page = show(Explorer("720"))
    rate = page.get_by_label("learning rate")
    for key, value in (("ArrowUp", "0.011"), ("ArrowDown", "0.01"), ("ArrowDown", "0.009")):
        rate.press(key)
        expect(rate).to_have_value(value)
    expect(page.get_by_label("Loss", exact=True)).to_contain_text("No change yet.")
    button(page, "Undo").click()
    expect(rate).to_have_value("0.01")


def test_a_drag_changes_a_number_and_is_undone_as_one(show: Any) -> None:
    page = show(Explorer("720"))
    box = number(page, "x[0,0]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=5)
    page.mouse.move(x + 40, y, steps=5)
    page.mouse.up()
    expect(number(page, "x[0,0]")).to_have_value("9")
    button(page, "Undo").click()
    expect(number(page, "x[0,0]")).to_have_value("8")
    expect(button(page, "Undo")).to_be_disabled()


def test_one_selection_is_lit_everywhere(show: Any) -> None:
    page = show(Explorer("740", phase="hidden_pre"))
    number(page, "W1[0,1]").focus()
    expect(page.locator(".halo.selected")).to_have_count(1)
    expect(page.locator('.matrices .selected[data-entry="W1[0,1]"]')).to_have_count(1)
    expect(page.locator('.pill.selected[data-entry="W1[0,1]"]')).to_have_count(1)
    expect(page.locator('.term.selected[data-entry="W1[0,1]"]')).to_have_count(1)
    expect(page.locator(".code li.current .selected")).to_have_text("W1")
    number(page, "W2[1,0]").focus()
    expect(page.locator('.matrices .selected[data-entry="W2[1,0]"]')).to_have_count(1)
    expect(page.locator('[data-entry="W1[0,1]"].selected')).to_have_count(0)
    button(page, "grad_W2").click()
    expect(page.locator('.matrices .selected[data-entry="grad_W2[1,0]"]')).to_have_count(1)
    expect(page.locator(".code li.current .selected")).to_have_text("grad_W2")
    page.locator('.matrices [data-entry="grad_W2[0,1]"]').click()
    expect(page.locator('.matrices input.selected[data-entry="W2[0,1]"]')).to_have_count(1)
    expect(pill(page, "W2[0,1]")).to_be_visible()


def test_what_the_pointer_is_on_is_lit_everywhere(show: Any) -> None:
    page = show(Explorer("740", phase="hidden_pre"))
    page.locator('.formula .term[data-entry="W1[1,0]"]').hover()
    expect(page.locator(".halo.hovered")).to_have_count(1)
    expect(pill(page, "W1[1,0]")).to_be_visible()
    expect(number(page, "W1[1,0]")).to_have_class(re.compile("hovered"))
    expect(page.locator(".code .hovered")).to_have_text(["W1"])
    number(page, "W2[0,0]").hover()
    expect(pill(page, "W1[1,0]")).to_have_count(0)
    expect(pill(page, "W2[0,0]")).to_be_visible()
    expect(page.locator(".code .hovered")).to_have_text(["W2", "W2"])
    page.mouse.move(1, 1)
    expect(page.locator(".pill")).to_have_count(0)


def test_a_figure_that_is_pinned_stays_on_its_edge(show: Any) -> None:
    page = show(Explorer("small"))
    number(page, "W1[0,0]").focus()
    button(page, "Keep W1[0,0] on its edge").click()
    number(page, "W2[0,0]").focus()
    page.mouse.move(1, 1)
    expect(page.locator(".pill")).to_have_count(2)
    pill(page, "W1[0,0]").locator("input").fill("3")
    page.keyboard.press("Enter")
    expect(number(page, "W1[0,0]")).to_have_value("3")
    button(page, "Take W1[0,0] off its edge").click()
    number(page, "x[0,0]").focus()
    page.mouse.move(1, 1)
    expect(page.locator(".pill")).to_have_count(0)


def test_phases_go_forward_and_back(show: Any) -> None:
    page = show(Explorer("740", phase="x"))
    current = page.locator(".phases [aria-current=step]")
    seen = [current.inner_text()]
    while button(page, "Next ▸").is_enabled():
        button(page, "Next ▸").click()
        seen.append(current.inner_text())
    assert seen[:3] == ["x", "hidden_pre", "hidden_act"]
    assert seen[-1] == "update" and len(seen) == 14
    expect(page.locator('.stage [data-entry="grad_W1[1,0]"]')).to_have_text("20")
    button(page, "◂ Back").click()
    expect(current).to_have_text("grad_b1")
    button(page, "loss").click()
    expect(page.locator('.stage [data-entry="grad_W1[1,0]"]')).to_be_hidden()


def test_the_update_is_shown_and_taken(show: Any) -> None:
    page = show(Explorer("740", phase="update"))
    number(page, "W1[1,0]").focus()
    expect(page.locator(".result")).to_have_text("=1.8")
    expect(page.locator(".outcome")).to_contain_text("58 now, 20.13")
    expect(cell(page, "new W1[1,0]")).to_have_text("→1.8")
    for _ in range(3):
        button(page, "Update").click()
    expect(page.get_by_label("Loss", exact=True)).to_contain_text(
        "58 → 20.132 → 0.067771 → 0.01969"
    )
    for _ in range(3):
        button(page, "Undo").click()
    expect(page.locator("button.loss")).to_have_text("58")


def test_a_value_is_hidden_until_it_is_predicted(show: Any) -> None:
    page = show(Explorer("720", phase="grad_W"))
    page.get_by_label("Predict").check()
    button(page, "Hide grad_W").click()
    gradient = cell(page, "grad_W[0,1]")
    expect(gradient).to_have_text("?")
    assert "7.9996" not in page.locator(".chainrule-explorer").inner_text()
    assert "7.9996" not in page.locator("#explorer").inner_html()
    gradient.click()
    page.get_by_label("your prediction for grad_W[0,1]").fill("8")
    page.keyboard.press("Enter")
    expect(gradient).to_have_text("7.9996")
    expect(page.locator(".outcome")).to_have_text("you said 8: right")
    expect(gradient).to_be_focused()
    expect(cell(page, "grad_W[0,0]")).to_have_text("?")
    number(page, "x[0,0]").focus()
    page.keyboard.press("ArrowUp")  # other numbers ask again
    expect(gradient).to_have_text("?")


def test_a_saturated_probability_stays_readable(show: Any) -> None:
    page = show(Explorer("740", phase="probs"))
    fill = page.locator('.value[data-entry="probs[0,1]"] + .bar .fill')
    assert fill.bounding_box()["width"] < 1
    number(page, "b2[0,1]").fill("6")
    page.keyboard.press("Enter")
    page.get_by_label("log scale").check()
    expect(page.locator('.stage [data-entry="probs[0,1]"]')).to_have_text("1.76e−25")
    assert fill.bounding_box()["width"] > 1


@pytest.mark.parametrize(
    ("entry", "typed", "message"),
    [
        ("W[0,0]", "abc", 'W[0,0]: "abc" is not a number'),
        ("W[0,0]", "2e6", "W[0,0] is 2000000, the largest size is 1000000"),
        ("x[0,1]", "1e400", "x[0,1] is not a finite number"),
        ("learning_rate", "-1", "learning_rate is -1, it must be above 0 and at most 1000"),
    ],
)
def test_bad_input_is_one_line_and_nothing_changes(
    show: Any, entry: str, typed: str, message: str
) -> None:
    page = show(Explorer("720"))
    field = page.locator(f'input[data-entry="{entry}"]').first
    before = field.input_value()
    field.fill(typed)
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert")).to_have_text(message)
    expect(field).to_have_value(before)
    number(page, "W[0,0]").focus()
    page.keyboard.press("ArrowUp")
    expect(number(page, "W[0,0]")).to_have_value("1.1")
    expect(page.get_by_role("alert")).to_have_text("")


def test_a_step_out_of_range_is_refused(show: Any) -> None:
    page = show(Explorer("710", learning_rate=1000))
    number(page, "x[0,1]").fill("900000")
    page.keyboard.press("Enter")
    button(page, "Update").click()
    expect(page.get_by_role("alert")).to_contain_text("The step is too long: W[1,0] is")
    expect(button(page, "Undo")).to_be_enabled()


def test_the_update_shows_the_gradients_that_it_goes_by(show: Any) -> None:
    explorer = Explorer("720", phase="update")
    explorer.check(lambda x, W, b, one_hot: (W * 10, b + 1))
    page = show(explorer)
    number(page, "W[0,1]").focus()
    expect(term(page, "grad_W[0,1]")).to_have_text("7.9996")
    expect(page.locator(".result")).to_have_text("=1.92000363")
    page.get_by_label("by your gradients").check()
    expect(term(page, "grad_W[0,1]")).to_have_text("20")
    expect(page.locator(".result")).to_have_text("=1.8")
    expect(cell(page, "grad_W[0,1]")).to_have_text("20")
    expect(cell(page, "new W[0,1]")).to_have_text("→1.8")
    button(page, "Update").click()
    expect(number(page, "W[0,1]")).to_have_value("1.8")


def test_own_gradients_that_do_not_fit_are_said(show: Any) -> None:
    explorer = Explorer("720", phase="update")
    explorer.check(lambda x, W, b, one_hot: (W * float("nan"), b))
    page = show(explorer)
    page.get_by_label("by your gradients").check()
    expect(button(page, "× 10")).to_be_disabled()
    button(page, "Update").click()
    expect(page.get_by_role("alert")).to_have_text("Your function gives no grad_W to go by here.")
    number(page, "x[0,0]").fill("1")
    page.keyboard.press("Enter")
    button(page, "Update").click()
    expect(page.get_by_role("alert")).to_contain_text("has not answered for these numbers yet")


def test_presets_reset_and_target(show: Any) -> None:
    page = show(Explorer("720"))
    page.get_by_label("Example", exact=True).select_option("wide")
    expect(page.locator(".unit")).to_have_count(11)
    page.get_by_role("radio", name="target: class 2").check()
    expect(page.locator(".unit.target")).to_contain_text("class 2")
    button(page, "× 10").click()
    expect(page.get_by_label("Loss", exact=True)).to_contain_text("→")
    button(page, "Reset").click()
    expect(page.get_by_role("radio", name="target: class 0")).to_be_checked()
    expect(page.get_by_label("Loss", exact=True)).to_contain_text("No change yet.")
