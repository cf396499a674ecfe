"""What is in grading's way is one result, or one line; the rest of the class is graded."""

import os
import sqlite3

import pytest

from chainrule.cli import main
from chainrule.grading import grade
from chainrule.grading.files import submission
from chainrule.grading.notebooks import autograded
from tests.support import courses

CELLS = [
    courses.answer(
        "read", '### BEGIN SOLUTION\nrows = open("data/x.csv").read().split()\n### END SOLUTION'
    ),
    courses.test("test_read", 'assert rows == ["1", "2"]', points=2),
]
RIGHT = courses.fill(read='rows = open("data/x.csv").read().split()')


@pytest.fixture
def course(tmp_path):
    courses.make_course(tmp_path, {"nb": CELLS})
    data = tmp_path / "source" / "ps1" / "data"
    data.mkdir()
    (data / "x.csv").write_text("1\n2\n")
    for student in ("ada", "zoe"):
        courses.submit(tmp_path, student, RIGHT)
    return tmp_path


def a_file_for_the_folder(place):
    (place / "data").write_text("mine")


def a_folder_for_the_file(place):
    (place / "data" / "x.csv").mkdir(parents=True)
    (place / "data" / "x.csv" / "deep").write_text("mine")


def a_folder_for_the_notebook(place):
    (place / "other.ipynb").mkdir()
    (place / "nb.ipynb").rename(place / "kept")
    (place / "nb.ipynb").mkdir()
    (place / "nb.ipynb" / "x").write_text("mine")


@pytest.mark.parametrize("put", [a_file_for_the_folder, a_folder_for_the_file])
def test_a_learners_file_in_the_way_of_the_instructors(course, put):
    put(courses.submit(course, "ben", RIGHT))
    graded = {one.student: one for one in grade(course)}
    assert {student: one.points for student, one in graded.items()} == {
        "ada": 2.0,
        "ben": 2.0,
        "zoe": 2.0,
    }
    (finding,) = [f for f in graded["ben"].findings if f["kind"] == "file"]
    assert "in the way" in finding["message"]
    assert (course / "autograded/ben/ps1/data/x.csv").read_text() == "1\n2\n"


def test_a_folder_in_the_way_of_the_notebook(course):
    a_folder_for_the_notebook(courses.submit(course, "ben", RIGHT))
    graded = {one.student: one for one in grade(course)}
    assert graded["ada"].points == graded["zoe"].points == 2.0
    assert graded["ben"].points == 0.0 and graded["ben"].needs_person


def test_a_folder_that_may_not_be_read(course, monkeypatch):
    place = courses.submit(course, "ben", RIGHT)
    (place / "secret").mkdir()
    really_open = os.open

    def refusing(path, *rest, **options):
        if os.path.basename(os.fsdecode(path)) == "secret":
            raise PermissionError(13, "Permission denied", path)
        return really_open(path, *rest, **options)

    monkeypatch.setattr(submission.os, "open", refusing)
    graded = {one.student: one for one in grade(course)}
    assert [one.points for one in graded.values()] == [2.0, 2.0, 2.0]
    assert any("cannot be read" in f["message"] for f in graded["ben"].findings)


def one_line(course, capsys, *arguments):
    assert main(["grade", "--course-dir", str(course), *arguments]) == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    return said


def test_a_broken_notebook_of_the_instructors(course, capsys):
    (course / "source/ps1/nb.ipynb").write_text("{")
    assert main(["grade", "--course-dir", str(course)]) == 1
    said = capsys.readouterr().err
    assert "is no notebook that can be read" in said and "Traceback" not in said


@pytest.mark.parametrize("option", ["--assignment", "--student"])
def test_what_nobody_handed_in(course, capsys, option):
    assert "There is no submission of" in one_line(course, capsys, option, "nope")


def test_a_disk_that_is_full(course, capsys, monkeypatch):
    def stage(place, contents, permissions):
        raise OSError(28, "No space left on device", str(place))

    monkeypatch.setattr(autograded, "stage", stage)
    assert "cannot be written: No space left" in one_line(course, capsys)
    monkeypatch.undo()
    assert [one.points for one in grade(course)] == [2.0, 2.0]


def test_a_gradebook_that_is_none(course, capsys):
    (course / "gradebook.db").write_bytes(b"this is no database")
    assert "The gradebook cannot be used (file is not a database)" in one_line(course, capsys)


def test_a_gradebook_that_may_not_be_written(course, capsys, monkeypatch):
    grade(course)
    with sqlite3.connect(course / "gradebook.db") as connection:
        refuse = "before update on grade begin select raise(fail, 'no'); end"
        connection.execute(f"create trigger no {refuse}")
    connection.close()
    monkeypatch.setattr(autograded, "put_in_place", None)  # nothing may be put there
    courses.submit(course, "ada", courses.fill(read="rows = []"))
    assert "The gradebook cannot be used (no)" in one_line(course, capsys)
