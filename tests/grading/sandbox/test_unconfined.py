"""Without a sandbox: refused in one line, or, if asked for, graded and marked as unconfined."""

import pytest

from chainrule.cli import main
from chainrule.grading import grade
from tests.support import courses


@pytest.fixture
def course(tmp_path):
    courses.make_course(tmp_path, {"nb": courses.DOUBLE})
    courses.submit(tmp_path, "ada", courses.fill(double="def double(x):\n    return x + x"))
    courses.submit(tmp_path, "ben", courses.fill(double="def double(x):\n    return x"))
    return tmp_path


def test_unsafe_grades_and_every_result_says_so(course):
    graded = grade(course, jobs=0, unsafe=True)
    assert {one.student: one.points for one in graded} == {"ada": 2.0, "ben": 0.0}
    for one in graded:
        assert all("unconfined" in result["flags"] for result in one.notebooks["nb"])


def test_in_the_sandbox_no_result_says_so(course):
    for one in grade(course, jobs=0):
        assert not any("unconfined" in result["flags"] for result in one.notebooks["nb"])


def test_without_bubblewrap_it_refuses_in_one_line(course, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")  # alembic is found all the same, beside this Python
    assert main(["grade", "--course-dir", str(course)]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "bubblewrap is not installed" in said[0]
    assert not (course / "autograded").exists()


def test_a_folder_that_is_no_course_is_one_line_and_stays_as_it_is(tmp_path, capsys):
    assert main(["grade", "--course-dir", str(tmp_path)]) == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert "submitted does not exist" in said
    assert list(tmp_path.iterdir()) == []
