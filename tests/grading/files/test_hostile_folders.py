"""Whatever lies in one submission's folder, every other one gets its marks, and it a result."""

import errno
import json
import os
import random
import socket
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from chainrule.grading import grade
from chainrule.grading.files import submission
from chainrule.grading.files.course import open_course
from tests.grading.test_bad_input import damage
from tests.support import courses

RIGHT = {"double": "def double(x):\n    return 2 * x"}
READS = courses.test("test_files", "assert seen() == 3 and free() > 60 * 2**20")
SEES = """import os
def seen():
    return sum(1 for name in ("given.bin", "mine.bin", "many/0001") if os.path.exists(name))
def free():
    about = os.statvfs(".")
    return about.f_bavail * about.f_frsize"""


def nested(folder):
    """As deep and as long as the system allows."""
    place = os.open(folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 200, dir_fd=place)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(os.open("f" * 250, os.O_CREAT, dir_fd=place))
    os.close(place)


def long_names(folder):
    for depth in (1, 4, 5):
        inner = folder.joinpath(*["d" * 240] * depth)
        inner.mkdir(parents=True, exist_ok=True)
        (inner / ("f" * 250)).touch()


def sparse(folder):
    with open(folder / "data.bin", "wb") as file:
        file.truncate(2**43)


def many_files(folder):
    for number in range(submission.FILES + 500):
        (folder / f"{number:05}.txt").write_text("small")


def many_folders(folder):
    for number in range(3000):
        (folder / f"{number:05}").mkdir()


def special(folder):
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    before = Path.cwd()
    os.chdir(folder)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket")
    finally:
        os.chdir(before)


def names(folder):
    for name in (b"\xff\xfe.txt", b"new\nline.txt", b"\x1b[31m", b"-rf", b"~", b"\xed\xa0\x80"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")
    (folder / "new\nline.ipynb").write_text("{}")


def the_instructors_place(folder):
    (folder / "given.bin").mkdir()
    (folder / "given.bin" / "x").touch()


def time_of_many_digits(folder):
    (folder / "timestamp.txt").write_text("9" * 29 + "m")


HOSTILE = [
    nested, long_names, sparse, many_files, many_folders, special, names,
    the_instructors_place, time_of_many_digits,
]  # fmt: skip


def a_course(root):
    cells = [courses.DOUBLE[0], courses.DOUBLE[1], new_code_cell("1")]
    return courses.make_course(root, {"nb": cells})


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = a_course(tmp_path_factory.mktemp("hostile"))
    (root / "source" / "ps1" / "given.bin").write_bytes(b"given")
    for make in HOSTILE:
        make(courses.submit(root, make.__name__, courses.fill(**RIGHT)))
    for name in ("aaa", "zzz"):
        courses.submit(root, name, courses.fill(**RIGHT))
    return root


@pytest.fixture(scope="module")
def graded(course):
    return {one.student: one for one in grade(course)}


@pytest.mark.parametrize("name", ["aaa", "zzz", *(make.__name__ for make in HOSTILE)])
def test_each_has_the_marks_of_its_notebook(graded, name):
    """What else is in the folder was left out, and said; the notebook is right."""
    assert graded[name].points == 2
    messages = [finding["message"] for finding in graded[name].findings]
    assert bool(messages) == (name not in ("aaa", "zzz", "many_folders"))
    assert all(len(message.splitlines()) == 1 for message in messages)


@pytest.mark.usefixtures("graded")
def test_the_next_run_has_nothing_to_do(course):
    assert grade(course) == []


def test_what_is_there_is_known_without_the_learners_text(course, graded, monkeypatch):
    """The record is read, and not the notebook around it."""
    ours = open_course(course)
    before = {name: ours.graded_version(name, "ps1") for name in graded}
    assert all(before.values()) and len(set(before.values())) > 5
    (path,) = ours.autograded("aaa", "ps1").glob("*.ipynb")
    whole = json.loads(path.read_text())
    whole["cells"].insert(0, {"source": '"metadata": {"chainrule": {"submission": "forged"}}'})
    path.chmod(0o644)
    for indent in (None, 1):
        rest = {k: v for k, v in whole.items() if k != "cells"}
        text = json.dumps({"cells": whole["cells"]} | rest, indent=indent)
        path.write_text(text if indent else text.replace(', "metadata": {"k', ',\n"metadata": {"k'))
        assert ours.graded_version("aaa", "ps1") == before["aaa"]
    with open(path, "r+b") as file:
        file.truncate(2**40)
    assert ours.graded_version("aaa", "ps1") is None  # and is graded again


def test_what_nobody_has_foreseen_is_for_a_person(tmp_path, monkeypatch):
    root = a_course(tmp_path)
    for name in ("a", "b", "c"):
        courses.submit(root, name, courses.fill(**RIGHT))
    ordinary = submission._Reader.read

    def read(self, course, folder, notebooks):
        if folder.parent.name == "b":
            raise OSError(errno.EIO, "Input/output error")
        ordinary(self, course, folder, notebooks)

    monkeypatch.setattr(submission._Reader, "read", read)
    graded = {one.student: one for one in grade(root)}
    assert (graded["a"].points, graded["c"].points) == (2, 2)
    (result,) = graded["b"].notebooks["nb"]
    assert result["verdict"] == "needs a person"
    assert result["reason"] == "The submission cannot be read ([Errno 5] Input/output error)."
    assert grade(root) == []
    monkeypatch.undo()
    assert [(one.student, one.points) for one in grade(root)] == [("b", 2)]  # it can be read now


def test_a_folder_whose_name_is_no_text_is_said_and_the_others_are_graded(tmp_path):
    """No gradebook can hold such a name."""
    root = a_course(tmp_path)
    folder = courses.submit(root, "a", courses.fill(**RIGHT))
    os.rename(folder.parent, os.fsencode(folder.parent) + b"\xff")
    courses.submit(root, "b\nc", courses.fill(**RIGHT))
    said = []
    assert [(one.student, one.points) for one in grade(root, say=said.append)] == [("b\nc", 2)]
    assert said == [
        r"'a\udcff/ps1' in submitted/ has a name that is no text in UTF-8: it is not graded."
    ]


def test_nbgraders_own_command_gives_each_its_marks(tmp_path):
    """`nbgrader autograde` with the hooks copies and reads the same folders."""
    root = courses.make_course(tmp_path, {"nb": courses.DOUBLE}, config=courses.HOOKS)
    for make in (nested, long_names, sparse, special, names, time_of_many_digits):
        make(courses.submit(root, make.__name__, courses.fill(**RIGHT)))
    courses.submit(root, "zzz", courses.fill(**RIGHT))
    done = courses.nbgrader(root, "autograde", "ps1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert {marks[0] for marks in courses.gradebook_marks(root).values()} == {2.0}
    assert len(courses.gradebook_marks(root)) == 7


@pytest.mark.long
def test_large_files_are_there_and_take_none_of_the_learners_room(tmp_path):
    """The course's and the learner's own, larger than a message, and many."""
    cells = [courses.answer("sees", f"### BEGIN SOLUTION\n{SEES}\n### END SOLUTION"), READS]
    root = courses.make_course(tmp_path, {"nb": cells})
    (root / "source" / "ps1" / "given.bin").write_bytes(bytes(70_000_000))
    folder = courses.submit(root, "a", courses.fill(sees=SEES))
    (folder / "mine.bin").write_bytes(bytes(70_000_000))
    (folder / "many").mkdir()
    for number in range(1500):
        (folder / "many" / f"{number:04}").touch()
    (one,) = grade(root)
    assert (one.points, one.findings) == (1, []), one
    assert (root / "autograded/a/ps1/mine.bin").stat().st_size == 70_000_000


def test_a_hundred_damaged_folders(tmp_path):
    """Notebooks damaged, and things beside them, drawn at random: each has its result."""
    draw = random.Random(2)
    root = a_course(tmp_path)
    for number in range(100):
        folder = courses.submit(root, f"{number:02}", courses.fill(**RIGHT))
        for make in draw.sample([sparse, special, names, time_of_many_digits, long_names], 2):
            make(folder)
        if draw.random() < 0.7:
            notebook = folder / "nb.ipynb"
            notebook.write_bytes(damage(notebook.read_text(), draw))
    courses.submit(root, "zzz", courses.fill(**RIGHT))
    graded = {one.student: one for one in grade(root)}
    assert len(graded) == 101 and graded["zzz"].points == 2
    for one in graded.values():
        (result,) = one.notebooks["nb"]
        assert (result["points"] == 2) == (result["verdict"] == "passed")
        assert len(result["reason"].splitlines()) <= 1 and "Traceback" not in result["reason"]
