"""The sample class: deterministic, complete, and only where it was asked to be."""

import shutil
from pathlib import Path

import nbformat
import pytest

from chainrule.cli import main
from chainrule.course import sample_learners
from chainrule.course.sample_class import SampleClassError, sample_class
from chainrule.course.sample_learners import KINDS
from chainrule.exercises.questions import QUESTIONS, exercises
from chainrule.mistakes import CATALOGUE
from tests.support import ROOT


@pytest.fixture
def course(tmp_path):
    shutil.copytree(ROOT / "release", tmp_path / "release")
    return tmp_path


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def answers(course, learner, exercise):
    path = course / "submitted" / learner / exercise / f"{exercise}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def test_the_same_seed_gives_the_same_files(course, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(course / "release", other / "release")
    sample_class(course, learners=30, seed=3)
    sample_class(other, learners=30, seed=3)
    assert files(course / "submitted") == files(other / "submitted")
    sample_class(other, learners=30, seed=4)
    assert files(course / "submitted") != files(other / "submitted")


def test_every_mistake_is_made_by_one_of_24(course):
    made = sample_class(course)
    assert len(made) == 24
    assert [learner.name[4:] for learner in made[: len(KINDS)]] == list(KINDS)
    seen = {mistake for learner in made for mistake in learner.mistakes.values()}
    assert seen == set(CATALOGUE)


def test_an_exercise_may_have_a_single_function(course, monkeypatch):
    kept = {one.exercise: name for name, one in reversed(QUESTIONS.items())}.values()
    monkeypatch.setattr(sample_learners, "QUESTIONS", {name: QUESTIONS[name] for name in kept})
    (two_mistakes,) = (one for one in sample_class(course) if one.name.endswith("two-mistakes"))
    assert set(two_mistakes.mistakes) == set(kept)


def test_an_exercise_may_have_no_mistake_at_all(course, monkeypatch):
    monkeypatch.setattr(sample_learners, "_marked", lambda question: iter(()))
    assert not any(learner.mistakes for learner in sample_class(course, learners=10))


def test_every_submission_is_a_valid_notebook_with_the_answers_in_it(course):
    for learner in sample_class(course):
        for exercise in exercises():
            path = course / "submitted" / learner.name / exercise / f"{exercise}.ipynb"
            nbformat.validate(nbformat.read(path, as_version=4))
            found = answers(course, learner.name, exercise)
            for name in QUESTIONS:
                if name.startswith(exercise):
                    expected = learner.answers.get(name)
                    released = found[QUESTIONS[name].function]
                    assert (expected or released).rstrip() == released
                    assert ("NotImplementedError" in released) == (expected is None)


def test_a_blank_learner_hands_in_the_release(course):
    sample_class(course, learners=2)
    for exercise in exercises():
        submitted = files(course / "submitted" / "002-blank" / exercise)
        submitted.pop(Path("timestamp.txt"))
        assert submitted == files(course / "release" / exercise)


def test_other_learners_stay(course):
    kept = course / "submitted" / "someone" / "single_layer" / "notes.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    sample_class(course, learners=1)
    assert kept.read_text() == "mine"


def test_a_class_needs_a_release_and_a_learner(course):
    with pytest.raises(SampleClassError, match="at least 1 learner, not 0"):
        sample_class(course, learners=0)
    (course / "release" / "multi_layer" / "multi_layer.ipynb").write_text("not JSON")
    with pytest.raises(SampleClassError, match="release/multi_layer holds no notebook"):
        sample_class(course)
    shutil.rmtree(course / "release" / "multi_layer")
    with pytest.raises(
        SampleClassError, match="no release of multi_layer: run `chainrule release`"
    ):
        sample_class(course)


def test_the_command_says_where_they_are(course, capsys):
    assert main(["sample-class", "--learners", "2", "--course-dir", str(course)]) == 0
    assert capsys.readouterr().out == f"2 learners in {course / 'submitted'}\n"
    assert main(["sample-class", "--learners", "0", "--course-dir", str(course)]) == 1
    assert capsys.readouterr().err == "chainrule: a class has at least 1 learner, not 0\n"
