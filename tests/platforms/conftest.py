"""A course of two exercises, and notebooks of it as learners hand them in."""

import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from chainrule.grading import grade
from chainrule.platforms.collect import collect
from tests.support.archives import zipped
from tests.support.courses import DOUBLE, answer, make_assignments, test, written

TRIPLE = [
    answer("triple", "### BEGIN SOLUTION\ndef triple(x):\n    return 3 * x\n### END SOLUTION"),
    test("test_triple", "assert triple(3) == 9", points=3),
]


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    root = tmp_path_factory.mktemp("platforms") / "course"
    root.mkdir()
    return make_assignments(
        root, {"double": [*DOUBLE, written("words", points=4)], "triple": TRIPLE}
    )


@pytest.fixture
def course(released, tmp_path):
    return Path(shutil.copytree(released, tmp_path / "course"))


def notebook(root, assignment="double", **answers) -> bytes:
    """The release with these answers, as a learner hands it in."""
    found = json.loads((root / "release" / assignment / "nb.ipynb").read_text())
    for cell in found["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name].splitlines(keepends=True)
    return json.dumps(found, indent=1).encode()


RIGHT = "def double(x):\n    return x + x"


@pytest.fixture(scope="session")
def graded(released, tmp_path_factory):
    """A class that was collected from Moodle and Canvas, graded and marked by hand.

    double, of 6 points: Ada 5.5, Cy 4; Bo waits for a person; Di has handed in anew since.
    """
    root = Path(shutil.copytree(released, tmp_path_factory.mktemp("graded") / "course"))
    names = {1: "Ada Lovelace", 2: "Bo Li", 3: "Cy Ox", 4: "Di Um"}
    answers = {1: RIGHT, 2: RIGHT, 3: "def double(x): return 0", 4: RIGHT}
    files = [
        (f"{names[n]}_{4710 + n}_assignsubmission_file/nb.ipynb",
         notebook(root, double=text, words="Because."))
        for n, text in answers.items()
    ]  # fmt: skip
    archive = root.parent / "moodle.zip"
    archive.write_bytes(zipped(files))
    collect(root, [archive])
    grade(root, jobs=0)
    given = {"ada-lovelace": 3.5, "cy-ox": 4.0, "di-um": 1.0}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        for learner, points in given.items():
            (one,) = (g for g in book.find_submission_notebook("nb", "double", learner).grades
                      if g.name == "words")  # fmt: skip
            one.manual_score, one.needs_manual_grade = points, False
        for learner, number in (("ada-lovelace", "901"), ("bo-li", "902"), ("cy-ox", "903")):
            book.find_student(learner).lms_user_id = number
            book.find_student(learner).email = f"{learner}@example.org"
        book.db.commit()
    (root / "submitted/di-um/double/nb.ipynb").write_bytes(notebook(root, double="1/0"))
    for learner in given:
        page = root / "feedback" / learner / "double" / "nb.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>{learner}</p>")
    return root


def copy_of(root, place):
    """A course of its own, with what is in another one."""
    return Path(shutil.copytree(root, place / "copy"))
