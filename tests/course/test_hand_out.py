"""Handing out never overwrites what a learner has; the welcome page says how far they have come."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_output
from traitlets.config import PyFileConfigLoader

from chainrule.cli import main
from chainrule.course.folders import CourseError
from chainrule.course.hand_out import hand_out, welcome
from tests.support import ROOT


@pytest.fixture
def course(tmp_path):
    for name in ("one", "two"):
        (tmp_path / "release" / name).mkdir(parents=True)
        (tmp_path / "release" / name / f"{name}.ipynb").write_text("released")
    return tmp_path


def test_each_release_is_copied_once(course):
    assert hand_out(course) == ["one", "two"]
    (course / "work" / "one" / "one.ipynb").write_text("a learner's hours")
    assert hand_out(course) == []
    assert (course / "work" / "one" / "one.ipynb").read_text() == "a learner's hours"


def test_a_new_release_is_added(course):
    hand_out(course)
    (course / "release" / "three").mkdir()
    assert hand_out(course) == ["three"]


def test_without_a_release_it_says_what_to_do(tmp_path, capsys):
    with pytest.raises(CourseError, match="run `make release` first"):
        hand_out(tmp_path)
    assert main(["hand-out", "--course-dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("chainrule: there is nothing in")


@pytest.fixture
def work(tmp_path):
    shutil.copytree(ROOT / "release", tmp_path / "release")
    hand_out(tmp_path)
    return tmp_path / "work"


def rows(work):
    lines = (work / "welcome.md").read_text().splitlines()
    return [line for line in lines if ".ipynb)" in line]


def test_the_welcome_page_has_the_course_in_its_order(work):
    assert rows(work)[:3] == [
        "| [One layer](single_layer/single_layer.ipynb) | 60 | 20 |  |",
        "| [Two layers](multi_layer/multi_layer.ipynb) | 75 | 30 |  |",
        "| [The update step](update_step/update_step.ipynb) | 40 | 20 |  |",
    ]


def ran(work, **said):
    """The checks have shown this, and the notebook was saved."""
    path = work / "single_layer" / "single_layer.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id in said:
            cell.outputs = [new_output("stream", text=said[cell.id])]
    nbformat.write(notebook, path)


def test_it_says_what_is_right_so_far(work):
    ran(
        work,
        check_softmax="\x1b[1;32m✓\x1b[0m single_layer.softmax: right.\n1 of 4 functions.\n",
        check_cross_entropy="single_layer.cross_entropy: not right yet.",
        check_backward="✓ single_layer.backward: right.",
    )
    welcome(work)
    assert rows(work)[0].endswith("| 60 | 20 | 2 of 4 functions, 9 of 17 points |")


def test_what_cannot_be_read_is_left_out(work):
    (work / "multi_layer" / "multi_layer.ipynb").write_text("half a")
    (work / "mine").mkdir()
    (work / "mine" / "notes.ipynb").write_text('{"cells": 3}')
    welcome(work)
    assert [row.partition("]")[0] for row in rows(work)[:2]] == [
        "| [One layer",
        "| [The update step",
    ]


def test_the_learners_lab_agrees_with_the_course():
    """Its settings are not read from there, since learners have nothing to grade with."""
    course = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    learns = str(ROOT / "scripts" / "learner-lab")
    lab = PyFileConfigLoader("nbgrader_config.py", path=learns).load_config()
    assert lab.CourseDirectory.course_id == course.CourseDirectory.course_id
    assert lab.Exchange.root == course.Exchange.root
    assert lab.Exchange.assignment_dir == str(ROOT / "work")
