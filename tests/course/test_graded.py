"""The instructor's notebooks and untouched releases, graded by plain `nbgrader autograde`."""

import pytest
from nbgrader.api import Gradebook

from tests.course.conftest import EXERCISES, role

pytestmark = pytest.mark.parametrize("exercise", EXERCISES)


@pytest.fixture
def grades(course, exercise):
    """By learner and cell: the automatic mark, the points, and whether a person has to look."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            (learner, grade.name): (grade.auto_score, grade.max_score, grade.needs_manual_grade)
            for learner in ("instructor", "blank")
            for grade in gradebook.find_submission_notebook(exercise, exercise, learner).grades
        }


def errors(notebook):
    return {
        cell.id: output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" or output.get("name") == "stderr"
    }


def test_the_instructors_notebook_runs_without_error(graded, exercise):
    assert errors(graded["instructor", exercise]) == {}


def test_the_instructor_scores_all_automatic_marks(graded, grades, exercise):
    for cell in graded["instructor", exercise].cells:
        if role(cell, "grade"):
            mark, most, person = grades["instructor", cell.id]
            written = role(cell, "solution")
            assert (mark, person) == ((None, True) if written else (most, False)), cell.id


def test_an_untouched_release_scores_nothing(grades, exercise):
    marks = {name: rest for (learner, name), rest in grades.items() if learner == "blank"}
    assert {name for name, (mark, _, person) in marks.items() if mark != 0 or person} == set()


def test_every_error_of_a_release_is_not_attempted(graded, exercise):
    found = errors(graded["blank", exercise])
    assert found
    for name, output in found.items():
        assert "not attempted" in output.get("evalue", ""), name


def test_the_marking_guide_reaches_formgrader_and_not_feedback(course, exercise):
    shown = (course / f"autograded/blank/{exercise}/{exercise}.ipynb").read_text()
    assert "Marking guide" in shown and "HIDDEN TESTS" in shown
    for learner in ("blank", "instructor"):
        feedback = (course / f"feedback/{learner}/{exercise}/{exercise}.html").read_text()
        assert "points)" in feedback  # the question is there
        for word in ("Marking guide", "MARK SCHEME", "HIDDEN TESTS", "seeds"):
            assert word not in feedback, word
