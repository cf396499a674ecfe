"""Late work: nbgrader's plugin decides, as with nbgrader's own autograde."""

import sqlite3

import pytest
from nbgrader.api import Gradebook

from chainrule.cli import main
from chainrule.grading import grade
from tests.support import courses

CELLS = [
    courses.answer("one", "### BEGIN SOLUTION\none = 1\n### END SOLUTION"),
    courses.test("test_one", "assert one == 1", points=3),
]
PLUGIN = """
from nbgrader.plugins import BasePlugin


class HalfAPointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 7200


c.AssignLatePenalties.plugin_class = HalfAPointAnHour
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    root = courses.make_course(tmp_path_factory.mktemp("late"), {"nb": CELLS}, config=PLUGIN)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "small") as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2026-03-01 12:00:00 UTC")
    for student, time in (("ada", "2026-03-01 11:00"), ("ben", "2026-03-01 14:00")):
        folder = courses.submit(root, student, courses.fill(one="one = 1"))
        (folder / "timestamp.txt").write_text(f"{time}:00 UTC\n")
    return root


def penalties(root):
    with sqlite3.connect(root / "gradebook.db") as connection:
        rows = connection.execute(
            "select s.student_id, n.late_submission_penalty from submitted_notebook n"
            " join submitted_assignment s on s.id = n.assignment_id"
        ).fetchall()
    connection.close()
    return dict(rows)


def test_the_penalty_is_what_the_plugin_says(released):
    assert [one.points for one in grade(released, force=True)] == [3.0, 3.0]
    ours = penalties(released)
    assert ours == {"ada": None, "ben": 1.0}
    done = courses.nbgrader(released, "autograde", "ps1", "--force")
    assert done.returncode == 0, done.stderr
    assert {student: late or None for student, late in penalties(released).items()} == ours


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("total_seconds_late / 7200", "1 / 0"), "HalfAPointAnHour, for ben's nb: ZeroDivision"),
        (("= HalfAPointAnHour", "= 'nowhere.Plugin'"), "'nowhere.Plugin' could not be imported"),
    ],
)
def test_a_plugin_that_fails_is_one_line(released, capsys, edit, words):
    config = released / "nbgrader_config.py"
    whole = config.read_text()
    config.write_text(whole.replace(*edit))
    try:
        assert main(["grade", "--course-dir", str(released), "--force"]) == 1
    finally:
        config.write_text(whole)
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert words in said
