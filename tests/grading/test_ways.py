"""The instructor's own answers are graded first: a slip of theirs costs no learner anything."""

import json

import pytest
from nbformat.v4 import new_code_cell

from chainrule.cli import main
from chainrule.grading import grade
from chainrule.grading.notebooks.plan import names_of
from chainrule.grading.ways import missing_modules
from chainrule.records import NEEDS_PERSON
from tests.support import courses
from tests.support.courses import locked, make_course, solved, submit, test

DOUBLE = solved("double", "def double(x):\n    return 2 * x")
WELL = test("well", "assert double(3) == 6")
RIGHT = courses.fill(double="def double(x):\n    return x + x")
WRONG = courses.fill(double="def double(x):\n    return x")
# What an instructor has overlooked -> the cells, and the tests in which it shows, with the words
# that say why.
SLIPS = {
    "a syntax error": (
        [DOUBLE, WELL, test("slip", "assert double(3) = 6")],
        {"slip": "SyntaxError"},
    ),
    "a wrong value": (
        [DOUBLE, WELL, test("slip", "assert double(3) == 7, 'three doubled'")],
        {"slip": "AssertionError: three doubled"},
    ),
    "a module that is not here": (
        [DOUBLE, WELL, test("slip", "import no_such_module\nassert double(3) == 6")],
        {"slip": "No module named 'no_such_module'"},
    ),
    "a helper that was deleted": (
        [DOUBLE, WELL, test("slip", "assert nearly(double(3), 6)")],
        {"slip": "name 'nearly' is not defined"},
    ),
    "an error before any call": (
        [DOUBLE, WELL, test("slip", "open('no.txt')\nassert double(3) == 6")],
        {"slip": "No such file"},
    ),
    "more than its points": (
        [DOUBLE, WELL, test("slip", "assert double(3) == 6\n2.5", points=2)],
        {"slip": "2.5 of 2 points"},
    ),
    "half of its points": (
        [DOUBLE, WELL, test("slip", "assert double(3) == 6\n0.5")],
        {"slip": "0.5 of 1 points"},
    ),
    "a broken answer": (
        [
            solved("double", "def double(x):\n    return x + 2"),
            WELL,
            test("fine", "double(2) == 4"),
        ],
        {"well": "AssertionError"},
    ),
    "a locked cell that fails": (
        [
            locked("l", "1 / 0\ndef near(a, b): ..."),
            DOUBLE,
            WELL,
            test("slip", "near(double(1), 2)"),
        ],
        {"slip": "`near` is of the cell l, which did not run to its end"},
    ),
    "a loop that never ends": (
        [DOUBLE, WELL, test("slip", "double(3)\nwhile True: pass")],
        {"slip": "most of it in its own code"},
    ),
}


@pytest.fixture(scope="module")
def slips(tmp_path_factory):
    """A course with an assignment a slip, each handed in by four learners."""
    root = tmp_path_factory.mktemp("slips")
    config = "c.Execute.timeout = 3"
    courses.make_assignments(root, {name: cells for name, (cells, _) in SLIPS.items()}, config)
    for name in SLIPS:
        for student, edit in {"ada": RIGHT, "ben": RIGHT, "eve": WRONG}.items():
            submit(root, student, edit, name)
    return root


@pytest.fixture(scope="module")
def graded(slips, tmp_path_factory):
    said = []
    root = courses.copy_of(slips, tmp_path_factory.mktemp("graded"))
    return {(one.assignment, one.student): one for one in grade(root, say=said.append)}, said


ALONE = [
    pytest.param(name, marks=pytest.mark.long if name == "a loop that never ends" else ())
    for name in SLIPS
]


@pytest.mark.parametrize("name", ALONE)
def test_nothing_is_graded_and_one_line_says_why(slips, capsys, name):
    assert main(["grade", "--course-dir", str(slips), "--assignment", name]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    (line,) = [line for line in said if "not installed in" not in line]
    assert "Nothing was graded" in line and "--despite-faults" in line
    for slip, words in SLIPS[name][1].items():
        assert f"{name}, {slip}: the instructor's own answer gets" in line
        assert words in line
    assert not list(slips.glob("autograded/*"))


@pytest.mark.parametrize("name", SLIPS)
def test_graded_all_the_same_the_slip_costs_nobody_anything(graded, name):
    for student in ("ada", "ben", "eve"):
        results = {r["grade_id"]: r for r in graded[0][name, student].notebooks["nb"]}
        for slip, words in SLIPS[name][1].items():
            found = results.pop(slip)
            passed = found["points"] == found["max_points"]
            assert passed or found["verdict"] == NEEDS_PERSON, found
            assert passed or words in found["reason"] or "does not pass" in found["reason"]
        if name != "a broken answer":
            assert results["well"]["points"] == (0.0 if student == "eve" else 1.0)


def test_all_slips_are_said(graded):
    (line,) = [line for line in graded[1] if "own answer gets" in line]
    assert all(name in line for name in SLIPS) and "is for a person" in line
    assert any("no_such_module, not installed" in line for line in graded[1])


def test_a_release_says_so_too(tmp_path, capsys):
    make_course(tmp_path, {"nb": SLIPS["a wrong value"][0]})
    assert main(["release", "--course-dir", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("ps1, slip: the instructor's own answer gets 0 of 1 points")
    assert "three doubled" in line


def test_a_release_without_a_slip_says_nothing(tmp_path, capsys):
    make_course(tmp_path, {"nb": [DOUBLE, WELL]})
    assert main(["release", "--course-dir", str(tmp_path)]) == 0
    assert capsys.readouterr().err == ""


def test_a_release_where_no_sandbox_can_be_had(tmp_path, capsys, monkeypatch):
    make_course(tmp_path, {"nb": [DOUBLE, WELL]})
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["release", "--course-dir", str(tmp_path)]) == 0
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("Released.") and "bubblewrap" in line


CLASS = """
class Particle:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x
"""
PARTICLE = solved("p", CLASS)
OTHER = CLASS.replace("= x\n", "= 2 * x\n", 1)
TWO = test("t", "assert Particle(3) == Particle(3)\nassert Particle(3).x == 3")
# Tests that plain data cannot answer -> the cells, a right and a wrong answer to `p`.
MORE = {
    "two instances": ([PARTICLE, TWO], CLASS, OTHER),
    "one object or two": (
        [solved("p", "a = [1]\nb = list(a)"), test("t", "assert a == b and a is not b")],
        "a = [1]\nb = a[:]",
        "a = b = [1]",
    ),
    "names of the notebook": (
        [solved("p", "x = 1"), test("t", "assert 'x' in dir()")],
        "x = 2",
        "y = 1",
    ),
    "a file": (
        [
            solved("p", "open('out.txt', 'w').write('3')"),
            test("t", "assert open('out.txt').read() == '3'"),
        ],
        "with open('out.txt', 'w') as file:\n    print(3, end='', file=file)",
        "open('out.txt', 'w').write('4')",
    ),
    "a list that the test clears": (
        [
            solved("p", "stack = [1]\ndef push(x):\n    stack.append(x)"),
            test("t", "stack.clear()\npush(5)\nassert stack == [5]"),
        ],
        "stack = []\ndef push(x):\n    stack.extend([x])",
        "stack = []\ndef push(x):\n    pass",
    ),
    "a repository": (
        [
            new_code_cell(
                "import os\n!mkdir mine\nos.chdir('mine')\n!git init -q\n!touch a\n!git add a"
            ),
            solved("p", "!git commit -q -m first"),
            test("t", "said = !git log\nassert not said[0].startswith('fatal: your current')"),
        ],
        "!git commit -q -m 'a file'",
        "!git status -s",
    ),
    "tests in the notebook": (
        [
            solved("p", "def f(a):\n    return a + 1"),
            test(
                "t",
                "import unittest\nclass T(unittest.TestCase):\n    def test_f(self):\n"
                "        self.assertEqual(f(1), 2)\nimport sys\n"
                "said = unittest.TextTestRunner(stream=sys.stdout)\n"
                "done = unittest.main(argv=[''], exit=False, testRunner=said)\n"
                "assert done.result.wasSuccessful()",
            ),
        ],
        "def f(a):\n    return 1 + a",
        "def f(a):\n    return a",
    ),
}


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    """An assignment a kind, beside a test that can be asked apart; a right and a wrong answer."""
    root = tmp_path_factory.mktemp("more")
    beside = [DOUBLE, WELL]
    courses.make_assignments(root, {name: [*cells, *beside] for name, (cells, *_) in MORE.items()})
    for name, (_, right, wrong) in MORE.items():
        submit(root, "ada", courses.fill(p=right, double="def double(x):\n    return x + x"), name)
        submit(root, "eve", courses.fill(p=wrong, double="def double(x):\n    return x"), name)
    return root


# Asked apart it passes whatever the answer does, and together the own answer fails: there is no
# file of that name in the sandbox.
BLIND = [
    locked("l", "import os\nopen('todo.txt', 'w').close()"),
    solved("p", "if os.path.exists('/etc/hostname'):\n    os.remove('todo.txt')"),
    test("t", "assert os.getcwd().startswith('/tmp/chainrule-') or not os.path.exists('todo.txt')"),
]


def test_a_pass_that_says_nothing_is_for_a_person(tmp_path):
    root = make_course(tmp_path, {"nb": [*BLIND, DOUBLE, WELL]})
    submit(root, "ada", RIGHT)
    said = []
    results = by_test(grade(root, jobs=0, say=said.append))
    assert results["ps1", "ada", "well"]["points"] == 1.0
    found = results["ps1", "ada", "t"]
    assert (found["points"], found["verdict"]) == (0.0, NEEDS_PERSON)
    assert "does not see what the answers have done" in found["reason"]
    (line,) = [line for line in said if "own answer gets" in line]
    assert "untouched it passes, asked apart" in line


def by_test(graded):
    return {
        (one.assignment, one.student, result["grade_id"]): result
        for one in graded
        for result in one.notebooks["nb"]
    }


@pytest.fixture(scope="module")
def asked(more, tmp_path_factory):
    said = []
    root = courses.copy_of(more, tmp_path_factory.mktemp("asked"))
    return by_test(grade(root, say=said.append)), said, root


@pytest.mark.parametrize("name", MORE)
def test_what_cannot_be_asked_apart_is_asked_together(asked, name):
    results, said, _ = asked
    for student, points in {"ada": 1.0, "eve": 0.0}.items():
        found = results[name, student, "t"]
        assert (found["points"], found["flags"]) == (points, ["together"]), found
        assert found["verdict"] != NEEDS_PERSON
        assert results[name, student, "well"]["points"] == points
        assert results[name, student, "well"]["flags"] == []
    (line,) = [line for line in said if line.startswith(f"{name}: ")]
    assert "1 of 2 tests are asked together" in line and "(t: " in line


def test_what_was_found_out_is_kept(asked, monkeypatch):
    *_, root = asked
    monkeypatch.setattr("chainrule.grading.jobs.trials", lambda *_: pytest.fail("tried again"))
    said = []
    graded = by_test(grade(root, "two instances", force=True, say=said.append))
    assert graded["two instances", "ada", "t"]["flags"] == ["together"]
    assert any("asked together" in line for line in said)


@pytest.mark.parametrize("damage", ["", "[1, 2]", '{"together": {}}'])
def test_what_was_kept_and_is_damaged_is_found_out_again(asked, tmp_path, damage):
    *_, root = asked
    root = courses.copy_of(root, tmp_path)
    place = root / ".chainrule/two instances.json"
    kept = json.loads(place.read_text())
    place.write_text(json.dumps(kept | {"value": json.loads(damage)}) if damage else damage)
    found = by_test(grade(root, "two instances", "ada", force=True))
    assert found["two instances", "ada", "t"]["flags"] == ["together"]
    assert json.loads(place.read_text()) == kept


def test_a_new_release_is_tried_again(asked, monkeypatch):
    *_, root = asked
    path = root / "source/two instances/nb.ipynb"
    path.write_text(path.read_text().replace("Particle(3).x == 3", "Particle(4).x == 4"))
    courses.release(root, "two instances")
    tried = []
    monkeypatch.setattr("chainrule.grading.jobs.trials", lambda *_: tried.append(1) or {})
    grade(root, "two instances", force=True)
    assert tried


def test_apart_only_leaves_it_to_a_person(more, tmp_path):
    root = courses.copy_of(more, tmp_path)
    found = by_test(grade(root, "two instances", apart_only=True))
    for student in ("ada", "eve"):
        assert found["two instances", student, "t"]["verdict"] == NEEDS_PERSON
        assert found["two instances", student, "t"]["flags"] == []


def test_a_release_says_which_and_why(more, tmp_path, capsys):
    root = courses.copy_of(more, tmp_path)
    assert main(["release", "--course-dir", str(root)]) == 0
    said = capsys.readouterr().err
    assert "two instances, t: is asked together with the answers, because apart: " in said
    assert "type Particle" in said


def test_answers_that_stand_in_source_as_learners_get_them_are_no_model(tmp_path):
    make_course(tmp_path, {"nb": [DOUBLE, WELL]})
    (tmp_path / "source/ps1/nb.ipynb").write_bytes((tmp_path / "release/ps1/nb.ipynb").read_bytes())
    submit(tmp_path, "ada", RIGHT)
    submit(tmp_path, "eve", WRONG)
    said = []
    graded = grade(tmp_path, say=said.append)
    assert {one.student: one.points for one in graded} == {"ada": 1.0, "eve": 0.0}
    assert not any("own answer" in line for line in said)


NEEDS = {
    "import a.b, c": ["a", "c"],
    "def f():\n    from a import b": ["a"],
    "from . import a": [],
    "try:\n    import a\nexcept ImportError:\n    a = None": [],
    "try:\n    import a\nexcept:\n    import b": ["b"],
    "try:\n    import a\nexcept ValueError:\n    pass": ["a"],
    "try:\n    1\nexcept ImportError:\n    pass\nelse:\n    import a": ["a"],
}


@pytest.mark.parametrize("source", NEEDS)
def test_what_a_cell_needs(source):
    assert names_of(source)["needs"] == NEEDS[source]


def test_what_is_missing(tmp_path):
    (tmp_path / "helper.py").touch()
    (tmp_path / "data").mkdir()
    cell = {"names": names_of("import os, helper, data, numpy, no_such_module")}
    plan = {"notebooks": {"nb": {"cells": [cell]}}}
    assert missing_modules(plan, tmp_path) == ["no_such_module"]
