"""What the terminal shows: a row a learner, and each reason once."""

import io

from rich.console import Console

from chainrule import records
from chainrule.grading.run import Graded
from chainrule.grading.terminal import show


def result(cell, points, reason="", verdict=records.NEEDS_PERSON):
    return {
        "grade_id": cell,
        "points": points,
        "max_points": 2.0,
        "verdict": verdict,
        "reason": reason,
        "flags": [],
    }


def shown(*graded):
    console = Console(file=io.StringIO(), width=100)
    show(list(graded), console)
    return console.file.getvalue()


def test_a_row_a_learner_and_a_column_an_assignment():
    right = result("test", 2.0, verdict=records.PASSED)
    text = shown(
        Graded("ada", "one", {"one": [right]}, []),
        Graded("ben", "one", {"one": [result("test", 0.5)]}, []),
        Graded("ada", "two", {"two": [right]}, []),
    )
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines()]
    assert ["ada", "2", "2"] in rows
    assert ["ben", "0.5", ""] in rows
    assert "one /2" in text and "two /2" in text


def test_what_is_true_of_the_whole_submission_is_said_once():
    reason = "one.ipynb: The file is empty."
    cells = [result("check", 0.0, reason), result("test", 0.0, reason), result("words", None)]
    text = shown(Graded("ada", "one", {"one": cells}, [records.finding("unreadable", reason)]))
    assert text.count("The file is empty.") == 1
    assert "one, words: 1 to mark by hand" in text


def test_a_reason_names_its_cells():
    cells = [
        result("check", 0.0, "a generator cannot cross"),
        result("test", 0.0, "a generator cannot cross"),
    ]
    text = shown(Graded("ada", "one", {"one": cells}, []))
    assert "ada, one, check, test: a generator cannot cross" in text


def test_what_is_true_of_many_learners_is_said_once():
    why = "the instructor's own answer does not pass this test: SyntaxError"
    text = shown(
        *(Graded(f"l{n}", "one", {"one": [result("test", 0.0, why)]}, []) for n in range(60))
    )
    assert text.count("SyntaxError") == 1
    assert f"one, test: 60 learners: {why}" in text


def test_nothing_new():
    assert "Nothing new in submitted/" in shown()
