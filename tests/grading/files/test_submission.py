"""A submission is read from its folder as plain data, and no link is followed."""

import errno
import os
import socket
import stat
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from chainrule.grading.files.course import Course
from chainrule.grading.files.submission import DEPTH, FILES, SAID, read_submission
from chainrule.grading.limits import Limits

MANY = 10_000  # bytes


@pytest.fixture
def course(tmp_path):
    return tmp_path / "course"


@pytest.fixture
def folder(course):
    folder = course / "submitted" / "ada" / "ps1"
    folder.mkdir(parents=True)
    (folder / "nb.ipynb").write_bytes(b"{}")
    return folder


def read(folder, ignore=(), most_bytes=MANY):
    return read_submission(folder.parents[2], folder, list(ignore), most_bytes)


def said(submission):
    assert {finding["kind"] for finding in submission.findings} <= {"file"}
    return [finding["message"] for finding in submission.findings]


def test_notebooks_and_other_files_are_read(folder):
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "deep" / "numbers.csv").write_bytes(b"1,2")
    (folder / "data" / "inner.ipynb").write_bytes(b"inner")
    (folder / "timestamp.txt").write_bytes(b"now")
    found = read(folder)
    assert found.notebooks == {"nb": b"{}"}
    assert found.files == {
        "data/deep/numbers.csv": b"1,2",
        "data/inner.ipynb": b"inner",  # only those beside each other are notebooks of it
        "timestamp.txt": b"now",
    }
    assert said(found) == []


def test_what_nbgrader_ignores_is_ignored_at_any_depth(folder):
    for place in (folder / ".ipynb_checkpoints", folder / "data" / "__pycache__"):
        place.mkdir(parents=True)
        (place / "old.ipynb").write_bytes(b"old")
    (folder / "code.pyc").write_bytes(b"x")
    found = read(folder, [".ipynb_checkpoints", "*.pyc", "__pycache__"])
    assert (list(found.notebooks), found.files, said(found)) == (["nb"], {}, [])


def test_an_empty_folder_is_an_empty_submission(folder):
    (folder / "nb.ipynb").unlink()
    found = read(folder)
    assert (found.notebooks, found.files, found.findings) == ({}, {}, [])


# What is no regular file is left out, and said.


def link_to_a_file(path, secret):
    path.symlink_to(secret)


def link_to_a_folder(path, secret):
    path.symlink_to(secret.parent)


def link_to_nothing(path, secret):
    path.symlink_to("nowhere")


def link_to_itself(path, secret):
    path.symlink_to(path.name)


def link_inside(path, secret):
    path.symlink_to("nb.ipynb")


def a_pipe(path, secret):
    os.mkfifo(path)


def a_socket(path, secret):
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(path.parent)  # a socket's path is short
        try:
            listening.bind(path.name)
        finally:
            os.chdir(before)


LEFT_OUT = {
    link_to_a_file: "is a link",
    link_to_a_folder: "is a link",
    link_to_nothing: "is a link",
    link_to_itself: "is a link",
    link_inside: "is a link",
    a_pipe: "is no regular file",
    a_socket: "is no regular file",
}


@pytest.mark.parametrize("make", LEFT_OUT, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["more.ipynb", "data.txt", "inner/data.txt"])
def test_what_is_no_regular_file_is_left_out(folder, tmp_path, make, name):
    secret = tmp_path / "secret" / "secret.txt"
    secret.parent.mkdir()
    secret.write_text("secret")
    (folder / "inner").mkdir()
    make(folder / name, secret)
    found = read(folder)
    assert (list(found.notebooks), found.files) == (["nb"], {})
    assert said(found) == [f"{name} {LEFT_OUT[make]}: it was left out."]


@pytest.mark.parametrize("level", ["submitted", "ada", "ps1"])
def test_a_folder_that_is_reached_by_a_link_is_not_read(folder, tmp_path, level):
    place = next(p for p in [folder, *folder.parents] if p.name == level)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    found = read(folder)
    assert (found.notebooks, found.files) == ({}, {})
    assert said(found) == [f". is reached by a link ({level}): it was left out."]


def test_a_course_that_is_reached_by_a_link_is_read(folder, course, tmp_path):
    (tmp_path / "link").symlink_to(course)
    assert list(read(tmp_path / "link" / "submitted/ada/ps1").notebooks) == ["nb"]


# Bounds.


def test_a_file_that_is_too_large_is_left_out_and_the_next_is_read(folder):
    (folder / "a.txt").write_bytes(b"x" * 11)
    (folder / "b.txt").write_bytes(b"x" * 8)
    found = read(folder, most_bytes=10)  # two are the notebook's
    assert found.files == {"b.txt": b"x" * 8}
    assert said(found) == ["a.txt is too large: it was left out."]


def test_all_files_together_are_bounded(folder):
    for name in "abc":
        (folder / name).write_bytes(b"x" * 4)
    found = read(folder, most_bytes=10)
    assert sum(map(len, [*found.files.values(), *found.notebooks.values()])) == 10
    assert len(said(found)) == 1 and "is too large" in said(found)[0]


def test_folders_are_read_so_deep(folder):
    place = folder
    for _ in range(DEPTH + 1):
        place = place / "d"
        place.mkdir()
        (place / "f").write_bytes(b"x")
    found = read(folder)
    assert len(found.files) == DEPTH
    assert said(found) == ["/".join("d" * (DEPTH + 1)) + " is nested too deep: it was left out."]


def test_so_many_files_are_read(folder):
    (folder / "nb.ipynb").unlink()
    for number in range(FILES + 5):
        (folder / f"{number:05}").touch()
    found = read(folder)
    assert len(found.files) == FILES
    assert said(found) == [
        f"{FILES:05} and what follows it is beyond the {FILES} files that are read:"
        " it was left out."
    ]


# Names.


@pytest.mark.parametrize(
    "name", ["a b", "é∂", "new\nline", "-rf", "*", "[a]", "..x", "'\"", "back\\slash"]
)
def test_names_may_be_odd(folder, name):
    (folder / name).write_bytes(b"odd")
    (folder / f"{name}.ipynb").write_bytes(b"[]")
    found = read(folder)
    assert found.files == {name: b"odd"} and found.notebooks == {"nb": b"{}", name: b"[]"}


def test_names_need_not_be_text(folder):
    with open(os.fsencode(folder) + b"/\xff.txt", "wb") as file:
        file.write(b"odd")
    (folder / os.fsdecode(b"\xfe")).symlink_to("x")
    found = read(folder)
    assert found.files == {"\udcff.txt": b"odd"}
    assert said(found) == ["is a link: it was left out."]
    assert len(found.digest) == 64


def test_a_file_that_is_only_an_ending_is_no_notebook(folder):
    (folder / ".ipynb").write_bytes(b"x")
    assert read(folder).files == {".ipynb": b"x"}


def test_a_folder_may_be_called_a_notebook(folder):
    (folder / "data.ipynb").mkdir()
    (folder / "data.ipynb" / "inner").write_bytes(b"x")
    found = read(folder)
    assert list(found.notebooks) == ["nb"] and list(found.files) == ["data.ipynb/inner"]


# The digest tells versions apart.


def edited(folder):
    (folder / "nb.ipynb").write_bytes(b"{ }")


def renamed(folder):
    (folder / "nb.ipynb").rename(folder / "mb.ipynb")


def with_another(folder):
    (folder / "more").touch()


def with_what_was_the_end_in_the_name(folder):
    (folder / "nb.ipynb").rename(folder / "nb.ipynb{")
    (folder / "nb.ipynb{").write_bytes(b"}")


@pytest.mark.parametrize(
    "change",
    [edited, renamed, with_another, with_what_was_the_end_in_the_name],
    ids=lambda change: change.__name__,
)
def test_each_version_has_a_digest_of_its_own(folder, change):
    before = read(folder).digest
    change(folder)
    assert read(folder).digest != before


def test_a_file_that_is_written_again_changes_nothing(folder):
    before = read(folder).digest
    (folder / "nb.ipynb").unlink()
    (folder / "nb.ipynb").write_bytes(b"{}")
    assert read(folder).digest == before


# Which submissions there are.


@pytest.fixture
def submissions(tmp_path):
    for pair in ("ben/ps1", "ada/ps2", "ada/ps1", "ada/.ipynb_checkpoints", "cem"):
        (tmp_path / "submitted" / pair).mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "notes.txt").touch()
    (tmp_path / "submitted" / "stray.txt").touch()
    (tmp_path / "submitted" / "eve").mkdir()
    (tmp_path / "submitted" / "eve" / "ps1").symlink_to("../ada/ps1")
    return a_course(tmp_path)


def a_course(root, **more):
    config = Config(CourseDirectory={"root": str(root), "course_id": "small", **more})
    return Course(config, CourseDirectory(config=config), Limits())


def test_each_folder_of_an_assignment_is_a_submission(submissions):
    pairs = submissions.pairs("submitted")
    assert pairs == submissions.submitted(None, None)
    assert pairs == [("ada", "ps1"), ("ada", "ps2"), ("ben", "ps1"), ("eve", "ps1")]


def test_only_those_of_an_assignment_or_of_a_learner(submissions):
    assert submissions.pairs("submitted", student="ada") == [("ada", "ps1"), ("ada", "ps2")]
    assert submissions.pairs("submitted", assignment="ps2") == [("ada", "ps2")]
    assert submissions.pairs("submitted", "ps1", "ben") == [("ben", "ps1")]
    assert submissions.pairs("submitted", student="nobody") == []
    assert submissions.pairs("autograded") == []


def test_the_course_may_order_its_folders_otherwise(tmp_path):
    (tmp_path / "ps1" / "submitted" / "ada").mkdir(parents=True)
    structure = "{assignment_id}/{nbgrader_step}/{student_id}"
    course = a_course(tmp_path, directory_structure=structure)
    assert course.pairs("submitted") == [("ada", "ps1")]


@pytest.mark.parametrize("name", ["a b", "é", "a.b", "a+b(c)", "--x"])
def test_learners_may_have_odd_names(tmp_path, name):
    (tmp_path / "submitted" / name / "ps1").mkdir(parents=True)
    course = a_course(tmp_path)
    assert course.pairs("submitted") == course.pairs("submitted", "ps1", name) == [(name, "ps1")]


@pytest.mark.parametrize("name", ["c++", "a[1]", "(a|b)", "x{y}", "a b"])
def test_the_courses_folder_may_have_an_odd_name(tmp_path, name):
    (tmp_path / name / "submitted" / "ada" / "ps1").mkdir(parents=True)
    assert a_course(tmp_path / name).pairs("submitted") == [("ada", "ps1")]


# Whatever a folder is like, it is read within bounds, and the notebook is found.


def nested_to_the_end(folder):
    """A file whose path is as long as the system allows, from folders opened one by one."""
    place, left = os.open(folder, os.O_RDONLY), 4095 - len(os.fsencode(folder))
    while left > 250:
        os.mkdir("d" * 200, dir_fd=place)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place, left = inner, left - 201
    os.close(os.open("f" * (left - 1), os.O_CREAT, dir_fd=place))
    os.close(place)


def test_a_path_as_long_as_the_system_allows_is_left_out(folder):
    nested_to_the_end(folder)
    found = read(folder)
    assert (list(found.notebooks), found.files, found.unreadable) == (["nb"], {}, "")
    assert said(found)[0].endswith("… is a path of more than 1000 bytes: it was left out.")


def test_a_path_that_would_not_fit_below_autograded_is_left_out(folder):
    inner = folder / "/".join(["d" * 200] * 5)
    inner.mkdir(parents=True)
    (inner / "f").touch()
    found = read(folder)
    assert found.files == {}
    assert said(found)[0].endswith("… is a path of more than 1000 bytes: it was left out.")


def test_a_file_of_terabytes_costs_nothing(folder):
    with open(folder / "sparse.bin", "wb") as file:
        file.truncate(2**42)
    assert said(read(folder)) == ["sparse.bin is too large: it was left out."]


def test_the_notebooks_that_are_asked_for_come_first(folder, monkeypatch):
    monkeypatch.setattr("chainrule.grading.files.submission.FILES", 3)
    monkeypatch.setattr("chainrule.grading.files.submission.ENTRIES", 5)
    for number in range(50):
        (folder / f"{number:02}.ipynb").write_bytes(b"more")
        (folder / f"{number:02}").touch()
    found = read_submission(folder.parents[2], folder, [], MANY, ["nb", "absent"])
    assert found.notebooks["nb"] == b"{}" and len(found.notebooks) + len(found.files) <= 3
    assert "is beyond the" in said(found)[-1]


def test_a_large_file_does_not_take_the_notebooks_room(folder):
    (folder / "a.bin").write_bytes(b"x" * 9)
    found = read(folder, most_bytes=10)
    assert found.notebooks == {"nb": b"{}"} and found.files == {}


def test_folders_without_files_are_counted(folder, monkeypatch):
    monkeypatch.setattr("chainrule.grading.files.submission.ENTRIES", 20)
    for number in range(30):
        (folder / f"{number:02}" / "inner").mkdir(parents=True)
    assert len(said(read(folder))) <= SAID + 1


def test_many_left_out_are_not_all_named(folder):
    for number in range(100):
        (folder / f"{number:03}").symlink_to("x")
    messages = said(read(folder))
    assert len(messages) == SAID + 1 and messages[-1] == "More files were left out."


@pytest.mark.parametrize("kind", [stat.S_IFDIR, stat.S_IFREG])
def test_a_link_that_takes_the_place_of_a_file_meanwhile_is_not_followed(
    folder, tmp_path, monkeypatch, kind
):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "secret.txt").write_text("secret")
    (folder / "data").symlink_to(tmp_path / "secret")
    (folder / "more").symlink_to(tmp_path / "secret" / "secret.txt")
    monkeypatch.setattr("chainrule.grading.files.submission._mode", lambda entry: kind)
    assert read(folder).files == {}


def test_a_file_that_grows_while_it_is_read_is_too_large(folder, monkeypatch):
    (folder / "log").write_bytes(b"x" * 100)
    about = os.stat_result((stat.S_IFREG, *[0] * 9))
    monkeypatch.setattr(os, "fstat", lambda handle: about)
    found = read(folder, most_bytes=50)
    assert found.files == {} and said(found) == ["log is too large: it was left out."]


def test_a_file_that_cannot_be_read_is_left_out(folder, monkeypatch):
    monkeypatch.setattr(os, "fdopen", failing(OSError(errno.EIO, "Input/output error")))
    found = read(folder)
    assert found.notebooks == {}
    assert said(found) == ["nb.ipynb cannot be read (Input/output error): it was left out."]


@pytest.mark.parametrize("error", [MemoryError(), ValueError("odd\nthing"), RuntimeError("")])
def test_what_nobody_has_foreseen_is_the_submissions_own_result(folder, monkeypatch, error):
    monkeypatch.setattr(os, "scandir", failing(error))
    found = read(folder)
    assert (found.notebooks, found.files, found.digest) == ({}, {}, "")
    assert said(found) == [found.unreadable] and len(found.unreadable.splitlines()) == 1


def failing(error):
    def fail(*args, **rest):
        raise error

    return fail
