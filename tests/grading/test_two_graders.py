"""Two who work in one course at once: every mark is there, every folder, and every comment."""

import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from tests.support.courses import (
    DOUBLE,
    copy_of,
    fill,
    gradebook_marks,
    make_course,
    submit,
    written,
)

RUN = "from chainrule.cli import main; raise SystemExit(main())"
LEARNERS = [f"learner{number}" for number in range(6)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    cells = [*DOUBLE, written("words", points=4)]
    root = make_course(tmp_path_factory.mktemp("two") / "course", {"nb": cells})
    for learner in LEARNERS:
        submit(root, learner, fill(double="def double(x): return 2 * x", words="Because."))
    return root


def start(root, *arguments, **options):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-c", RUN, *arguments, "--course-dir", str(root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes, **options)


def ended(*processes):
    for process in processes:
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0 and "Traceback" not in errors, out + errors


def everything_is_there(root):
    marks = gradebook_marks(root)
    assert len(marks) == 2 * len(LEARNERS)
    assert all(mark[0] == 2 for key, mark in marks.items() if key[3] == "test_double")
    there = {path.parts[-3] for path in root.glob("autograded/*/ps1/nb.ipynb")}
    assert there == set(LEARNERS)
    assert [path for path in root.rglob(".*") if path.name.endswith((".new", ".old"))] == []


def round_of_two(course, place):
    """With a gradebook that neither has opened before."""
    root = copy_of(course, place)
    (root / "gradebook.db").unlink()
    ended(start(root, "release"), start(root, "release"))
    ended(start(root, "grade"), start(root, "grade", "--force"))
    everything_is_there(root)


def test_two_at_once(course, tmp_path):
    round_of_two(course, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("number", range(9))
def test_ten_rounds_of_two(course, tmp_path, number):
    round_of_two(course, tmp_path)


def test_a_second_markers_marks_stay_while_it_is_graded(course, tmp_path):
    root = copy_of(course, tmp_path)
    ended(start(root, "grade"))
    running = start(root, "grade", "--force")
    with Gradebook(f"sqlite:///{root}/gradebook.db?timeout=120") as book:
        for number, learner in enumerate(LEARNERS):
            grades = book.find_submission_notebook("nb", "ps1", learner).grades
            (grade,) = (one for one in grades if one.name == "words")
            grade.manual_score, grade.needs_manual_grade = number / 2, False
            (comment,) = (
                one
                for one in book.find_submission_notebook("nb", "ps1", learner).comments
                if one.name == "words"
            )
            comment.manual_comment = f"Well, {learner}"
            book.db.commit()
    ended(running)
    everything_is_there(root)
    marks = {key[0]: mark[1] for key, mark in gradebook_marks(root).items() if key[3] == "words"}
    assert marks == {learner: number / 2 for number, learner in enumerate(LEARNERS)}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        for learner in LEARNERS:
            comments = book.find_submission_notebook("nb", "ps1", learner).comments
            assert f"Well, {learner}" in {one.manual_comment for one in comments}


def test_what_one_account_makes_the_group_can_write(course, tmp_path):
    """As `groupshared` asks, though the account's umask is 022."""
    root = copy_of(course, tmp_path)
    with (root / "nbgrader_config.py").open("a") as file:
        file.write("\nc.CourseDirectory.groupshared = True\n")
    (root / "gradebook.db").chmod(0o644)
    ended(start(root, "grade", umask=0o022))
    folders = [root / "autograded", *(p for p in root.glob("autograded/**/*") if p.is_dir())]
    assert len(folders) == 1 + 2 * len(LEARNERS)
    assert {path.stat().st_mode & 0o7777 for path in folders[1:]} == {0o2775}
    files = [*root.glob("autograded/*/*/*"), root / "gradebook.db"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o664}
