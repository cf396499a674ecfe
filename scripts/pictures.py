"""Makes the pictures of README and docs in docs/images/, from the real thing: `make pictures`."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from chainrule import Explorer
from chainrule.course.folders import release
from chainrule.course.sample_class import sample_class
from chainrule.grading import grade
from chainrule.report.class_report import report

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support import courses, lab, server  # noqa: E402

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
        the_first_page(browser, Path(folder) / "first")
        cells_to_mark(browser, Path(folder) / "instructor")
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

    def trained() -> Explorer:
        explorer = Explorer("corners", phase="update", activation="tanh", code="none")
        explorer.step(40)
        return explorer

    shown: dict[str, tuple[Callable[[], Explorer], str, int]] = {
        "explorer": (linked, "light", 1280),
        "explorer-marks": (marked, "dark", 1280),
        "explorer-plane": (trained, "light", 1280),
    }
    for name, (explorer, scheme, width) in shown.items():
        path = folder / f"{name}.html"
        explorer().to_html(path)
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.goto(path.as_uri())
        keep(page.locator(".chainrule-explorer"), name)


def a_check(browser: Any, home: Path) -> None:
    """A cell with a slip, and what its check says, in JupyterLab."""
    notebooks = home / "notebooks"
    notebooks.mkdir(parents=True)
    check = 'from chainrule import check\n\ncheck("multi_layer.backward_relu")'
    lab.write_notebook(notebooks / "relu.ipynb", SLIP, check)
    with lab.jupyterlab(home) as address:
        page = browser.new_page(viewport={"width": 1000, "height": 520})
        lab.open_in_lab(page, address, "relu.ipynb", run=False)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate(lab.READY)
        page.evaluate(lab.RUN_ALL)
        page.get_by_text("Hint:").wait_for(timeout=60_000)
        page.mouse.move(0, 0)
        keep(page.locator(".jp-NotebookPanel-notebook"), "check")


def the_first_page(browser: Any, folder: Path) -> None:
    """What `make lab` opens on, for a learner who has begun."""
    course = folder / "course"
    for name in ("release", "scripts"):
        shutil.copytree(ROOT / name, course / name)
    shutil.copytree(course / "release", course / "work")
    path = course / "work" / "single_layer" / "single_layer.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id in ("check_softmax", "check_cross_entropy"):
            cell.outputs = [new_output("stream", text="✓ right")]
    nbformat.write(notebook, path)
    with lab.learners_lab(course, folder / "home") as address:
        page = browser.new_page(viewport={"width": 1150, "height": 620})
        page.goto(address)
        page.get_by_text("in this order").wait_for(timeout=60_000)
        page.locator(".jp-DirListing-item", has_text="welcome.md").wait_for()
        keep(page, "welcome")


def cells_to_mark(browser: Any, home: Path) -> None:
    """An exercise in JupyterLab, with nbgrader's Create Assignment panel beside it."""
    shutil.copytree(ROOT / "source" / "update_step", home / "notebooks" / "update_step")
    with lab.jupyterlab(home) as address:
        page = browser.new_page(viewport={"width": 1150, "height": 560})
        lab.open_in_lab(page, address, "update_step/update_step.ipynb", run=False)
        page.evaluate(lab.READY)
        commands = "(name) => window.jupyterapp.commands.execute(name)"
        page.evaluate(commands, "application:toggle-left-area")
        page.evaluate(commands, "nbgrader:open-create-assignment")
        page.locator(".jp-CodeCell", has_text="def sgd_step").first.click()
        page.locator(".nbgrader-CellWidget.nbgrader-mod-active").scroll_into_view_if_needed()
        keep(page, "create-assignment")


def a_course(folder: Path) -> Path:
    """A small class, released and graded."""
    for name in ("source", "nbgrader_config.py"):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(ROOT / name)
    release(folder)
    sample_class(folder, learners=24)
    grade(folder)
    due = ("--duedate", "2026-02-01 12:00:00 UTC")
    (folder / "exchange").mkdir()
    for command in (
        ("db", "assignment", "add", "single_layer", *due),
        ("release_assignment", "single_layer"),
    ):
        done = courses.nbgrader(folder, *command)
        assert done.returncode == 0, done.stderr
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
    """The list of assignments, and a written answer below its marking guide."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.find_submission_notebook("multi_layer", "multi_layer", "001-all-right")
        submission = found.id
    with server.formgrader(course, folder / "private") as address:
        page = browser.new_page(viewport={"width": 1250, "height": 560}, color_scheme="light")
        page.goto(f"{address}/formgrader/manage_assignments", wait_until="networkidle")
        keep(page, "assignments")
        page = browser.new_page(viewport={"width": 1000, "height": 735}, color_scheme="light")
        page.goto(f"{address}/formgrader/submissions/{submission}/", wait_until="networkidle")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        keep(page, "marking")


def keep(thing: Any, name: str) -> None:
    image = IMAGES / f"{name}.png"
    thing.screenshot(path=image)
    print(f"{image.relative_to(ROOT)}: {image.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
