"""In a real JupyterLab: alive while the kernel works, in step with Python, and saved readably."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support import lab

pytestmark = pytest.mark.browser

CELLS = ("from chainrule import Explorer\ne = Explorer('720', phase='grad_W')\ne", "e", "seen = 1")
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
WEIGHT = '.matrices input[data-entry="W[0,1]"]'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lab")
    (home / "notebooks").mkdir()
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with lab.jupyterlab(home) as address:
        yield address


@pytest.fixture
def notebook(browser: Any, server: str, home: Path, request: Any) -> Iterator[Any]:
    """A notebook that has been run: an explorer shown twice."""
    name = f"{request.node.name}.ipynb"
    lab.write_notebook(home / "notebooks" / name, *CELLS)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    lab.open_in_lab(page, server, name)
    expect(page.locator(".chainrule-explorer")).to_have_count(2)
    yield page
    page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.close()
    assert [error for error in errors if "jlab_core" not in error] == []  # JupyterLab has its own


def python_has(page: Any, home: Path, expression: str, wanted: Any) -> bool:
    """Whether an expression comes to be that in the notebook's kernel.

    What the page sends arrives a few messages later, so the kernel is asked more than once.
    """
    code = f"import json, pathlib\npathlib.Path('answer').write_text(json.dumps({expression}))"
    for _ in range(500):
        lab.run_code(page, code)
        if json.loads((home / "notebooks" / "answer").read_text()) == wanted:
            return True
    return False


def test_page_python_and_both_views_stay_in_step(notebook: Any, home: Path) -> None:
    views = notebook.locator(WEIGHT)
    views.first.focus()
    for _ in range(5):
        notebook.keyboard.press("ArrowUp")
    expect(views.first).to_have_value("2.5")
    expect(views.last).to_have_value("2.5")
    assert python_has(notebook, home, "e.parameters[0][0][1]", 2.5)
    assert python_has(notebook, home, "[len(e.history), e.selection]", [1, "W[0,1]"])
    lab.run_code(notebook, "e.load('wide'); e.step(2)")
    for view in notebook.locator(".chainrule-explorer").all():
        expect(view.locator(".unit")).to_have_count(11)
        expect(view.get_by_role("button", name="Undo")).to_be_enabled()
    lab.run_code(notebook, "e.undo(); e.phase = 'x'; e.mode = 'predict'; e.font_scale = 1.5")
    expect(notebook.locator(".phases [aria-current=step]").last).to_have_text("x")
    expect(notebook.get_by_label("Predict").first).to_be_checked()


def test_thirty_fast_presses_are_shown_while_the_kernel_is_busy(notebook: Any, home: Path) -> None:
    notebook.evaluate(
        f"(code) => {{ {KERNEL}.requestExecute({{ code }}); }}",
        "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.02)",
    )
    notebook.wait_for_function(f"() => {KERNEL}.status === 'busy'")
    view = notebook.locator(".chainrule-explorer").first
    view.locator(WEIGHT).focus()
    for _ in range(30):
        notebook.keyboard.press("ArrowUp")
    expect(view.locator(WEIGHT)).to_have_value("5")
    expect(view.locator('.pill[data-entry="W[0,1]"] input')).to_have_value("5")
    expect(view.locator('.stage [data-entry="logits[0,1]"]')).to_have_text("38")
    assert notebook.evaluate(f"{KERNEL}.status") == "busy"
    (home / "notebooks" / "go").touch()
    assert python_has(notebook, home, "e.parameters[0][0][1]", 5)


def test_shortcuts_of_the_notebook_do_not_take_its_keys(notebook: Any) -> None:
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    place = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    number = notebook.locator(WEIGHT).first
    number.click()
    before = notebook.evaluate(cells), notebook.evaluate(place)
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"):
        notebook.keyboard.press(key)
    notebook.locator(".chainrule-explorer .value").first.focus()
    for key in ("a", "b", "d", "d", "x", "ArrowDown", "j"):
        notebook.keyboard.press(key)
    assert (notebook.evaluate(cells), notebook.evaluate(place)) == before
    expect(number).to_have_value("1.9")
    number.focus()
    lab.save(notebook, lambda: notebook.keyboard.press("Control+s"))


def test_a_learners_function_is_marked_live(notebook: Any) -> None:
    lab.run_code(
        notebook,
        "import numpy as np\n"
        "def backward(x, W, b, one_hot):\n"
        "    c = x @ W + b; p = np.exp(c - c.max()); d = p / p.sum() - one_hot\n"
        "    return x.T @ d, d * (x[0, 0] > 8.5)\n"
        "e.check(backward)",
    )
    marks = notebook.locator(".marks").first
    expect(marks).to_contain_text("backward: 4 of 6 entries are right.")
    notebook.locator('.stage input[data-entry="x[0,0]"]').first.fill("9")
    notebook.keyboard.press("Enter")
    expect(marks).to_contain_text("backward: 6 of 6 entries are right.")


def test_an_update_goes_by_the_learners_gradients(notebook: Any) -> None:
    lab.run_code(
        notebook,
        "import numpy as np\n"
        "def uphill(x, W, b, one_hot):\n"
        "    c = x @ W + b; p = np.exp(c - c.max()); d = one_hot - p / p.sum()\n"
        "    return x.T @ d, d\n"
        "e.check(uphill)",
    )
    view = notebook.locator(".chainrule-explorer").first
    view.get_by_label("by your gradients").check()
    loss = view.get_by_role("group", name="Loss", exact=True)
    for losses in ("10 → 11.38", "10 → 11.38 → 12.76", "10 → 11.38 → 12.76 → 14.14"):
        view.get_by_role("button", name="Update", exact=True).click()
        expect(loss).to_contain_text(losses)
        expect(view.locator(".marks")).not_to_contain_text("for other numbers")


def test_it_fits_its_pane(notebook: Any) -> None:
    """Also when the pane becomes narrower, as beside another."""
    outside = """() => [...document.querySelectorAll(".chainrule-explorer")].filter((root) => {
      const [pane, stage] = [root.closest(".jp-OutputArea-output"), root.querySelector(".stage")];
      return root.getBoundingClientRect().right > pane.getBoundingClientRect().right + 1
        || pane.getBoundingClientRect().right > innerWidth
        || stage.scrollWidth > stage.clientWidth;
    }).length"""
    for width in (1280, 1000, 1600):
        notebook.set_viewport_size({"width": width, "height": 800})
        notebook.wait_for_function(f"() => ({outside})() === 0")


def test_themes_are_followed(notebook: Any) -> None:
    ground = "() => getComputedStyle(document.querySelector('.chainrule-explorer')).backgroundColor"
    assert notebook.evaluate(ground) == "rgb(255, 255, 255)"
    notebook.evaluate(
        "() => window.jupyterapp.commands.execute("
        "'apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    notebook.wait_for_function(f"() => ({ground})() === 'rgb(22, 24, 29)'")
    notebook.evaluate(
        "() => window.jupyterapp.commands.execute("
        "'apputils:change-theme', { theme: 'JupyterLab Light' })"
    )
    notebook.wait_for_function(f"() => ({ground})() === 'rgb(255, 255, 255)'")


def test_axe_finds_nothing_in_the_notebook(notebook: Any, axe: str) -> None:
    notebook.evaluate(axe)
    # Two views of one explorer have the same names, and the page around is not ours.
    found = notebook.evaluate("axe.run('.chainrule-explorer')")
    assert [each["id"] for each in found["violations"]] == []


def test_a_saved_notebook_has_the_numbers_of_the_screen(
    notebook: Any, browser: Any, home: Path, request: Any
) -> None:
    """And where it is exported, it moves: without a kernel, and without a network."""
    notebook.locator(WEIGHT).first.focus()
    notebook.keyboard.press("ArrowUp")
    static = notebook.locator(".chainrule-static table").first
    expect(static).to_contain_text("1 2.1")  # it follows a moment later
    lab.save(notebook)
    path = home / "notebooks" / f"{request.node.name}.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path)]
    search = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PATH": search})
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.route(re.compile("^https?:"), lambda route: route.abort())
    page.goto(path.with_suffix(".html").as_uri())
    exported = page.locator(".chainrule-explorer").first
    expect(exported.locator(WEIGHT)).to_have_value("2.1")
    exported.locator(WEIGHT).focus()
    page.keyboard.press("ArrowUp")
    expect(exported.locator('.units [data-entry="logits[0,1]"]')).to_have_text("15.6")
    expect(page.get_by_text("Run this cell")).to_have_count(0)
    page.close()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_saved_notebook_shows_a_picture(
    notebook: Any, browser: Any, server: str, home: Path, trusted: bool, request: Any
) -> None:
    expect(notebook.locator(".chainrule-static").first).to_be_hidden()
    lab.save(notebook)
    notebook.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
    name = f"{request.node.name}.ipynb"
    if not trusted:  # another person's notebook: the signature does not fit
        saved = home / "notebooks" / name
        name = f"other-{name}"
        text = saved.read_text().replace("seen = 1", "seen = 2")
        (home / "notebooks" / name).write_text(text)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    lab.open_in_lab(page, server, name, run=False)
    static = page.locator(".chainrule-static").first
    expect(static).to_contain_text("Explorer(2-2, class 0, phase 'grad_W', loss 10)")
    expect(static.locator("img")).to_have_js_property("complete", True)
    assert static.locator("img").evaluate("(image) => image.naturalWidth") > 200
    expect(static.locator("table")).to_contain_text("7.9996")
    expect(page.get_by_text("Error displaying widget")).to_have_count(2 if trusted else 0)
    for line in page.get_by_text("Error displaying widget").all():
        expect(line).to_be_hidden()
    page.close()
