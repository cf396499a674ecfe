"""The two graded sample learners that are kept in git, made by grading the sample class."""

import filecmp
import shutil
import tempfile
from pathlib import Path

from chainrule.course.folders import copy_of_source, release
from chainrule.course.sample_class import sample_class
from chainrule.exercises.questions import exercises
from chainrule.grading import grade

# One who has everything right, and one with mistakes.
KEPT = ("001-all-right", "009-mistakes")


def samples(course: Path) -> None:
    """Make both sample learners under `autograded/` anew."""
    with tempfile.TemporaryDirectory() as folder:
        made = _graded(course, Path(folder))
        for learner in KEPT:
            shutil.rmtree(course / "autograded" / learner, ignore_errors=True)
            shutil.copytree(made / learner, course / "autograded" / learner)


def stale_samples(course: Path) -> list[str]:
    """The files of both sample learners that differ from what grading gives now."""
    with tempfile.TemporaryDirectory() as folder:
        made = _graded(course, Path(folder))
        names = [
            f"{learner}/{exercise}/{exercise}.ipynb" for learner in KEPT for exercise in exercises()
        ]
        _, differ, missing = filecmp.cmpfiles(course / "autograded", made, names, shallow=False)
    return sorted(differ + missing)


def _graded(course: Path, folder: Path) -> Path:
    """Grade both in a course of their own; the folder with the results."""
    copy_of_source(course, folder)
    release(folder)
    sample_class(folder)
    for learner in KEPT:
        grade(folder, student=learner)
    return folder / "autograded"
