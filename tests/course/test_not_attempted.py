"""What is still to do is shown so, also where an earlier function is written."""

import shutil
from pathlib import Path

import nbformat
import pytest

from chainrule.course.folders import copy_of_source, nbgrader
from chainrule.grading import grade
from chainrule.report.class_tables import gather
from tests.course.conftest import source
from tests.support import ROOT

LEARNER = "ada"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one layer, softmax alone was written."""
    root = tmp_path_factory.mktemp("course")
    copy_of_source(ROOT, root)
    for folder in (root / "source").iterdir():
        if folder.name != "single_layer":
            shutil.rmtree(folder)
    nbgrader(root, "generate_assignment", "single_layer", "--force")
    handed_in = root / "submitted" / LEARNER / "single_layer"
    shutil.copytree(root / "release" / "single_layer", handed_in)
    path = handed_in / "single_layer.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answers = {cell.id: cell.source for cell in source("single_layer").cells}
    for cell in notebook.cells:
        if cell.id == "softmax":
            cell.source = answers["softmax"]
    nbformat.write(notebook, path)
    grade(root)
    nbgrader(root, "generate_feedback", "single_layer")
    return root


def test_the_class_report_counts_it_as_not_attempted(course: Path) -> None:
    rows = gather(course).questions
    assert dict(zip(rows.question, rows.verdict, strict=True)) == {
        "softmax": "passed",
        "cross_entropy": "not attempted",
        "backward_logits": "not attempted",
        "backward": "not attempted",
        "signs": "not attempted",
    }


def test_feedback_says_so(course: Path) -> None:
    page = course / "feedback" / LEARNER / "single_layer" / "single_layer.html"
    text = page.read_text()
    assert "not right yet" not in text
    assert text.count("not attempted<") >= 4  # the word beside each of them, in table and box
