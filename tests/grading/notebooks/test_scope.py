"""Whose a name is follows from the instructor's notebook alone, in the order of its cells."""

import pytest

from chainrule.grading.notebooks.plan import names_of
from chainrule.grading.notebooks.scope import Scope
from chainrule.grading.plain_data import BOTH, LEARNER, TEST

KINDS = {"free": None, "locked": BOTH, "answer": LEARNER, "test": TEST}
OURS, THEIRS, IMPORT, NOBODYS = "ours", "learner's", "import", None


def scope_of(*cells):
    """Of cells, each its kind and its text; the last one is reached."""
    plan = [
        {
            "kind": KINDS[kind],
            "grade_id": f"{kind}{number}",
            "solution": kind == "answer",
            "names": names_of(text),
        }
        for number, (kind, text) in enumerate(cells)
    ]
    scope = Scope(plan)
    scope.reach(plan[-1]["grade_id"])
    return scope


ANSWER = ("answer", "def f(x): return x")
TEST_CELL = ("test", "assert f(1) == 1")
# Cells before a test -> whose `f` is in it.
ORDERS = {
    "an answer": ([ANSWER], THEIRS),
    "an import before the answer": ([("free", "from m import f"), ANSWER], THEIRS),
    "an import after the answer": ([ANSWER, ("free", "from m import f")], IMPORT),
    "an import after the answer, by another name": ([ANSWER, ("free", "import m as f")], IMPORT),
    "an import in the answer": ([("answer", "from m import f")], THEIRS),
    "an import in the answer, after a locked one": (
        [("locked", "from m import f"), ("answer", "from m import f")],
        THEIRS,
    ),
    "an import that may fail": (
        [("free", "try:\n    import f\nexcept ImportError:\n    f = None")],
        IMPORT,
    ),
    "an import, and then another meaning in the same cell": (
        [("free", "from m import f\ndef f(x): return 1")],
        THEIRS,
    ),
    "an import in a function": ([("free", "def g():\n    import f")], NOBODYS),
    "a locked cell before the answer": ([("locked", "def f(x): ..."), ANSWER], THEIRS),
    "a locked cell after the answer": ([ANSWER, ("locked", "def f(x): ...")], OURS),
    "a locked import": ([("locked", "from m import f")], OURS),
    "a free cell": ([("free", "f = 1")], THEIRS),
    "a free cell after a locked one": ([("locked", "f = 1"), ("free", "f = 2")], THEIRS),
    "a test before": ([ANSWER, ("test", "f = 1")], OURS),
    "a test before, and an answer since": ([("test", "f = 1"), ANSWER], THEIRS),
    "a loop of a test": ([("test", "for f in range(3): pass")], OURS),
    "a helper of a test": ([("test", "with open('x') as f: pass")], OURS),
    "a function of a test that binds it": (
        [ANSWER, ("test", "def g():\n    global f\n    f = 1\ng()")],
        OURS,
    ),
    "an answer's function that binds it": (
        [("locked", "f = 1"), ("answer", "def g():\n    global f\n    f = 2")],
        THEIRS,
    ),
    "a comprehension of a test": ([ANSWER, ("test", "[f for f in range(3)]")], THEIRS),
    "a match in a test": ([("test", "match x:\n    case [f, *_]: pass")], OURS),
    "nobody": ([("free", "g = 1")], NOBODYS),
}


@pytest.mark.parametrize("name", ORDERS)
def test_the_last_cell_before_it_that_binds_it(name):
    cells, whose = ORDERS[name]
    bound = scope_of(*cells, TEST_CELL).bound.get("f")
    assert (bound and bound.whose) == whose


def test_a_name_that_only_the_instructors_cells_bind_is_never_asked_of_a_learner():
    scope = scope_of(ANSWER, TEST_CELL, ("test", "near = 1"), ("locked", "import far"), ANSWER)
    assert scope.only_ours == {"near", "far"}


def test_a_star_counts_from_where_it_stands():
    scope = scope_of(ANSWER, ("free", "from math import *"), ("answer", "sqrt = 1"), TEST_CELL)
    assert [star.statement for star in scope.stars] == ["from math import *"]
    assert scope.bound["f"].at < scope.stars[0].at < scope.bound["sqrt"].at


def test_a_star_in_a_solution_or_a_locked_cell_is_none_of_these():
    stars = scope_of(("answer", "from m import *"), ("locked", "from n import *"), TEST_CELL).stars
    assert stars == []


def test_what_is_taken_from_us_is_told_once():
    plan = [
        {"kind": BOTH, "grade_id": "a", "solution": False, "names": names_of("f = g = 1")},
        {"kind": LEARNER, "grade_id": "b", "solution": True, "names": names_of("f = 2")},
        {"kind": TEST, "grade_id": "c", "solution": False, "names": names_of("f")},
        {"kind": TEST, "grade_id": "d", "solution": False, "names": names_of("f")},
    ]
    scope = Scope(plan)
    assert [scope.reach(name) for name in "abcd"] == [set(), set(), {"f"}, set()]


def test_a_tests_assignment_is_meant_for_functions_that_read_the_name():
    scope = scope_of(
        ("free", "expected = 6\nprint(expected)"),
        ("answer", "def f():\n    return data"),
        ("test", "def g():\n    return mine"),
    )
    assert scope.read == {"data"}


@pytest.mark.parametrize(
    ("later", "needed"),
    [
        (("test", "assert near(1)"), True),
        (("locked", "def g():\n    return near(1)"), True),
        (("answer", "near(1)"), False),
        (("test", "def g(near): return near"), False),
        (("test", "near = 1"), False),
    ],
)
def test_whether_a_later_cell_of_ours_needs_a_name(later, needed):
    assert scope_of(("locked", "def near(x): ..."), later).looks_up_later(["near"]) is False
    plan = scope_of(("locked", "def near(x): ..."), later).cells
    scope = Scope(plan)
    scope.reach(plan[0]["grade_id"])
    assert scope.looks_up_later(["near"]) is needed
