"""The sample class, released and graded for real: every planted mistake is found, and no other."""

import json
import shutil

import nbformat
import pytest

from chainrule.course.folders import release
from chainrule.course.sample_class import sample_class
from chainrule.exercises.questions import QUESTIONS, exercises
from chainrule.grading import grade
from chainrule.records import VERDICT_MIME
from tests.support import ROOT
from tests.support.wrong_answers import ALIKE


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The learners, and the verdict records by learner and question."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source", course / "source")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    release(course)
    learners = {learner.name: learner for learner in sample_class(course)}
    grade(course)
    return learners, {name: records(course / "autograded" / name) for name in learners}


def records(folder):
    found = {}
    for exercise in exercises():
        notebook = nbformat.read(folder / exercise / f"{exercise}.ipynb", as_version=4)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if VERDICT_MIME in output.get("data", {}):
                    record = output["data"][VERDICT_MIME]
                    json.dumps(record, allow_nan=False)
                    found[record["question"]] = record | {"said": output["data"]["text/plain"]}
    return found


def by_kind(graded, kind):
    learners, verdicts = graded
    return next(verdicts[name] for name in learners if name.endswith(kind))


def test_every_planted_mistake_is_named_and_costs_marks(graded):
    learners, verdicts = graded
    planted = 0
    for name, learner in learners.items():
        for question, mistake in learner.mistakes.items():
            record = verdicts[name][question]
            named = {found["id"] for found in record["mistakes"]}
            assert named == ALIKE.get(question, {}).get(mistake, {mistake}), (name, question)
            assert record["points"] < record["max_points"], (name, question)
            planted += 1
    assert planted > 60


def test_all_else_of_these_learners_is_right(graded):
    learners, verdicts = graded
    for name, learner in learners.items():
        if learner.mistakes:
            for question in set(QUESTIONS) - set(learner.mistakes):
                record = verdicts[name][question]
                assert record["points"] == record["max_points"], (name, record["said"])


@pytest.mark.parametrize("kind", ["all-right", "odd-but-right", "no-words"])
def test_right_answers_have_all_marks(graded, kind):
    found = by_kind(graded, kind)
    assert set(found) == set(QUESTIONS)
    assert all(record["verdict"] == "passed" for record in found.values())


def test_a_blank_learner_attempted_nothing(graded):
    found = by_kind(graded, "blank")
    assert {record["verdict"] for record in found.values()} == {"not attempted"}


def test_a_cell_that_does_not_run_costs_itself_only(graded):
    found = by_kind(graded, "does-not-run")
    assert found["multi_layer.forward"]["verdict"] == "error"
    assert found["multi_layer.backward_relu"]["verdict"] == "passed"


def test_wrong_types_are_told_apart(graded):
    found = by_kind(graded, "wrong-types")
    assert "probs is of type str" in found["single_layer.softmax"]["said"]
    assert "it returned None" in found["single_layer.cross_entropy"]["said"]
    assert "the name holds a int, not a function" in " ".join(
        found["multi_layer.backward_output"]["said"].split()
    )
