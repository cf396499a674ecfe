"""Formgrader's Autograde button, by the function that it calls, grades in the sandbox as well."""

import os

import pytest
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from tests.support import courses

CELLS = [
    *courses.DOUBLE,
    courses.test("test_twice", "assert double(double(1)) == 4", points=1),
]
# Right only where the course folder can be read.
PRYING = (
    "import pathlib\ndef double(x):\n    return len(pathlib.Path({root!r}).read_text()) and 2 * x"
)


def buttons(root):
    """What Formgrader's buttons call, in a course."""
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "small"
    exec(courses.HOOKS, {"c": config})
    return NbGraderAPI(config=config)


def points(root, student):
    marks = courses.gradebook_marks(root)
    return [mark for key, (mark, _, _) in marks.items() if key[0] == student]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_the_button_grades_in_the_sandbox(tmp_path):
    courses.make_course(tmp_path, {"nb": CELLS}, config=courses.HOOKS)
    courses.submit(tmp_path, "ada", courses.fill(double="def double(x):\n    return x + x"))
    prying = PRYING.format(root=str(tmp_path / "nbgrader_config.py"))
    courses.submit(tmp_path, "eve", courses.fill(double=prying))
    api = buttons(tmp_path)
    for student in ("ada", "eve"):
        done = api.autograde("ps1", student)
        assert done["success"], done.get("log") or done.get("error")
    assert points(tmp_path, "ada") == [2.0, 1.0]
    assert points(tmp_path, "eve") == [0.0, 0.0]


def a_time_that_is_none(place, secret):
    (place / "timestamp.txt").write_text("the day before yesterday")


def a_time_that_is_no_text(place, secret):
    (place / "timestamp.txt").write_bytes(b"\xff\xfe")


def a_link_for_a_time(place, secret):
    (place / "timestamp.txt").symlink_to(secret)


def links(place, secret):
    (place / "stolen.txt").symlink_to(secret)
    (place / "nothing.txt").symlink_to("nowhere")
    (place / "folder").symlink_to(secret.parent)


def a_pipe(place, secret):
    os.mkfifo(place / "pipe")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
@pytest.mark.parametrize(
    "put", [a_time_that_is_none, a_time_that_is_no_text, a_link_for_a_time, links, a_pipe]
)
def test_what_nbgrader_itself_stumbles_over(released, put):
    """By the button, and again: the second time nbgrader compares the time stamps."""
    secret = released.parent / "secret.txt"
    secret.write_text("for nobody")
    student = put.__name__
    answer = courses.fill(double="def double(x):\n    return x + x")
    place = courses.submit(released, student, answer)
    (place / "own.txt").write_text("mine")
    put(place, secret)
    for _ in range(2):
        done = buttons(released).autograde("ps1", student, force=True)
        assert done["success"], done.get("log") or done.get("error")
        assert points(released, student) == [2.0, 1.0]
    autograded = released / "autograded" / student / "ps1"
    assert (autograded / "own.txt").read_text() == "mine"
    # As nbgrader's feedback reads it, for which a time that is none ends all.
    assert buttons(released).coursedir.get_existing_timestamp(str(autograded)) is None
    kept = [path for path in autograded.rglob("*") if path.is_file()]
    assert not any(b"for nobody" in path.read_bytes() for path in kept)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    root = tmp_path_factory.mktemp("button") / "course"
    root.mkdir()
    return courses.make_course(root, {"nb": CELLS}, config=courses.HOOKS)
