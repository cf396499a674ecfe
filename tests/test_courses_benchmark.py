"""Which notebooks of a public course are compared, and what is handed in for them."""

import json
import sys
from collections import Counter

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from chainrule import records
from tests.support import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import course_compared
import course_notebooks
import courses

TASK = "### BEGIN SOLUTION\ndef twice(x):\n    return 2 * x\n### END SOLUTION"


def cell(source, **about):
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": "twice"} | about})


def answer(source=TASK):
    return cell(source, solution=True, grade=False)


def check(source="assert twice(2) == 4"):
    return cell(source, grade_id="test_twice", solution=False, grade=True, points=1)


def written(path, *cells, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(new_notebook(cells=list(cells), metadata=metadata)))
    return path


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("def f(x):\n    return 2 * x\n", "def f(x):\n    return None\n"),
        (
            "def f(x):\n    return [\n        x,\n    ]  # all\n",
            "def f(x):\n    return None  # all\n",
        ),
        ("def f(x):\n    if x:\n        return 1\n    return 2", None),
        ("n = 3\nm = 4", "n = 4\nm = 4"),
        ("name = 'é'; n = 3", "name = 'é'; n = 4"),
        ("yes = True", "yes = None"),
        ("names = sorted(found)", "names = None"),
        ("%matplotlib inline\nn = 3", "%matplotlib inline\nn = 3"),
        ("print('no')", "print('no')"),
        ("def f():\n    return", "def f():\n    return"),
    ],
)
def test_an_answer_is_spoiled_in_one_place(text, wrong):
    if wrong is None:  # the first in the text, not the outermost
        wrong = text.replace("return 1", "return None")
    assert course_notebooks.spoiled(text) == wrong


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (TASK, True),
        ("### BEGIN SOLUTION\n\n### END SOLUTION", False),
        ("def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n", True),
        ("def f(x):\n    ### BEGIN SOLUTION\n    ### END SOLUTION\n    return 0\n", False),
        ("# YOUR CODE HERE\nraise NotImplementedError()", False),
        ("def f(x):\n    return x", True),
        ("  \n", False),
    ],
)
def test_an_answer_is_told_from_a_stub(text, holds):
    assert course_notebooks.is_answered(text) is holds


def test_a_notebook_takes_part_with_an_answer_and_a_test_in_python(tmp_path):
    def takes_part(*cells, **metadata):
        return course_notebooks.is_of_a_course(written(tmp_path / "a.ipynb", *cells, **metadata))

    assert takes_part(answer(), check())
    assert not takes_part(answer(), cell("1", grade_id="w", solution=True, grade=True))
    assert not takes_part(answer("# YOUR CODE HERE"), check())
    assert not takes_part(answer(), check(), language_info={"name": "R"})
    (tmp_path / "a.ipynb").write_text("<html>")
    assert not course_notebooks.is_of_a_course(tmp_path / "a.ipynb")


def test_folders_of_notebooks_are_assignments_once(tmp_path):
    course = tmp_path / "owner+name"
    for place in ("source/week 1", "release/week 1", "source/.ipynb_checkpoints", "source/2016"):
        written(course / place / "a.ipynb", answer(), check())
    written(course / "source/week 2/b.ipynb", answer(), check("assert twice(3) == 6"))
    found = {one.name: one.notebooks for one in courses.assignments(course)}
    assert found == {"source-2016": ("a",), "source-week-2": ("b",)}


def test_answers_are_filled_into_the_release():
    words = new_markdown_cell(
        "Because.", metadata={"nbgrader": {"grade_id": "w", "solution": True}}
    )
    source = new_notebook(cells=[answer(), check(), words])

    def handed_in(kind):
        stub = new_markdown_cell("YOUR ANSWER", metadata=words.metadata)
        released = new_notebook(cells=[answer("# YOUR CODE HERE"), check("# hidden"), stub])
        return [c.source for c in course_notebooks.filled(released, source, kind).cells]

    right = "def twice(x):\n    return 2 * x\n"
    assert handed_in("solution") == [right, "# hidden", "Because."]
    assert handed_in("wrong") == [right.replace("2 * x", "None"), "# hidden", "Because."]


@pytest.mark.parametrize(
    ("plain", "points", "verdict", "is_what"),
    [
        (2.0, 2.0, records.PASSED, course_compared.SAME),
        (0.3, 0.1 + 0.2, records.PARTLY, course_compared.SAME),
        (2.0, 0.0, records.ERROR, course_compared.SILENT),
        (2.0, 1.0, records.PARTLY, course_compared.SILENT),
        (0.0, 2.0, records.PASSED, course_compared.HIGHER),
        (0.0, 0.0, records.NEEDS_PERSON, course_compared.PERSON),
        (2.0, None, course_compared.LOST, course_compared.SILENT),
        (0.0, None, course_compared.LOST, course_compared.SAME),
    ],
)
def test_the_outcome_is_of_the_marks(plain, points, verdict, is_what):
    assert course_compared.outcome(plain, course_compared.Judged(points, verdict, "")) == is_what


def test_shares_are_of_what_the_solution_passes_on_plain_nbgrader():
    def one(test, kind, plain, points, *flags, verdict=records.PASSED):
        ours = course_compared.Judged(points, verdict, "", list(flags))
        return course_compared.Cell("a", "n", test, kind, 1.0, plain, ours, "")

    person = records.NEEDS_PERSON
    cells = [
        one("right", "solution", 1.0, 1.0, "together"),
        one("lost", "solution", 1.0, 0.0),
        one("fails", "solution", 0.0, 0.0, verdict=person),
        one("fails, but not here", "solution", 0.0, 1.0),
        one("right", "release", 0.0, 1.0),
        one("fails", "release", 0.0, 0.0, verdict=person),
        one("right", "wrong", 1.0, 0.0),
        one("fails", "wrong", 0.0, 1.0),
    ]
    assert courses.counted(courses.told(cells)) == Counter(
        {
            "notebooks": 1, "tests": 2, "same": 1, "silent": 1, "higher": 1,
            "apart": 1, "together": 1,
            "release: higher": 1, "wrong: silent": 1, "wrong: higher": 1,
        }
    )  # fmt: skip


def test_the_last_run_of_a_course_is_kept_beside_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(courses.figures, "FOLDER", tmp_path)
    courses.keep(courses.Row("b/b", "0" * 40, {"tests": 2, "same": 1}, ["hw1: refused"]))
    courses.keep(courses.Row("a/a", "1" * 40, {"tests": 3, "same": 3}, []))
    sums = courses.keep(courses.Row("b/b", "2" * 40, {"tests": 2, "same": 2}, []))
    kept = json.loads((tmp_path / "courses.json").read_text())
    assert kept["all"] == dict(sums) == {"tests": 5, "same": 5}
    assert [(one["course"], one["commit"][0]) for one in kept["courses"]] == [
        ("a/a", "1"),
        ("b/b", "2"),
    ]
