"""The learner's JupyterLab, in a browser: from the welcome page to feedback that can be read."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import expect

from chainrule.grading import grade
from tests.course.conftest import role, source
from tests.support import ROOT, courses, lab

pytestmark = pytest.mark.browser

SLOW = 60_000  # ms, on a machine that does other things
PANEL = "window.jupyterapp.shell.currentWidget"
SET = (
    "([id, text]) => "
    + PANEL
    + """.content.model.sharedModel.cells
  .find((cell) => cell.getId() === id).setSource(text)"""
)
RUN = """async (ids) => {
  const panel = window.jupyterapp.shell.currentWidget;
  for (const id of ids) {
    const at = panel.content.widgets.findIndex((cell) => cell.model.id === id);
    panel.content.activeCellIndex = at;
    panel.content.deselectAll();
    await window.jupyterapp.commands.execute("notebook:run-cell");
  }
}"""
RIGHT_ANSWERS = {
    cell.id: re.sub(r"\n *### (BEGIN|END) SOLUTION", "", cell.source)
    for cell in source("single_layer").cells
    if role(cell, "solution")
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of its own, with one exercise in its exchange."""
    course = tmp_path_factory.mktemp("learners") / "course"
    for name in ("source", "release", "scripts"):
        shutil.copytree(ROOT / name, course / name)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    (course / "exchange").mkdir()
    (course / "exchange").chmod(0o777)
    nbgrader(course, "generate_assignment", "single_layer", "--force")
    nbgrader(course, "release_assignment", "single_layer")
    return course


@pytest.fixture(scope="module")
def server(course: Path) -> Iterator[str]:
    with lab.learners_lab(course, course.parent / "home") as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with lab.chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, server: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(SLOW)
    expect.set_options(timeout=SLOW)
    yield page
    page.close()


def nbgrader(course: Path, *arguments: str) -> None:
    done = courses.nbgrader(course, *arguments)
    assert done.returncode == 0, done.stderr


def open_notebook(page: Any, server: str, name: str = "single_layer/single_layer.ipynb") -> None:
    lab.open_in_lab(page, server, name, run=False)
    page.evaluate(lab.READY)


def output_of(page: Any, cell: str) -> Any:
    """What stands under a cell; scrolled to, since the notebook draws only what is in sight."""
    at = page.evaluate(
        f"(id) => {PANEL}.content.widgets.findIndex((cell) => cell.model.id === id)", cell
    )
    page.evaluate(f"(at) => {PANEL}.content.scrollToItem(at)", at)
    return page.locator(f'.jp-Cell[data-windowed-list-index="{at}"] .jp-OutputArea')


def assignments(page: Any) -> Any:
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_role("menuitem", name="Assignment List").click()
    listed = page.locator("#nbgrader-assignment-list")
    listed.wait_for()
    return listed


@pytest.mark.long
def test_the_whole_way(page: Any, server: str, course: Path) -> None:
    """Released, fetched, answered, submitted, collected, graded; feedback fetched and read."""
    shutil.rmtree(course / "work" / "single_layer")  # as for who starts from the list
    page.goto(server)
    page.locator(".jp-MarkdownViewer table").first.wait_for()
    listed = assignments(page)
    listed.get_by_role("button", name="Fetch").click()
    listed.get_by_role("button", name="Submit").wait_for()
    path = course / "work" / "single_layer" / "single_layer.ipynb"
    assert path.exists()

    open_notebook(page, server)
    for cell, text in RIGHT_ANSWERS.items():
        page.evaluate(SET, [cell, text])
    page.evaluate(RUN, ["setup", "softmax", "check_softmax"])
    expect(output_of(page, "check_softmax")).to_contain_text(
        "✓ single_layer.softmax: right.\n1 of 4 functions, 4 of 17 points so far."
    )
    lab.save(page)
    listed = assignments(page)
    listed.get_by_role("button", name="Submit").click()
    listed.locator("#submitted_assignments_list").get_by_text("single_layer").first.wait_for()

    nbgrader(course, "collect", "single_layer")
    (handed_in,) = (course / "submitted").glob("*/single_layer/single_layer.ipynb")
    assert handed_in.read_bytes() == path.read_bytes()
    (graded,) = grade(course, assignment="single_layer")
    assert graded.points == 17.0
    nbgrader(course, "generate_feedback", "single_layer")
    nbgrader(course, "release_feedback", "single_layer")

    listed.locator("#refresh_assignments_list").click()
    listed.get_by_role("button", name="Fetch Feedback").click()
    # Its link shows the folder beside the list; a double click opens the page.
    listed.locator("#submitted_assignments_list").get_by_text("view feedback").click()
    page.locator(".jp-DirListing-item", has_text="single_layer.html").dblclick()
    read = page.frame_locator(".jp-HTMLViewer iframe")
    expect(read.locator("body")).to_contain_text("17 of 20")


def test_it_opens_on_the_welcome_page(page: Any, server: str, course: Path) -> None:
    page.goto(server)
    names = page.locator(".jp-MarkdownViewer table").first.locator("a")
    expect(names).to_have_text(
        ["One layer", "Two layers", "The update step", "Batches", "Other activations"]
    )
    names.nth(1).click()
    page.locator(".jp-NotebookPanel").get_by_role("heading", name="Two layers").wait_for()


def test_a_tick_is_green_and_a_message_says_what_was_found(page: Any, server: str) -> None:
    open_notebook(page, server, "update_step/update_step.ipynb")
    text = next(cell.source for cell in source("update_step").cells if cell.id == "sgd_step")
    page.evaluate(SET, ["sgd_step", re.sub(r"\n *### (BEGIN|END) SOLUTION", "", text)])
    page.evaluate(RUN, ["check_sgd_step"])
    shown = output_of(page, "check_sgd_step")
    expect(shown).to_contain_text("there is no function sgd_step yet. Run the cell that defines it")
    page.evaluate(RUN, ["sgd_step", "check_sgd_step"])
    expect(shown).to_contain_text("✓ update_step.sgd_step: right.")
    tick = shown.get_by_text("✓", exact=True)
    red, green, blue = map(
        int, re.findall(r"\d+", tick.evaluate("(e) => getComputedStyle(e).color"))
    )
    assert green > 2 * red and green > blue
    broken = text.replace("return tuple(", "return tuple((")
    page.evaluate(SET, ["sgd_step", broken])
    page.evaluate(RUN, ["sgd_step", "check_sgd_step"])
    expect(shown).to_contain_text("this is your earlier sgd_step")
    expect(shown).not_to_contain_text("✓")


def test_all_cells_run_though_nothing_is_right_yet(page: Any, server: str) -> None:
    """As for who comes back, and goes on in the middle."""
    open_notebook(page, server, "multi_layer/multi_layer.ipynb")
    page.evaluate(lab.RUN_ALL)
    page.wait_for_function(
        f"""() => {PANEL}.content.model.sharedModel.cells
          .filter((cell) => cell.cell_type === "code" && cell.source.trim())
          .every((cell) => cell.execution_count !== null)"""
    )


def validate(page: Any) -> Any:
    page.get_by_role("button", name="Validate").click()
    shown = page.locator(".jp-Dialog, .nbgrader-validate-dialog").first
    shown.wait_for()
    return shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("twice", "sgd_step is there twice: this cell is a copy."),
        pytest.param(
            "a loop",
            "It did not come to its end in time, and Validate stops here.",
            marks=pytest.mark.long,
        ),
    ],
)
def test_validate_says_a_sentence(
    page: Any, server: str, course: Path, change: str, said: str
) -> None:
    name = f"{change.replace(' ', '-')}.ipynb"
    notebook = nbformat.read(course / "release" / "update_step" / "update_step.ipynb", as_version=4)
    cell = next(cell for cell in notebook.cells if cell.id == "sgd_step")
    if change == "twice":
        notebook.cells.append(nbformat.from_dict(cell | {"id": "copy"}))
    else:
        cell.source = "while True:\n    pass"
    nbformat.write(notebook, course / "work" / name)
    open_notebook(page, server, name)
    shown = validate(page)
    expect(shown).to_contain_text(said)
    expect(shown).not_to_contain_text("Traceback")
