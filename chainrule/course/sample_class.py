"""A class of submissions with known mistakes, made from the current release."""

import shutil
from pathlib import Path

import nbformat

from chainrule.course.sample_answers import OWN_WORDS, SOME_WORDS
from chainrule.course.sample_learners import Learner, sample_learners
from chainrule.errors import ChainruleError
from chainrule.exercises.questions import exercises

# nbgrader regrades a submission when its time stamp is new; this one never changes.
TIMESTAMP = "2026-01-15 12:00:00 UTC\n"


class SampleClassError(ChainruleError):
    """The class cannot be made; the message says what was found and what to do."""


def sample_class(course: Path, learners: int = 24, seed: int = 0) -> list[Learner]:
    """Write `submitted/` of a course; only the folders of the learners that are made are replaced.

    The same number and seed, on the same release, give the same files.
    Returns the learners that were made. Raises SampleClassError where there is no release, or no
    learner is asked for.
    """
    if learners < 1:
        raise SampleClassError(f"a class has at least 1 learner, not {learners}")
    released = {name: course / "release" / name / f"{name}.ipynb" for name in exercises()}
    missing = [name for name, path in released.items() if not path.is_file()]
    if missing:
        raise SampleClassError(f"no release of {', '.join(missing)}: run `chainrule release` first")
    notebooks = {name: path.read_text() for name, path in released.items()}
    made = sample_learners(learners, seed)
    for learner in made:
        for exercise, text in notebooks.items():
            folder = course / "submitted" / learner.name / exercise
            if folder.exists():
                shutil.rmtree(folder)
            shutil.copytree(released[exercise].parent, folder)
            (folder / f"{exercise}.ipynb").write_text(_filled(text, exercise, learner))
            (folder / "timestamp.txt").write_text(TIMESTAMP)
    return made


def _filled(text: str, exercise: str, learner: Learner) -> str:
    """The released notebook with the learner's answers in it. Raises SampleClassError."""
    try:
        notebook = nbformat.reads(text, as_version=4)
    except nbformat.reader.NotJSONError:
        words = f"release/{exercise} holds no notebook: run `chainrule release` first"
        raise SampleClassError(words) from None
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        answer = learner.answers.get(f"{exercise}.{marks.get('grade_id')}")
        if not marks.get("solution"):
            continue
        if cell.cell_type == "markdown" and learner.written:
            cell.source = OWN_WORDS.get(marks["grade_id"], SOME_WORDS)
        elif cell.cell_type == "code" and answer is not None:
            cell.source = answer.rstrip()
    return f"{nbformat.writes(notebook)}\n"
