"""On honest work the marks are those of plain nbgrader, to the last digit."""

import shutil

import pytest

from chainrule.grading import grade
from tests.support import courses


@pytest.fixture(scope="module")
def plain_marks(released_quickstart, tmp_path_factory):
    root = tmp_path_factory.mktemp("plain") / "course"
    shutil.copytree(released_quickstart, root)
    done = courses.nbgrader(root, "autograde", "ps1")
    assert done.returncode == 0, done.stderr
    return courses.gradebook_marks(root)


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_quickstart_course(quickstart, plain_marks, jobs):
    graded = grade(quickstart, jobs=jobs)
    assert {g.student: (g.points, g.max_points) for g in graded} == {
        "bitdiddle": (1.5, 13.0),
        "hacker": (3.0, 13.0),
    }
    assert courses.gradebook_marks(quickstart) == plain_marks


def test_under_nbgrader_autograde(quickstart, plain_marks):
    config = quickstart / "nbgrader_config.py"
    config.write_text(config.read_text() + courses.HOOKS)
    done = courses.nbgrader(quickstart, "autograde", "ps1")
    assert done.returncode == 0, done.stderr
    assert courses.gradebook_marks(quickstart) == plain_marks
    # It was our grading that did it: plain nbgrader leaves no record.
    text = (quickstart / "autograded/hacker/ps1/problem1.ipynb").read_text()
    assert '"verdict": "passed"' in text


def test_graded_once_only(quickstart):
    assert len(grade(quickstart)) == 2
    assert grade(quickstart) == []
    notebook = quickstart / "submitted/hacker/ps1/problem1.ipynb"
    notebook.write_text(notebook.read_text().replace("range(1, n + 1)", "range(n)"))
    (again,) = grade(quickstart)
    assert (again.student, again.points) == ("hacker", 1.5)
