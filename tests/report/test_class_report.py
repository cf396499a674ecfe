"""Every figure of the report, on a class of four that is worked out by hand.

Two assignments: ps1 with the questions `square` (4 points), `cube` (2 points), `why` (2 points, by
hand) and `warm_up` (no points), and ps2, which nobody handed in.

| learner | square | cube | why | |
|:--|:--|:--|:--|:--|
| ada | 4, passed | 2, passed | waits | |
| ben | 1, partly, mistake A1 | 0, wrong, mistake B2 | 1, by hand | changed a cell |
| cyd | 0, time-out | 0, not attempted | 0, not attempted | outside of the sandbox |
| dan | | | | nothing handed in |
"""

import csv
import io
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from chainrule import records, whole
from chainrule.report import class_figures
from chainrule.report.class_report import report
from chainrule.report.class_tables import ReportError, gather
from chainrule.whole import write_whole
from tests.support import made

# nbgrader's own add_submission warns like this.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")

POINTS = {"test_square": 4, "test_cube": 2, "why": 2, "test_warm_up": 0}


def result(grade_id, points, verdict, reason="", flags=()):
    return records.result(grade_id, points, POINTS[grade_id], verdict, reason, list(flags))


def record(points, most, *mistakes, flags=()):
    return {
        "version": 1, "question": "ps1.square", "points": points, "max_points": most,
        "verdict": "partly", "message": "square: not right yet.", "flags": list(flags),
        "mistakes": [{"id": i, "name": n, "hint": "Look."} for i, n in mistakes],
        "properties": [], "carried": [], "example": None,
    }  # fmt: skip


def sheet(square, cube, why, records_=(None, None), **about):
    """A graded notebook. square, cube, why: points and verdict."""
    outputs = [[made.shown(r)] if r else [] for r in records_]
    cells = [
        made.answer("square", "def square(x): ..."),
        made.test("test_square", result("test_square", *square), 4, outputs[0]),
        made.answer("cube", "def cube(x): ..."),
        made.test("test_cube", result("test_cube", *cube), 2, outputs[1]),
        made.answer("warm_up", "1 + 1"),
        made.test("test_warm_up", result("test_warm_up", 0, "passed"), 0),
        made.text("Why?"),
        made.written("why", "Because.", 2, result("why", *why)),
    ]
    return made.notebook(*cells, **about)


A1, B2, A5, A6 = (
    ("A1", "no ReLU mask"), ("B2", "transposed"), ("A5", "slope 1"), ("A6", "slope 1/2"),
)  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "small"\n'
    )
    book = made.gradebook(root, "ps1", {k: ("code", v) for k, v in POINTS.items()})
    book.add_assignment("ps2")
    for learner in ("ada", "ben", "cyd"):
        book.add_student(learner)
        (root / "submitted" / learner / "ps1").mkdir(parents=True)
    book.add_student("dan", first_name="Dan", last_name="Dee")
    waits = (None, "needs a person", "an answer that is marked by hand")
    sheets = {
        "ada": sheet((4, "passed"), (2, "passed"), waits),
        "ben": sheet(
            (1, "partly"), (0, "wrong"), waits,
            [record(1, 4, A1, flags=["autograd"]), record(0, 2, B2)],
            findings=[records.finding("changed", "The cell test_cube was edited.", "test_cube")],
        ),
        "cyd": sheet(
            (0, "time-out", "10 s"), (0, "not attempted"), (0, "not attempted"),
            [None, record(0, 2, A5, A6)], confined=False,
        ),
    }  # fmt: skip
    given = {"ada": (4, 2, None), "ben": (1, 0, None), "cyd": (0, 0, 0)}
    for learner, notebook in sheets.items():
        made.put(root, learner, "ps1", notebook)
        book.add_submission("ps1", learner)
        for grade_id, points in zip(POINTS, given[learner], strict=False):
            grade = book.find_grade(grade_id, "nb", "ps1", learner)
            grade.auto_score, grade.needs_manual_grade = points, points is None
        book.find_grade("test_warm_up", "nb", "ps1", learner).auto_score = 0
        book.find_grade("test_warm_up", "nb", "ps1", learner).needs_manual_grade = False
    book.find_assignment("ps1").duedate = datetime(2026, 3, 1, 12)
    for learner, hours in (("ada", -1), ("ben", 25)):
        book.find_submission("ps1", learner).timestamp = datetime(2026, 3, 1, 12) + timedelta(
            hours=hours
        )
    by_hand = book.find_grade("why", "nb", "ps1", "ben")
    by_hand.manual_score, by_hand.needs_manual_grade = 1, False
    book.db.commit()
    book.close()
    return root


@pytest.fixture(scope="module")
def found(course):
    return gather(course)


def test_marks(found):
    marks = class_figures.marks(found)
    assert marks["ps1"] == {
        "learners": 4, "handed in": 3, "graded": 3, "most": 8, "waits": 1,
        "mean": pytest.approx((6 / 6 + 2 / 8 + 0) / 3), "median": 2 / 8, "lowest": 0, "highest": 1,
    }  # fmt: skip
    assert marks["ps2"]["handed in"] == marks["ps2"]["graded"] == 0
    assert class_figures.shares(found, "ps1").tolist() == [6 / 6, 2 / 8, 0]


def test_difficulty(found):
    rows = class_figures.difficulty(found, "ps1").set_index("question")
    counts = ["right", "partly", "wrong", "not attempted", "waits"]
    assert rows.loc["square", counts].tolist() == [1, 1, 1, 0, 0]
    assert rows.loc["cube", counts].tolist() == [1, 0, 1, 1, 0]
    assert rows.loc["why", counts].tolist() == [0, 1, 0, 1, 1]
    assert rows.loc["square", "share"] == pytest.approx((4 / 4 + 1 / 4 + 0) / 3)
    assert rows.loc["cube", "share"] == pytest.approx(1 / 3)
    assert rows.loc["why", "share"] == pytest.approx((1 / 2 + 0) / 2)
    assert rows.loc["warm_up", "share"] != rows.loc["warm_up", "share"]
    assert rows["most"].to_dict() == {"square": 4, "cube": 2, "warm_up": 0, "why": 2}
    assert list(rows.index) == ["square", "cube", "warm_up", "why"]


def test_mistakes_are_counted_where_the_check_was_certain(found):
    assert [(m.id, m.learners, m.who) for m in class_figures.mistakes(found, "ps1")] == [
        ("A1", 1, (("ben", "square"),)),
        ("B2", 1, (("ben", "cube"),)),
    ]


def test_who_has_not_attempted_what(found):
    assert class_figures.not_attempted(found, "ps1") == {
        "cyd": ["cube", "why"],
        "dan": ["everything"],
    }
    assert set(class_figures.not_attempted(found, "ps2")) == {"ada", "ben", "cyd", "dan"}


def test_what_waits(found):
    reason = "an answer that is marked by hand"
    assert class_figures.waiting(found, "ps1") == {"why": [("ada", reason)]}


def test_what_to_look_into(found):
    assert class_figures.troubles(found, "ps1") == {
        "Graded outside of the sandbox": [("cyd", "")],
        "Out of time": [("cyd", "square: 10 s")],
        "Changed the instructor's cells": [("ben", "The cell test_cube was edited.")],
        "Flagged by a check: autograd": [("ben", "square")],
        "Handed in late": [("ben", "25 hours")],
    }


def test_the_page_and_its_csv(course, tmp_path):
    page, learners, questions, mistakes = report(course, output=tmp_path / "class.html")
    text = page.read_text()
    for said in ("4 learners, 2 assignments", "3 of 4", "Nobody has handed this in", "no marks"):
        assert said in text
    assert "Dee, Dan (dan): everything" in text
    rows = list(csv.DictReader(io.StringIO(learners.read_text())))
    assert [row["points"] for row in rows if row["learner"] == "ben"] == ["1", "0", "0", "1"]
    assert [row["points"] for row in rows if row["learner"] == "ada"] == ["4", "2", "0", ""]
    shares = {r["question"]: r["share"] for r in csv.DictReader(io.StringIO(questions.read_text()))}
    assert shares == {"square": "0.4167", "cube": "0.3333", "warm_up": "", "why": "0.25"}
    assert mistakes.read_text().splitlines()[1] == "ps1,A1,no ReLU mask,ben,square"


def test_one_assignment(course, tmp_path):
    page = report(course, "ps2", tmp_path / "one.html")[0].read_text()
    assert "1 assignment<" in page and "ps1" not in page


def test_no_such_assignment(course):
    with pytest.raises(ReportError, match="There is no assignment 'ps3'; there are: ps1, ps2"):
        report(course, "ps3")


def test_an_empty_class(tmp_path):
    text = report(tmp_path)[0].read_text()
    assert "The class is empty" in text and "There is no assignment yet" in text


def test_a_class_of_one(tmp_path):
    made.put(tmp_path, "ada", "ps1", sheet((4, "passed"), (2, "passed"), (2, "passed")))
    text = report(tmp_path)[0].read_text()
    assert "1 learner, 1 assignment" in text and "1 of 1" in text


def test_a_file_that_is_no_notebook_is_said_and_the_rest_is_there(tmp_path):
    made.put(tmp_path, "ada", "ps1", sheet((4, "passed"), (2, "passed"), (2, "passed")))
    made.put(tmp_path, "ben", "ps1", {}).write_text("no json")
    text = report(tmp_path)[0].read_text()
    assert "ben, ps1:" in text and "is no notebook" in text and "2 of 2" in text


def test_formulas_do_not_reach_a_spreadsheet(tmp_path):
    made.put(tmp_path, "=1+1", "ps1", sheet((4, "passed"), (2, "passed"), (2, "passed")))
    assert "\n'=1+1," in report(tmp_path)[1].read_text()


def test_a_report_killed_half_way_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    write_whole(path, "old")
    monkeypatch.setattr(
        whole.os, "replace", lambda *names: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_test_that_gave_points_and_waits_counts_nowhere_as_wrong(tmp_path):
    """A test that needs a person has 0 points until one has looked at it."""
    looked_at = (0, "needs a person", "its result could not be sent")
    made.put(tmp_path, "ada", "ps1", sheet((4, "passed"), looked_at, (2, "passed")))
    found = gather(tmp_path)
    rows = class_figures.difficulty(found, "ps1").set_index("question")
    assert rows.loc["cube", "share"] != rows.loc["cube", "share"] and rows.loc["cube", "waits"] == 1


def test_namesakes_are_told_apart(course, tmp_path):
    root = tmp_path / "course"
    root.mkdir()
    book = made.gradebook(root, "ps1", {k: ("code", v) for k, v in POINTS.items()})
    for learner in ("s1", "s2"):
        book.add_student(learner, first_name="Ann", last_name="Lee")
    book.close()
    text = report(root)[0].read_text()
    assert "Lee, Ann (s1)" in text and "Lee, Ann (s2)" in text


def test_from_a_mistake_to_a_learners_page(course, tmp_path):
    root = Path(shutil.copytree(course, tmp_path / "a course"))
    page = root / "feedback/ben/ps1/nb.html"
    page.parent.mkdir(parents=True)
    page.write_text("feedback")
    (tmp_path / "elsewhere").mkdir()
    text = report(root, output=tmp_path / "elsewhere" / "r.html")[0].read_text()
    assert '<a href="../a%20course/feedback/ben/ps1/nb.html">ben</a>: square' in text


def test_what_tells_learners_apart(tmp_path):
    """Against NumPy's correlation, on ten learners; `warm_up` has no marks."""
    random = np.random.default_rng(7)
    marks = {"square": random.integers(0, 5, 10), "cube": random.integers(0, 3, 10)}
    marks["why"] = 2 - marks["cube"]  # goes against the rest
    for number, (square, cube, why) in enumerate(zip(*marks.values(), strict=True)):
        given = [(int(points), "partly") for points in (square, cube, why)]
        made.put(tmp_path, f"learner{number}", "ps1", sheet(*given))
    tells = class_figures.discrimination(gather(tmp_path), "ps1")
    assert set(tells) == {("nb", "square"), ("nb", "cube"), ("nb", "why")} - {
        ("nb", "square")
    }  # the two others always sum to 2: nothing to compare with
    for one, other in (("cube", "why"), ("why", "cube")):
        expected = np.corrcoef(marks[one], marks["square"] + marks[other])[0, 1]
        assert tells["nb", one] == pytest.approx(expected)


def test_few_learners_tell_nothing(found):
    assert class_figures.discrimination(found, "ps1") == {}
