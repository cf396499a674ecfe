"""From what a test cell did to its points and its verdict."""

import decimal
import fractions
import math

import numpy as np
import pytest

from chainrule.grading.notebooks.verdict import Ending, by_hand, judge, unmarked
from chainrule.grading.plain_data import ModelResult
from chainrule.grading.shell.shell import OutOfTime
from chainrule.grading.wall.points import as_points
from chainrule.grading.wall.trouble import Gone, Machinery, NeedsPerson, Unfinished
from chainrule.records import (
    CRASHED,
    ERROR,
    MEMORY,
    NEEDS_PERSON,
    NOT_ATTEMPTED,
    PARTLY,
    PASSED,
    TIME_OUT,
    VERDICT_MIME,
    WRONG,
)
from tests.support import ROOT

STDERR = {"output_type": "stream", "name": "stderr", "text": "oh"}
STDOUT = {"output_type": "stream", "name": "stdout", "text": "fine"}
SHOWN = {"output_type": "error", "ename": "ValueError", "evalue": "x", "traceback": []}


def record(verdict):
    """What a check of this course's own displays."""
    data = {VERDICT_MIME: {"version": 2, "verdict": verdict}, "text/plain": "so"}
    return {"output_type": "display_data", "data": data, "metadata": {}}


class CheckFailed(Exception):
    """A check's own kind."""


def of_the_learner(error, kind):
    error.learner_type = kind
    return error


def judged(model=None, **ending):
    """Of a test worth 2 points: its points, verdict, and reason."""
    cell = {"grade_id": "test_mean", "points": 2.0}
    result = judge(cell, Ending(**ending), model)
    assert (result["grade_id"], result["max_points"]) == ("test_mean", 2.0)
    return result["points"], result["verdict"], result["reason"]


# What a test worth 2 points ended in -> what it gives.
VALUES = {
    "nothing": (None, (2.0, PASSED, "")),
    "all points": (2.0, (2.0, PASSED, "")),
    "all points, an integer": (2, (2.0, PASSED, "")),
    "some points": (0.5, (0.5, PARTLY, "")),
    "some points, NumPy's": (np.float32(0.5), (0.5, PARTLY, "")),
    "some points, a fraction": (fractions.Fraction(1, 4), (0.25, PARTLY, "")),
    "no points": (0.0, (0.0, WRONG, "")),
    "no points, minus zero": (-0.0, (0.0, WRONG, "")),
    "text": ("2.0", (2.0, PASSED, "")),
    "true": (True, (2.0, PASSED, "")),
    "false": (False, (2.0, PASSED, "")),
    "NumPy's false": (np.False_, (2.0, PASSED, "")),
    "a list": ([0.0], (2.0, PASSED, "")),
    "an array": (np.zeros(2), (2.0, PASSED, "")),
    "an array of one number": (
        np.zeros(1),
        (0.0, NEEDS_PERSON, "the test ended in array([0.]), which is no number"),
    ),
    "more than all": (2.5, (0.0, NEEDS_PERSON, "the test gave 2.5 of 2 points")),
    "less than none": (-1, (0.0, NEEDS_PERSON, "the test gave -1 of 2 points")),
    "not a number": (math.nan, (0.0, NEEDS_PERSON, "the test gave nan of 2 points")),
    "infinity": (math.inf, (0.0, NEEDS_PERSON, "the test gave inf of 2 points")),
    "an enormous integer": (10**400, (0.0, NEEDS_PERSON, "the test gave inf of 2 points")),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_test_gives_what_it_ends_in(name):
    value, given = VALUES[name]
    assert judged(value=value) == given


ERRORS = {
    "an assertion": (AssertionError("2 is not 3"), (WRONG, "AssertionError: 2 is not 3")),
    "an assertion without text": (AssertionError(), (WRONG, "AssertionError")),
    "a check's own kind": (CheckFailed("not yet"), (WRONG, "CheckFailed: not yet")),
    "an error": (ZeroDivisionError("division"), (ERROR, "ZeroDivisionError: division")),
    "a missing name": (NameError("no mean"), (ERROR, "NameError: no mean")),
    "an exit": (SystemExit(0), (ERROR, "SystemExit: 0")),
    "no memory over there": (of_the_learner(MemoryError(), "MemoryError"), (MEMORY, "MemoryError")),
    "no memory here": (
        MemoryError(),
        (NEEDS_PERSON, "the test itself wanted more memory than there is"),
    ),
    "a module that is missing here": (
        ModuleNotFoundError("No module named 'x'"),
        (NEEDS_PERSON, "the test itself cannot run here: ModuleNotFoundError: No module named 'x'"),
    ),
    "a module that is missing over there": (
        of_the_learner(ModuleNotFoundError("No module named 'x'"), "ModuleNotFoundError"),
        (ERROR, "ModuleNotFoundError: No module named 'x'"),
    ),
    "no Python": (
        SyntaxError("invalid syntax"),
        (NEEDS_PERSON, "the test itself cannot run here: SyntaxError: invalid syntax"),
    ),
    "a learner's own kind": (
        of_the_learner(ValueError("x"), "Mine"),
        (ERROR, "Mine: x"),
    ),
    "a learner's assertion": (
        of_the_learner(AssertionError("x"), "Mine"),
        (WRONG, "Mine: x"),
    ),
    "the function itself": (
        TypeError("RemoteFunction has no len()"),
        (
            NEEDS_PERSON,
            "the test needs the function itself: TypeError: RemoteFunction has no len()",
        ),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_test_that_raises_gives_nothing(name):
    error, (verdict, reason) = ERRORS[name]
    assert judged(error=error, value=2.0) == (0.0, verdict, reason)


def test_an_error_that_was_shown_gives_nothing():
    assert judged(outputs=[SHOWN]) == (0.0, ERROR, "the test put out an error")


def test_stderr_gives_nothing():
    points, verdict, reason = judged(outputs=[STDERR], value=2.0)
    assert (points, verdict) == (0.0, ERROR) and "stderr" in reason


def test_stdout_costs_nothing():
    assert judged(outputs=[STDOUT]) == (2.0, PASSED, "")


# What the learner's process did meanwhile counts before all that the test made of it.
TROUBLE = {
    "it crashed": (Gone(CRASHED, "it ended"), (CRASHED, "it ended")),
    "it took too long": (Gone(TIME_OUT, "no answer"), (TIME_OUT, "no answer")),
    "it took too much": (Gone(MEMORY, "2 GiB"), (MEMORY, "2 GiB")),
    "it gave what cannot cross": (NeedsPerson("a generator"), (NEEDS_PERSON, "a generator")),
}


@pytest.mark.parametrize("name", TROUBLE)
@pytest.mark.parametrize(
    "made_of_it",
    [
        {},
        {"value": 2.0},
        {"error": AssertionError()},
        {"answered": False},
        {"asked": False},
        {"blamed": (MEMORY, "x")},
    ],
    ids=["nothing", "all points", "an assertion", "nothing written", "nothing asked", "another"],
)
def test_trouble_decides(name, made_of_it):
    trouble, (verdict, reason) = TROUBLE[name]
    assert judged(trouble=[trouble], **made_of_it) == (0.0, verdict, reason)


def test_the_first_trouble_decides():
    both = [NeedsPerson("a generator"), Gone(CRASHED, "it ended")]
    assert judged(trouble=both) == (0.0, NEEDS_PERSON, "a generator")


# Without points: what did not come back is to blame, or what was never written.
FAILED = {
    "an assertion": {"error": AssertionError("no")},
    "an error": {"error": NameError("no mean")},
    "no points": {"value": 0.0},
}


@pytest.mark.parametrize("name", FAILED)
def test_an_answer_that_never_came_back_is_to_blame(name):
    blamed = TIME_OUT, "the cell mean: it did not come back"
    wanted = (0.0, TIME_OUT, "the cell mean: it did not come back")
    assert judged(blamed=blamed, **FAILED[name]) == wanted
    assert judged(blamed=blamed, answered=False, **FAILED[name]) == wanted


@pytest.mark.parametrize("name", FAILED)
def test_what_was_never_written_was_not_attempted(name):
    assert judged(answered=False, **FAILED[name]) == (0.0, NOT_ATTEMPTED, "")


@pytest.mark.parametrize("name", FAILED)
def test_a_failure_before_anything_of_the_learners_is_the_instructors(name):
    points, verdict, reason = judged(asked=False, **FAILED[name])
    assert (points, verdict) == (0.0, NEEDS_PERSON)
    assert "before it came to anything of the learner's" in reason


@pytest.mark.parametrize(
    ("ended", "given"),
    [
        ({}, (2.0, PASSED, "")),
        ({"value": 0.5}, (0.5, PARTLY, "")),
        ({"value": 3.0}, (0.0, NEEDS_PERSON, "the test gave 3 of 2 points")),
    ],
    ids=["passed", "partly", "needs a person"],
)
def test_other_verdicts_stay(ended, given):
    assert judged(answered=False, asked=False, blamed=(CRASHED, "x"), **ended) == given


# What the machinery did is no verdict, whatever the test made of it.


@pytest.mark.parametrize("first", [[], [Gone(CRASHED, "x")], [NeedsPerson("a generator")]])
@pytest.mark.parametrize("made_of_it", [{}, {"value": 2.0}, {"error": AssertionError()}])
def test_what_the_machinery_did_is_no_verdict(first, made_of_it):
    with pytest.raises(Machinery, match="the warm process ended"):
        judged(trouble=[*first, Machinery("the warm process ended")], **made_of_it)


@pytest.mark.parametrize(
    ("spent", "verdict"),
    [(5.0, TIME_OUT), (2.6, TIME_OUT), (2.4, NEEDS_PERSON), (0, NEEDS_PERSON)],
)
def test_a_late_test_is_the_learners_where_the_time_went_into_their_code(spent, verdict):
    points, got, _ = judged(error=OutOfTime(), spent=spent, seconds=5.0)
    assert (points, got) == (0.0, verdict)


def test_what_an_unfinished_cell_was_to_define_is_for_a_person_unless_nothing_was_written():
    trouble = [Unfinished("`near` is of the cell t, which did not run to its end")]
    assert judged(trouble=trouble)[1] == NEEDS_PERSON
    assert judged(trouble=trouble, answered=False) == (0.0, NOT_ATTEMPTED, "")


# A test that the instructor's own answer does not pass takes no points from anybody.

APART = {"verdict": NEEDS_PERSON, "together": False, "blind": False}
WRONG_TEST = ModelResult(points=0.0, reason="SyntaxError: invalid syntax", **APART)
HALF_TEST = ModelResult(points=1.0, reason="partly", **APART)
A_PARTICLE = "the learner's code gave a Particle, which cannot cross"
MORE_THAN_VALUES = HALF_TEST | {"points": 0.0, "reason": A_PARTICLE, "together": True}


@pytest.mark.parametrize("name", FAILED)
@pytest.mark.parametrize(
    ("model", "said"),
    [
        (WRONG_TEST, "the instructor's own answer does not pass this test: SyntaxError"),
        (MORE_THAN_VALUES, "this test asks for more than plain values: the learner's code gave"),
    ],
)
def test_a_test_that_the_model_fails_is_for_a_person(name, model, said):
    points, verdict, reason = judged(model, **FAILED[name])
    assert (points, verdict) == (0.0, NEEDS_PERSON) and reason.startswith(said)


def test_points_that_the_model_does_not_get_either_are_for_a_person():
    assert judged(HALF_TEST, value=0.5)[:2] == (0.5, NEEDS_PERSON)


@pytest.mark.parametrize("model", [WRONG_TEST, HALF_TEST, MORE_THAN_VALUES])
def test_what_was_seen_stays_whatever_the_model_gets(model):
    assert judged(model) == (2.0, PASSED, "")
    assert judged(model, trouble=[Gone(MEMORY, "2 GiB")]) == (0.0, MEMORY, "2 GiB")
    assert judged(model, error=NameError(), blamed=(CRASHED, "x")) == (0.0, CRASHED, "x")
    assert judged(model, error=NameError(), answered=False) == (0.0, NOT_ATTEMPTED, "")


def test_a_reason_is_one_line_of_bounded_length():
    _, _, reason = judged(error=ValueError("a\nb\x1b[2J\t" + "x" * 5000))
    assert reason.startswith("ValueError: a b [2J xxx")
    assert len(reason) == 400 and reason.endswith("…")


def test_a_test_worth_nothing_passes():
    cell = {"grade_id": "check", "points": 0.0}
    assert judge(cell, Ending())["verdict"] == PASSED
    assert judge(cell, Ending(error=AssertionError()))["verdict"] == WRONG


@pytest.mark.parametrize(
    "value",
    [decimal.Decimal(1), 1 + 0j, "1", None, np.datetime64("2026"), pytest.ExitCode.TESTS_FAILED],
)
def test_what_is_no_real_number_is_no_points(value):
    assert as_points(value) is None


# What no test marks.


@pytest.mark.parametrize(
    ("task", "answered", "points", "verdict"),
    [
        (False, True, None, NEEDS_PERSON),
        (False, False, 0.0, NOT_ATTEMPTED),
        (True, True, None, NEEDS_PERSON),
        (True, False, None, NEEDS_PERSON),
    ],
    ids=["an answer", "no answer", "a task", "a task, whose cell is not the answer"],
)
def test_what_a_person_marks(task, answered, points, verdict):
    result = by_hand({"grade_id": "why", "points": 3.0, "task": task}, untouched=not answered)
    assert (result["points"], result["verdict"], result["max_points"]) == (points, verdict, 3.0)


def test_all_that_carries_marks_can_be_left_unmarked():
    cells = [
        {"kind": None},
        {"kind": "learner", "grade_id": "mean", "points": None},
        {"kind": "test", "grade_id": "test_mean", "points": 2.0},
        {"kind": "text", "grade_id": "why", "points": 3.0},
    ]
    results = unmarked(cells, NOT_ATTEMPTED, "nb.ipynb is not there")
    assert [(r["grade_id"], r["points"], r["max_points"]) for r in results] == [
        ("test_mean", 0.0, 2.0),
        ("why", 0.0, 3.0),
    ]
    assert {(r["verdict"], r["reason"]) for r in results} == {
        (NOT_ATTEMPTED, "nb.ipynb is not there")
    }


# The table of docs/grading.md: how a question ended -> one such ending, its model, its verdict.
DOCS = ROOT / "docs/grading.md"
FAILS = {"error": AssertionError()}
TABLE = {
    "the test gave all its points": ({}, None, PASSED),
    "the test gave some of its points": ({"value": 0.5}, None, PARTLY),
    "an assertion failed, or the test ended in 0": (FAILS, None, WRONG),
    "an exception came out of the learner's code, or of what the test did with its values": (
        {"error": of_the_learner(ZeroDivisionError(), "ZeroDivisionError")},
        None,
        ERROR,
    ),
    "something was written to stderr, or put out as an error": ({"outputs": [STDERR]}, None, ERROR),
    "the answers that the test asks for are as they were released": (
        FAILS | {"answered": False},
        None,
        NOT_ATTEMPTED,
    ),
    "the test ended in 0, and its own record says that nothing was attempted": (
        {"value": 0.0, "outputs": [record(NOT_ATTEMPTED)]},
        None,
        NOT_ATTEMPTED,
    ),
    "the learner's process did not answer in time": (
        {"trouble": [Gone(TIME_OUT, "no answer")]},
        None,
        TIME_OUT,
    ),
    "the test ran out of time, most of it in the learner's code": (
        {"error": OutOfTime(), "spent": 4.0, "seconds": 5.0},
        None,
        TIME_OUT,
    ),
    "the learner's processes held too much memory": (
        {"trouble": [Gone(MEMORY, "2 GiB")]},
        None,
        MEMORY,
    ),
    "the learner's process ended itself, or started too many others": (
        {"trouble": [Gone(CRASHED, "it ended itself")]},
        None,
        CRASHED,
    ),
    "what the test asks for cannot cross the wall": (
        {"trouble": [NeedsPerson("a generator")]},
        None,
        NEEDS_PERSON,
    ),
    "the test failed before it came to anything of the learner's": (
        FAILS | {"asked": False},
        None,
        NEEDS_PERSON,
    ),
    "the test is no Python, or imports what is missing here": (
        {"error": SyntaxError()},
        None,
        NEEDS_PERSON,
    ),
    "the test ran out of time or memory, most of it in its own code": (
        {"error": OutOfTime(), "spent": 1.0, "seconds": 5.0},
        None,
        NEEDS_PERSON,
    ),
    "the test gave more than its points, less than none, or NaN": (
        {"value": math.nan},
        None,
        NEEDS_PERSON,
    ),
    "the instructor's own answer does not pass the test either": (FAILS, WRONG_TEST, NEEDS_PERSON),
    "an earlier cell of the instructor's did not come to what the test needs of it": (
        {"trouble": [Unfinished("`near` is of the cell t")]},
        None,
        NEEDS_PERSON,
    ),
    "a process of ours ended, was stopped, fell silent, or could not be started": (
        {"trouble": [Machinery("the warm process ended")]},
        None,
        "none: it is graded again",
    ),
}


def rows_of_docs():
    text = DOCS.read_text().partition("## Whose doing it was")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return {row[0]: row[1:] for row in rows[2:]}


def test_the_table_has_the_rows_of_this_one():
    assert list(rows_of_docs()) == list(TABLE)


@pytest.mark.parametrize("row", TABLE)
def test_the_function_decides_as_its_table_says(row):
    ending, model, verdict = TABLE[row]
    whose, said = rows_of_docs()[row]
    assert said == verdict
    if verdict.startswith("none"):
        assert whose == "the machinery's"
        with pytest.raises(Machinery):
            judged(model, **ending)
        return
    points, got, _ = judged(model, **ending)
    assert got == verdict
    assert (whose == "the learner's") == (verdict != NEEDS_PERSON)
    assert points == {PASSED: 2.0, PARTLY: 0.5}.get(verdict, 0.0)


@pytest.mark.parametrize(
    ("value", "said", "given"),
    [
        (0.0, "not attempted", (0.0, NOT_ATTEMPTED, "")),
        (0.0, "wrong", (0.0, WRONG, "")),
        (0.0, ["not attempted"], (0.0, WRONG, "")),
        (1.0, "not attempted", (1.0, PARTLY, "")),
        (2.0, "not attempted", (2.0, PASSED, "")),
    ],
)
def test_that_nothing_was_attempted_is_believed_of_the_tests_record(value, said, given):
    """It has called the function; that some other answer was written says nothing of this one."""
    assert judged(value=value, outputs=[STDOUT, record(said)]) == given
