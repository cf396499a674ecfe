"""Makes the pictures of README and docs in docs/images/, from the real thing: `make pictures`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import Explorer
from chainrule.course import release
from chainrule.grading import grade
from chainrule.report.classreport import report
from chainrule.sample_class import sample_class

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "explorer"), str(ROOT)]

import lab  # noqa: E402

from tests.grading import courses  # noqa: E402
from tests.report import server  # noqa: E402

IMAGES = ROOT / "docs" / "images"
# A slip in the multi_layer notebook: the mask is right but for a pre-activation of exactly 0.
SLIP = """def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre >= 0)"""


def backward(x, W1, b1, W2, b2, one_hot):
    """A learner's function that forgets the ReLU's mask."""
    hidden_act = np.maximum(x @ W1 + b1, 0)
    exps = np.exp(hidden_act @ W2 + b2)
    grad_logits = exps / exps.sum() - one_hot
    grad_hidden = grad_logits @ W2.T
    return x.T @ grad_hidden, grad_hidden, hidden_act.T @ grad_logits, grad_logits


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, lab.chromium() as browser:
        explorers(browser, Path(folder))
        a_check(browser, Path(folder) / "learner")
        course = a_course(Path(folder) / "course")
        pages(browser, course)
        in_formgrader(browser, course, Path(folder))


def explorers(browser: Any, folder: Path) -> None:
    def linked() -> Explorer:
        explorer = Explorer("small", phase="grad_W1")
        explorer.step(3)
        explorer.selection = "W1[1,0]"
        return explorer

    def marked() -> Explorer:
        explorer = Explorer("dead_relu", code="none")
        explorer.check(backward)
        explorer.selection = "W1[0,1]"
        return explorer

    shown: dict[str, tuple[Callable[[], Explorer], str]] = {
        "explorer": (linked, "light"),
        "explorer-marks": (marked, "dark"),
    }
    for name, (explorer, scheme) in shown.items():
        path = folder / f"{name}.html"
        explorer().to_html(path)
        page = browser.new_page(viewport={"width": 1200, "height": 800}, color_scheme=scheme)
        page.goto(path.as_uri())
        keep(page.locator(".chainrule-explorer"), name)


def a_check(browser: Any, home: Path) -> None:
    """A cell with a slip, and what its check says, in JupyterLab."""
    notebooks = home / "notebooks"
    notebooks.mkdir(parents=True)
    check = 'check("multi_layer.backward_relu", backward_relu)'
    lab.write_notebook(notebooks / "relu.ipynb", "from chainrule import check", SLIP, check)
    with lab.jupyterlab(home) as address:
        page = browser.new_page(viewport={"width": 1000, "height": 470})
        lab.open_in_lab(page, address, "relu.ipynb", run=False)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate(lab.READY)
        page.evaluate(lab.RUN_ALL)
        page.get_by_text("Hint:").wait_for(timeout=60_000)
        keep(page.locator(".jp-NotebookPanel-notebook"), "check")


def a_course(folder: Path) -> Path:
    """A small class, released and graded."""
    for name in ("source", "nbgrader_config.py"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(ROOT / name)
    release(folder)
    sample_class(folder, learners=24)
    grade(folder)
    return folder


def pages(browser: Any, course: Path) -> None:
    """One question of a feedback page, and the report of a class."""
    done = courses.nbgrader(course, "generate_feedback", "multi_layer", "--student", "009-mistakes")
    assert done.returncode == 0, done.stderr
    report(course, "multi_layer", course / "report.html")
    feedback = course / "feedback" / "009-mistakes" / "multi_layer" / "multi_layer.html"
    page = browser.new_page(viewport={"width": 1000, "height": 1010}, color_scheme="light")
    page.goto(feedback.as_uri())
    keep(page.locator("section.question", has_text="def backward_relu").first, "feedback")
    page.goto((course / "report.html").as_uri())
    keep(page, "report")


def in_formgrader(browser: Any, course: Path, folder: Path) -> None:
    with server.formgrader(course, folder / "private") as address:
        page = browser.new_page(viewport={"width": 1000, "height": 420}, color_scheme="light")
        page.goto(f"{address}/formgrader/gradebook/multi_layer", wait_until="networkidle")
        keep(page, "formgrader")


def keep(thing: Any, name: str) -> None:
    image = IMAGES / f"{name}.png"
    thing.screenshot(path=image)
    print(f"{image.relative_to(ROOT)}: {image.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
