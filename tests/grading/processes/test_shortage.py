"""What the machine lacks is said in one sentence; nothing is lost, and the next run goes on."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from chainrule.grading import grade
from tests.support import courses

LEARNERS = 4


def a_class(root):
    courses.make_course(root, {"nb": courses.DOUBLE})
    for number in range(LEARNERS):
        answer = courses.fill(double="def double(x):\n    return 2 * x")
        courses.submit(root, f"learner{number}", answer)
    return root


def graded_in_shell(root, before=":"):
    """`chainrule grade` in a shell, after a command."""
    main = "import sys; from chainrule.cli import main; sys.exit(main())"
    command = [sys.executable, "-P", "-c", main, "grade", "--course-dir", str(root)]
    code = f'{before} && exec "$@"'
    done = ["bash", "-c", code, "bash", *command]
    return subprocess.run(done, capture_output=True, text=True)


def refused(done, words):
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("chainrule grade: ") and words in line


@contextmanager
def mounted(place, options):
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")


def test_few_files(tmp_path):
    root = a_class(tmp_path / "c")
    refused(graded_in_shell(root, "ulimit -n 64"), "only 64 are allowed here")
    assert graded_in_shell(root, "ulimit -S -n 64").returncode == 0  # which it may raise itself
    assert grade(root) == []


@as_root
def test_a_full_disk(tmp_path):
    with mounted(tmp_path / "small", "size=4m") as small:
        root = a_class(small / "c")
        fill = small / "fill"
        with pytest.raises(OSError), fill.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 14))
        refused(graded_in_shell(root), "No space left on device")
        fill.unlink()
        assert len(grade(root)) == LEARNERS


@as_root
def test_a_folder_that_cannot_be_written(tmp_path):
    root = a_class(tmp_path / "c")
    with mounted(root / "autograded", "size=1m,ro"):
        refused(graded_in_shell(root), "Read-only file system")
    assert len(grade(root)) == LEARNERS


@as_root
def test_a_full_folder_for_temporary_files(tmp_path):
    """Another one is found, as Python finds it."""
    root = a_class(tmp_path / "c")
    with mounted(tmp_path / "full", "size=4k,nr_inodes=1") as full:
        done = graded_in_shell(root, f"export TMPDIR={full}")
    assert done.returncode == 0, done.stderr
    assert grade(root) == []


@pytest.mark.parametrize("kind", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_locked_gradebook_is_waited_for(tmp_path, kind):
    root = a_class(tmp_path / "c")
    other = sqlite3.connect(root / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute(f"BEGIN {kind}")
    free = threading.Timer(3, other.execute, ["COMMIT"])
    free.start()
    assert len(grade(root)) == LEARNERS
    free.join()
    other.close()
