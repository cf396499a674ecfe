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
    assert root.evaluate("(e) => getComputedStyle(e).fontSize") == "21px"
    expect(page.locator(".chainrule-static")).to_be_hidden()
    everything = page.locator("body").inner_text().split()
    assert everything == root.inner_text().split()


def test_the_lesson_goes_as_the_script_says(page: Any) -> None:
    def button(name: str) -> Any:
        return page.get_by_role("button", name=name, exact=True)

    result = page.locator(".result")
    button("Next ▸").click()
    expect(result).to_have_text("=29")
    button("Next ▸").click()
    button("Next ▸").click()
    expect(page.locator('.stage [data-entry="logits[0,0]"]')).to_have_text("121")
    predict = page.get_by_label("Predict", exact=True)
    predict.check()
    button("Next ▸").click()
    button("Hide probs").click()
    page.get_by_label("your prediction for probs[0,1]").fill("0.01")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("6.47e−26 — you said 0.01: not that")
    button("Next ▸").click()
    expect(result).to_have_text("=58")
    predict.uncheck()
    number = page.locator('.stage input[data-entry="W2[0,1]"]')
    number.focus()
    page.keyboard.press("PageUp")
    expect(result).to_have_text("=29")
    button("Undo").click()
    button("update").click()
    for _ in range(3):
        button("Update").click()
    words = page.get_by_role("group", name="Loss", exact=True)
    expect(words).to_contain_text("58 → 20.132 → 0.067771 → 0.01969")
    page.get_by_label("Example").select_option("dead_relu")
    expect(page.locator('.stage [data-entry="grad_hidden_pre[0,1]"]')).to_have_text("0")
    page.get_by_label("Example").select_option("small")
    expect(page.locator('.stage [data-entry="grad_W1[0,0]"]')).to_have_text("0.58904")
    number = page.locator('.stage input[data-entry="W1[0,0]"]')
    number.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("button.loss")).to_have_text("0.949367217")
    button("Undo").click()
    rate = page.get_by_label("learning rate")
    rate.fill("5")
    page.keyboard.press("Enter")
    button("Update").click()
    expect(page.locator("button.loss")).to_have_text("0")
    expect(page.locator('.stage [data-entry="hidden_pre[0,0]"]')).to_have_text("−16.571")


def test_full_screen(page: Any) -> None:
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement?.matches('.chainrule-explorer')")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => !document.fullscreenElement")
