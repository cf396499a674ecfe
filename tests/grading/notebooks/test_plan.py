"""What an assignment's notebooks are: order from source/, text and points as they were released."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

from chainrule.grading.errors import NotReleased
from chainrule.grading.notebooks.plan import names_of, plan_assignment
from chainrule.grading.plain_data import BOTH, LEARNER, TEST, TEXT
from tests.support import courses

# A cell -> the global names that it binds, those that its functions read, its imports.
NAMES = {
    "nothing": ("", [], [], {}),
    "an assignment": ("x = y", ["x"], [], {}),
    "many at once": ("a, *b = c\n(n := 3)", ["a", "b", "n"], [], {}),
    "no new name": ("d[0] = 1\ne.f = 2", [], [], {}),
    "in a block": ("if t:\n    for i in z:\n        w += 1", ["i", "w"], [], {}),
    "a file": ("with open(p) as handle: pass", ["handle"], [], {}),
    "a comprehension": ("[q for q in r]", [], [], {}),
    "deleted": ("del x", ["x"], [], {}),
    "a function": ("def f(a):\n    b = a\n    return g(b)", ["f"], ["g"], {}),
    "a function in a function": (
        "def f():\n    def g():\n        return f, x\n    return g",
        ["f"],
        ["f", "x"],
        {},
    ),
    "a lambda": ("h = lambda a: a + v", ["h"], ["v"], {}),
    "a class": ("class C(B):\n    y = 1\n    def m(self):\n        return z", ["C"], ["z"], {}),
    "imports": (
        "import os.path, sys as s\nfrom a.b import c as d, e",
        [],
        [],
        {
            "os": "import os.path",
            "s": "import sys as s",
            "d": "from a.b import c as d",
            "e": "from a.b import e",
        },
    ),
    "an import that may fail": (
        "try:\n    import torch\nexcept ImportError:\n    torch = None",
        [],
        [],
        {"torch": "import torch"},
    ),
    "an import in a function": ("def f():\n    import json\n    return json", ["f"], [], {}),
    "magic": ("%matplotlib inline\n!ls\nfiles = !ls\nobject?", ["files"], [], {}),
    "no Python": ("x = (", [], [], {}),
    "no text": ("\x00", [], [], {}),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_a_cell(name):
    source, binds, reads, imports = NAMES[name]
    found = names_of(source)
    assert (found["binds"], found["reads"], found["imports"]) == (binds, reads, imports)


def test_all_modules_that_a_cell_may_use():
    source = "import a, b.c as d\nfrom . import e\ndef f():\n    from g import h"
    assert names_of(source)["uses"] == ["import a, b.c as d", "from g import h"]


# A course of one notebook, released once.

CELLS = [
    new_markdown_cell("# Means"),
    courses.locked("imports", "import math"),
    courses.answer(
        "mean",
        "### BEGIN SOLUTION\ndef mean(values):\n    return sum(values) / len(values)\n"
        "### END SOLUTION",
    ),
    new_code_cell("helper = 1"),
    courses.test(
        "test_mean", "assert mean\n### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS", 2
    ),
    courses.written("why", points=3),
]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return courses.make_course(tmp_path_factory.mktemp("plan"), {"nb": CELLS})


@pytest.fixture
def course(released, tmp_path):
    return shutil.copytree(released, tmp_path / "course")


def planned(root, assignment="ps1"):
    """The plan of the one notebook, and the warnings."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "small") as gradebook:
        folders = root / "source" / assignment, root / "release" / assignment
        plan = plan_assignment(gradebook, assignment, *folders)
    return plan["notebooks"]["nb"], plan["warnings"]


def edit(root, change):
    """Change the instructor's notebook after its release."""
    path = root / "source/ps1/nb.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)


def ids(plan):
    return [cell.get("grade_id") for cell in plan["cells"]]


def test_the_cells_are_in_the_instructors_order(course):
    plan, warnings = planned(course)
    assert ids(plan) == ["imports", "mean", None, "test_mean", "why"]
    assert warnings == [] and plan["language"] == "python"


def test_each_cell_says_where_it_runs_and_what_it_is_worth(course):
    plan, _ = planned(course)
    assert [(c["kind"], c.get("points")) for c in plan["cells"]] == [
        (BOTH, None),
        (LEARNER, None),
        (None, None),
        (TEST, 2.0),
        (TEXT, 3.0),
    ]


def test_an_answers_text_is_as_released_and_its_names_are_the_solutions(course):
    _, mean, *_ = planned(course)[0]["cells"]
    assert "sum(values)" not in mean["source"] and "NotImplementedError" in mean["source"]
    assert mean["names"]["binds"] == ["mean"]


def test_a_test_is_whole_and_what_learners_saw_of_it_is_known(course):
    test = planned(course)[0]["cells"][3]
    assert "assert True" in test["source"]
    assert test["released"] == "assert mean"


def test_an_assignment_that_was_not_released_is_one_line(course):
    with pytest.raises(NotReleased, match="^ps2 is not in the gradebook: nbgrader generate_ass"):
        planned(course, "ps2")


def test_moved_cells_take_the_instructors_new_order_without_a_word(course):
    edit(course, lambda cells: cells.append(cells.pop(1)))
    plan, warnings = planned(course)
    assert ids(plan) == ["mean", None, "test_mean", "why", "imports"]
    assert warnings == []


def test_a_test_that_was_edited_after_its_release_is_graded_as_released(course):
    edit(course, lambda cells: cells[4].update(source="assert False"))
    plan, (warning,) = planned(course)
    assert "assert True" in plan["cells"][3]["source"]
    assert warning == (
        "nb.ipynb was edited after its release (test_mean): graded as released. "
        "nbgrader generate_assignment --force releases the new version."
    )


def test_points_that_were_edited_after_the_release_are_as_released(course):
    edit(course, lambda cells: cells[4].metadata["nbgrader"].update(points=50))
    assert planned(course)[0]["cells"][3]["points"] == 2.0


def test_a_new_solution_is_not_an_edit(course):
    edit(course, lambda cells: cells[2].update(source="def mean(values): ..."))
    assert planned(course)[1] == []


def test_a_cell_that_was_removed_after_the_release_is_last(course):
    edit(course, lambda cells: cells.pop(1))
    plan, (warning,) = planned(course)
    assert ids(plan) == ["mean", None, "test_mean", "why", "imports"]
    assert "(imports)" in warning


def test_a_cell_that_is_not_released_yet_is_left_out(course):
    edit(course, lambda cells: cells.append(courses.test("test_more", "assert 1")))
    plan, (warning,) = planned(course)
    assert "test_more" not in ids(plan) and "(test_more)" in warning


def test_without_its_source_all_released_cells_are_there(course):
    shutil.rmtree(course / "source")
    plan, (warning,) = planned(course)
    assert sorted(ids(plan)) == ["imports", "mean", "test_mean", "why"]
    assert "nb.ipynb is missing: its questions are graded as released." in warning


def test_without_its_release_it_is_not_known_what_learners_got(course):
    shutil.rmtree(course / "release")
    plan, _ = planned(course)
    assert {c.get("released") for c in plan["cells"]} == {None}
