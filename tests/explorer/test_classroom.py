"""The demo for a projector: through Voilà, large, alone on the screen, nothing from outside."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support import ROOT, lab

pytestmark = pytest.mark.browser

DEMO = ROOT / "demo" / "classroom.ipynb"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lab.voila(tmp_path_factory.mktemp("voila"), DEMO) as address:
        yield address


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    outside: list[str] = []
    page.on("response", lambda response: outside.append(response.url))
    page.goto(address)
    page.locator(".chainrule-explorer").wait_for(timeout=60_000)
    yield page
    page.close()
    assert [url for url in outside if not url.startswith((address, "data:", "blob:"))] == []


def test_the_explorer_is_alone_and_large(page: Any) -> None:
    root = page.locator(".chainrule-explorer")
    figure = root.locator(".units .number").first.evaluate("(e) => getComputedStyle(e).fontSize")
    assert float(figure.removesuffix("px")) >= 0.03 * 800
    expect(page.locator(".chainrule-static")).to_be_hidden()
    expect(root).to_have_count(1)
    everything = page.locator("body").inner_text().split()
    assert everything == root.inner_text().split()


SCRIPT = (ROOT / "docs" / "classroom.md").read_text()


def test_the_lesson_goes_as_the_script_says(page: Any) -> None:
    """Every step of docs/classroom.md in its order; what is seen is what stands there."""

    def button(name: str) -> Any:
        return page.get_by_role("button", name=name, exact=True)

    def number(entry: str) -> Any:
        return page.locator(f'.matrices input[data-entry="{entry}"]')

    def value(entry: str) -> Any:
        places = ".units .value", ".matrices .value"
        return page.locator(",".join(f'{place}[data-entry="{entry}"]' for place in places))

    def sees(thing: Any, text: str) -> None:
        assert text in SCRIPT, text
        expect(thing).to_contain_text(text)

    def choose(name: str) -> None:
        assert f"*{name}*" in SCRIPT
        page.get_by_label("Example", exact=True).select_option(label=name)

    result, outcome = page.locator(".result"), page.locator(".outcome")
    predict, log = page.get_by_label("Predict", exact=True), page.get_by_label("log scale")
    losses = page.get_by_role("group", name="Loss", exact=True)
    # 1. Forward
    button("Next ▸").click()
    sees(result, "29")
    button("Next ▸").click()
    button("Next ▸").click()
    sees(value("logits[0,0]"), "121")
    sees(value("logits[0,1]"), "63")
    expect(page.get_by_role("radio", name="target: class 1")).to_be_checked()
    predict.check()
    button("Next ▸").click()
    expect(value("probs[0,1]")).to_have_text("?")
    page.get_by_label("your prediction for probs[0,1]").fill("0.01")
    page.keyboard.press("Enter")
    sees(result, "6.47e−26")
    expect(outcome).to_contain_text("you said 0.01: off by")
    button("Next ▸").click()
    page.get_by_label("your prediction for loss").fill("58")
    page.keyboard.press("Enter")
    sees(result, "58")
    predict.uncheck()
    fill = page.locator('.value[data-entry="probs[0,1]"] + .bar .fill')
    number("W2[0,1]").focus()
    page.keyboard.press("PageUp")
    sees(losses, "29")
    assert fill.bounding_box()["width"] < 1
    log.check()
    assert fill.bounding_box()["width"] > 10
    log.uncheck()
    button("Undo").click()
    # 2. Backward
    button("Next ▸").click()
    expect(value("grad_logits[0,0]")).to_have_text("1")
    expect(value("grad_logits[0,1]")).to_have_text("−1")
    predict.check()
    button("Next ▸").click()
    value("grad_W2[0,1]").click()
    expect(page.locator('.units .part[data-entry="hidden_act[0,0]"]')).to_have_text("29")
    expect(page.locator('.units .part[data-entry="grad_logits[0,1]"]')).to_have_text("−1")
    page.get_by_label("your prediction for grad_W2[0,1]").fill("-29")
    page.keyboard.press("Enter")
    expect(outcome).to_have_text("you said −29: right")
    predict.uncheck()
    for _ in range(3):
        button("Next ▸").click()
    expect(page.locator(".phases [aria-current=step]")).to_have_text("grad_hidden_pre")
    choose("a dead ReLU")
    sees(value("grad_hidden_act[0,1]"), "−0.585")
    expect(value("grad_hidden_pre[0,1]")).to_have_text("0")
    button("Next ▸").click()
    expect(value("grad_W1[0,1]")).to_have_text("0")
    expect(value("grad_W1[1,1]")).to_have_text("0")
    choose("a pre-activation of exactly 0")
    expect(value("hidden_pre[0,1]")).to_have_text("0")
    expect(value("grad_hidden_pre[0,1]")).to_have_text("0")
    # 3. The update
    choose("740: two layers, saturated")
    button("update").click()
    number("W1[1,0]").focus()
    sees(result, "1.8")
    sees(outcome, "20.1316")
    for _ in range(3):
        button("Update").click()
    sees(losses, "58 → 20.132 → 0.067771 → 0.01969")
    # 4. Without saturation
    choose("small: two layers")
    button("grad_W1").click()
    number("W1[0,0]").focus()
    slope = page.get_by_role("group", name="Slope", exact=True)
    sees(slope, "0.58904")
    sees(slope, "about 0.0589")
    page.keyboard.press("ArrowUp")
    sees(losses, "0.88926")
    sees(losses, "0.94937")
    button("Reset").click()
    for _ in range(3):
        button("Update").click()
    sees(losses, "0.88926 → 0.46056 → 0.29041 → 0.2039")
    button("Reset").click()
    rate = page.get_by_label("learning rate")
    rate.fill("5")
    page.keyboard.press("Enter")
    button("Update").click()
    expect(page.locator("button.loss")).to_have_text("0")
    spoken = value("hidden_pre[0,0]").get_attribute("aria-label")
    assert "−16.57" in spoken and "−16.57" in SCRIPT
    button("Undo").click()
    sees(losses, "0.88926")
    # 5. Many examples
    choose("730: a batch of two")
    button("grad_logits").click()
    expect(page.locator(".formula")).to_contain_text(") / 2")
    button("Next ▸").click()
    number("W[0,1]").focus()
    for part in ("−10", "−0.5", "0.49998", "8.99981841"):
        sees(page.locator(".formula"), part)
    before = value("grad_W[0,1]").inner_text()
    button("example 1, of class 0").click()
    expect(value("logits[0,0]")).to_have_count(0)
    expect(value("grad_W[0,1]")).to_have_text(before)
    button("all examples").click()
    expect(value("logits[0,0]")).to_have_count(1)
    choose("a plane: two layers")
    button("update").click()
    plane = page.get_by_role("group", name="Plane", exact=True)
    sees(plane, "10 of 16 examples lie in the region of their class")
    for right in ("12 of 16", "16 of 16"):
        button("Update").click()
        sees(plane, right)
    button("Reset").click()
    page.get_by_label("activation", exact=True).select_option(label="tanh")
    page.get_by_role("button", name="play", exact=True).click()
    sees(plane, "16 of 16")
    page.get_by_role("button", name="pause", exact=True).click()


def test_a_state_can_be_sent(page: Any, browser: Any) -> None:
    page.get_by_role("button", name="Next ▸").click()
    number = page.locator('.matrices input[data-entry="W1[0,1]"]')
    number.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("() => location.hash.includes('W1=1,1.1;2,2')")
    page.wait_for_function("() => location.hash.includes('phase=hidden_pre')")
    there = browser.new_page(viewport={"width": 1280, "height": 800})
    there.goto(page.url)
    there.locator(".chainrule-explorer").wait_for(timeout=60_000)
    expect(there.locator('.matrices input[data-entry="W1[0,1]"]')).to_have_value("1.1")
    expect(there.locator(".phases [aria-current=step]")).to_have_text("hidden_pre")
    there.close()


def test_full_screen(page: Any) -> None:
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement?.matches('.chainrule-explorer')")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => !document.fullscreenElement")
