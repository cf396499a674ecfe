"""One graded course for all tests here: a kernel with torch costs seconds, so each runs once."""

import shutil
from pathlib import Path

import nbformat
import pytest

from chainrule.course.folders import nbgrader, release
from tests.support import ROOT

EXERCISES = {
    "single_layer": 20,
    "multi_layer": 30,
    "update_step": 20,
    "batches": 20,
    "activations": 20,
}


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def source(exercise: str) -> nbformat.NotebookNode:
    return read(ROOT / "source" / exercise / f"{exercise}.ipynb")


def role(cell: nbformat.NotebookNode, name: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(name))


def answer(exercise: str, path: Path) -> None:
    """Put the instructor's answers into a release, as a learner would type them."""
    markers = ("### BEGIN SOLUTION", "### END SOLUTION")
    answers = {cell.id: cell.source for cell in source(exercise).cells if role(cell, "solution")}
    notebook = read(path)
    for cell in notebook.cells:
        if cell.id in answers:
            lines = answers[cell.id].splitlines()
            cell.source = "\n".join(line for line in lines if line.strip() not in markers)
    nbformat.write(notebook, path)


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A course in which the instructor's own notebooks and untouched releases were graded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source", folder / "source")
    # nbgrader's own autograde, not ours: the marks of our grading are held against it elsewhere.
    config = (ROOT / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(f"{config}\ndel c['Autograde']\n")
    release(folder)
    shutil.copytree(folder / "source", folder / "submitted" / "instructor")
    shutil.copytree(folder / "release", folder / "submitted" / "blank")
    nbgrader(folder, "autograde", "--assignment=*")
    nbgrader(folder, "generate_feedback", "--assignment=*")
    return folder


@pytest.fixture(scope="session")
def graded(course):
    """The executed notebook of a learner and an exercise."""
    return {
        (learner, exercise): read(course / "autograded" / learner / exercise / f"{exercise}.ipynb")
        for learner in ("instructor", "blank")
        for exercise in EXERCISES
    }


@pytest.fixture(scope="session")
def validated(course):
    """What nbgrader's Validate says of untouched and of answered releases, by exercise."""
    said = {}
    for state in ("untouched", "answered"):
        shutil.copytree(course / "release", course / state)
        paths = [course / state / exercise / f"{exercise}.ipynb" for exercise in EXERCISES]
        if state == "answered":
            for exercise, path in zip(EXERCISES, paths, strict=True):
                answer(exercise, path)
        # One process for all: each starts what it says with a line of its own.
        all_said = nbgrader(course, "validate", *map(str, paths)).split("INFO] Validating")[1:]
        said |= {(state, name): one for name, one in zip(EXERCISES, all_said, strict=True)}
    return said
