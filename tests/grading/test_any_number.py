"""A mark does not depend on how many hand in, in which order, or on how many grade."""

import random

import pytest

from chainrule.grading import grade
from tests.support import courses
from tests.support.courses import locked, make_course, solved, test

# Each question rests on something that a process remembers: what was imported, warned of, sown, set
# or counted. A process that has graded others, or has tried the notebook before, remembers more.
FREE = """import decimal, functools, itertools, os, random, warnings
import numpy as np
decimal.getcontext().prec = 5
os.environ["COURSE_MODE"] = os.environ.get("COURSE_MODE", "") + "x"
np.seterr(divide="raise")
warnings.filterwarnings("ignore", message="quiet")
numbers = itertools.count(1)"""
PARTICLE = """class Particle:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == other.x"""
QUESTIONS = {
    "third": ("return decimal.Decimal(1) / 3", "assert str(third()) == '0.33333'"),
    "mode": ("return os.environ['COURSE_MODE']", "assert mode() == 'x'"),
    "drawn": (
        "return random.random()",
        "random.seed(5)\na = drawn()\nrandom.seed(5)\nassert a == random.random()",
    ),
    "next_one": ("return next(numbers)", "assert [next_one(), next_one()] == [1, 2]"),
    "loud": (
        "warnings.warn('loud'); return 1",
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.simplefilter('default')\n"
        "    loud(); loud()\n"
        "assert len(seen) == 1",
    ),
    "quiet": ("warnings.warn('quiet'); return 1", "assert quiet() == 1"),
    "inverse": (
        "return np.float64(1) / x",
        "try: inverse(0)\nexcept FloatingPointError: pass\nelse: assert False",
    ),
    "made": ("return Particle(x)", "assert made(2) == Particle(2)"),
    "remembered": (
        "kept.append(x); return len(kept)",
        "assert remembered(1) == 1\nassert remembered(1) == 2",
    ),
}
KINDS = ("right", "wrong", "blank")


def cells():
    from nbformat.v4 import new_code_cell

    yield new_code_cell(FREE)
    yield locked("particle", PARTICLE)
    yield locked("state", "kept = []")
    for name, (body, asked) in QUESTIONS.items():
        parameter = "x" if "x)" in body or "/ x" in body else ""
        yield solved(name, f"def {name}({parameter}):\n    {body}")
        yield test(f"test_{name}", asked)


def wrong(notebook):
    """Of each function the right text, and then nothing of what it gives."""
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in QUESTIONS:
            cell.source = f"def {name}(*given):\n    return None"


def right(notebook):
    sources = {cell.metadata.nbgrader.grade_id: cell.source for cell in cells() if cell.metadata}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in QUESTIONS:
            cell.source = sources[name]


EDITS = {"right": right, "wrong": wrong, "blank": lambda notebook: None}


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("any") / "course", {"nb": [*cells()]})


@pytest.fixture(scope="module")
def plain(released, tmp_path_factory):
    """kind -> {test: points}, as plain nbgrader gives them."""
    root = courses.copy_of(released, tmp_path_factory.mktemp("plain"))
    for kind in KINDS:
        courses.submit(root, kind, EDITS[kind])
    done = courses.nbgrader(root, "autograde", "ps1")
    assert done.returncode == 0, done.stderr
    found = {kind: {} for kind in KINDS}
    for (kind, _, _, name), (points, *_) in courses.gradebook_marks(root).items():
        found[kind][name] = points
    return found


def test_plain_gives_a_right_answer_all(plain):
    assert plain["right"] == {f"test_{name}": 1.0 for name in QUESTIONS}
    assert set(plain["wrong"].values()) == {0.0} == set(plain["blank"].values())


@pytest.mark.parametrize(("count", "jobs"), [(1, 0), (3, 1), (4, 2), (30, 2)])
def test_the_same_marks(released, plain, tmp_path, count, jobs):
    root = courses.copy_of(released, tmp_path)
    kinds = [KINDS[number % 3] for number in range(count)]
    random.Random(count).shuffle(kinds)
    for number, kind in enumerate(kinds):
        courses.submit(root, f"{number:02}{kind}", EDITS[kind])
    graded = grade(root, jobs=jobs)
    assert len(graded) == count
    for one in graded:
        marks = {result["grade_id"]: result["points"] for result in one.notebooks["nb"]}
        assert marks == plain[one.student[2:]], one.student
        assert not one.needs_person
