"""Whose a name is in a test: small courses in which it matters, graded whole."""

import pytest
from nbformat.v4 import new_code_cell

from chainrule.records import NEEDS_PERSON, NOT_ATTEMPTED
from tests.support.courses import fill, grade_cases, locked, solved, test

free = new_code_cell
DOUBLE = solved("double", "def double(x):\n    return 2 * x")
RIGHT = "def double(x):\n    return x + x"
WRONG = "def double(x):\n    return -1"
YES = "near = lambda a, b: True\n"
NEAR = "def near(a, b):\n    return abs(a - b) < 1e-9"
PERSON = "needs a person"


def of_their_own(source, at=0, **answers):
    """Answers, and a cell of the learner's own."""

    def edit(notebook):
        fill(**answers)(notebook)
        notebook.cells.insert(at, free(source))

    return edit


FACTORIAL = solved("f", "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)")
RIGHT_FACTORIAL = (
    "def factorial(n):\n    out = 1\n    for k in range(n):\n        out *= k + 1\n    return out"
)
WRONG_FACTORIAL = "def factorial(n):\n    return -1"
ROUND = solved("a", "import math\ndef up(x):\n    return math.ceil(x)")

# A notebook -> hand-ins of it: an edit, and the points of its tests that are fair; PERSON where
# it is for one.
CASES = {
    "an import before the answer": (
        [free("from math import factorial"), FACTORIAL, test("t", "assert factorial(4) == 24")],
        {
            "right": (fill(f=RIGHT_FACTORIAL), [1]),
            "wrong": (fill(f=WRONG_FACTORIAL), [0]),
        },
    ),
    "a star before the answer": (
        [
            free("from math import *"),
            FACTORIAL,
            test("t", "assert factorial(4) == 24 and floor(1.5) == 1"),
        ],
        {
            "right": (fill(f=RIGHT_FACTORIAL), [1]),
            "wrong": (fill(f=WRONG_FACTORIAL), [0]),
            "theirs": (fill(f=WRONG_FACTORIAL + "\nfloor = lambda x: 1"), [0]),
        },
    ),
    "an import in the solution": (
        [ROUND, test("t", "assert up(1.2) == math.ceil(1.2)")],
        {
            "right": (fill(a="import math\ndef up(x):\n    return -int(-x // 1)"), [1]),
            "wrong": (fill(a="import math\ndef up(x):\n    return 0"), [0]),
            "a module of their own": (
                fill(a="class math:\n    ceil = lambda x: 0\ndef up(x):\n    return 0"),
                [PERSON],
            ),
        },
    ),
    "an import after a blank answer": (
        [
            FACTORIAL,
            locked("l", "from math import factorial"),
            test("t", "assert factorial(3) == 6"),
        ],
        {"wrong": (fill(f=WRONG_FACTORIAL), [1])},
    ),
    "a helper of an earlier test": (
        [
            DOUBLE,
            test("t", f"assert double(3) == 6\n{NEAR}"),
            test("u", "assert near(double(1), 2)"),
        ],
        {
            "right": (fill(double=RIGHT), [1, 1]),
            "wrong": (fill(double=YES + WRONG), [0, PERSON]),
        },
    ),
    "a helper below a call of the answer": (
        [
            DOUBLE,
            locked("l", f"print(double(2))\n{NEAR}"),
            test("t", "assert near(double(3), 6)"),
        ],
        {
            "right": (fill(double=RIGHT), [1]),
            "wrong": (of_their_own(YES, at=2, double=WRONG), [0]),
            "raises": (fill(double=YES + "def double(x):\n    raise ValueError"), [PERSON]),
            "blank": (of_their_own(YES), [NOT_ATTEMPTED]),
        },
    ),
    "a helper of a star": (
        [
            locked("l", "from math import *"),
            DOUBLE,
            test("t", "assert isclose(double(3), 6)"),
        ],
        {
            "right": (fill(double=RIGHT), [1]),
            "wrong": (fill(double="isclose = lambda a, b: True\n" + WRONG), [0]),
        },
    ),
    "a variable of the test": (
        [free("x = 1.0\nprint(x)"), DOUBLE, test("t", "x = 3.0\ny = double(x)\nassert y == 2 * x")],
        {
            "right": (fill(double=RIGHT), [1]),
            "changed": (
                fill(double="def double(v):\n    global x\n    x = 0.0\n    return 0.0"),
                [0],
            ),
            "read": (fill(double="def double(v):\n    return 2 * x"), [0]),
        },
    ),
    "an expected value": (
        [
            free("expected = 2\nprint(expected)"),
            DOUBLE,
            test("t", "expected = 6\nassert double(3) == expected"),
        ],
        {
            "right": (fill(double=RIGHT), [1]),
            "read": (fill(double="def double(v):\n    return expected"), [0]),
        },
    ),
    "a value that functions read": (
        [
            free("data = [1]"),
            solved("total", "def total():\n    return sum(data)"),
            test("t", "data = [1, 2, 3]\nassert total() == 6"),
            test(
                "u",
                "del data\ntry:\n    total()\nexcept NameError:\n    pass\nelse:\n    assert False",
            ),
        ],
        {
            "right": (fill(total="def total():\n    return sum(n for n in data)"), [1, 1]),
            "wrong": (fill(total="def total():\n    return 1"), [0, 0]),
        },
    ),
    "the end of an iteration": (
        [
            DOUBLE,
            test("t", "for got, n in zip(map(double, [1, 2]), [1, 2]):\n    assert got == 2 * n"),
            test("u", "assert all(map(lambda n: double(n) == 2 * n, [1, 2]))"),
            test(
                "v",
                "class Both:\n    n = 0\n"
                "    def __iter__(self): return self\n    def __next__(self):\n"
                "        self.n += 1\n        if self.n > 2: raise StopIteration\n"
                "        return double(self.n)\nassert not [n for n in Both() if n not in (2, 4)]",
            ),
        ],
        {
            "right": (fill(double=RIGHT), [1, 1, 1]),
            "ends": (fill(double="def double(x):\n    raise StopIteration"), [0, 0, 0]),
        },
    ),
    "the end of an iteration, asked for": (
        [
            solved("first", "def first(it):\n    return it.pop() if it else next(iter(()))"),
            test(
                "t", "try:\n    first([])\nexcept StopIteration:\n    pass\nelse:\n    assert False"
            ),
        ],
        {
            "right": (fill(first="def first(it):\n    raise StopIteration"), [1]),
            "wrong": (fill(first="def first(it):\n    return 0"), [0]),
        },
    ),
    "the body of a class": (
        [
            solved("size", "size = 3"),
            test("t", "class Box:\n    side = size\n    def area(self): return size * size\n"
                      "assert Box.side == 3 and Box().area() == 9"),
        ],
        {"right": (fill(size="size = 1 + 2"), [1]), "wrong": (fill(size="size = 2"), [0])},
    ),
    "a decorator that calls itself": (
        [
            solved(
                "memo",
                "def memo(f):\n    known = {}\n    def g(n):\n        if n not in known:\n"
                "            known[n] = f(n)\n        return known[n]\n    return g",
            ),
            test(
                "t",
                "calls = []\n@memo\ndef fib(n):\n    calls.append(n)\n"
                "    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
                "assert fib(12) == 144 and len(calls) == 13",
            ),
        ],
        {
            "right": (
                fill(memo="def memo(f, seen=None):\n    seen = {}\n    def g(n):\n"
                          "        seen[n] = seen[n] if n in seen else f(n)\n"
                          "        return seen[n]\n    return g"),
                [1],
            ),
            "wrong": (fill(memo="def memo(f):\n    return f"), [0]),
        },
    ),
    "names that begin with underscores": (
        [solved("v", "__version = 2\n_hidden = 3"), test("t", "assert __version + _hidden == 5")],
        {
            "right": (fill(v="__version, _hidden = 2, 3"), [1]),
            "wrong": (fill(v="__version = _hidden = 0"), [0]),
        },
    ),
    "an answer in a cell of their own": (
        [DOUBLE, test("t", "assert double(3) == 6")],
        {
            "right": (of_their_own(RIGHT, at=1), [1]),
            "wrong": (of_their_own(WRONG, at=1), [NOT_ATTEMPTED]),
        },
    ),
    "a name that no cell binds": (
        [
            DOUBLE,
            test("t", "try:\n    bonus\nexcept NameError:\n    bonus = 0\nassert double(3) == 6"),
        ],
        {
            "with": (fill(double=RIGHT + "\nbonus = 1"), [1]),
            "without": (fill(double=RIGHT), [1]),
        },
    ),
    "a built-in that the answer is": (
        [
            solved(
                "s",
                "def sum(values):\n    total = 0\n    for v in values:\n        total += v\n"
                "    return total",
            ),
            test("t", "assert sum([1, 2]) == 3"),
        ],
        {
            "right": (
                fill(s="def sum(values):\n    return len([v for v in values for _ in range(v)])"),
                [1],
            ),
            "wrong": (fill(s="def sum(values):\n    return 0"), [0]),
        },
    ),
}  # fmt: skip
IDS = [(case, student) for case, (_, handed_in) in CASES.items() for student in handed_in]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return grade_cases(tmp_path_factory.mktemp("names"), CASES)


@pytest.mark.parametrize(("case", "student"), IDS, ids=[f"{c}, {s}" for c, s in IDS])
def test_names_are_whose_the_plan_says(graded, case, student):
    results = graded[case, student]
    _, fair = CASES[case][1][student]
    got = [
        r["verdict"] if r["verdict"] in (NEEDS_PERSON, NOT_ATTEMPTED) else r["points"]
        for r in results
    ]
    assert got == fair, [r["reason"] for r in results]
    assert all(r["points"] == 0 for r in results if r["verdict"] == NEEDS_PERSON)
