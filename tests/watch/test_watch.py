"""What comes in while it runs is graded, its feedback page is there; killed, it goes on."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from chainrule.grading import grade
from chainrule.watch.attempts import Attempts
from tests.support.courses import DOUBLE, HOOKS, copy_of, fill, gradebook_marks, make_course, submit

RUN = "from chainrule.cli import main; raise SystemExit(main())"
RIGHT, WRONG, FAIR = (f"def double(x): return {text}" for text in ("2 * x", "x", "x + x  # so"))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    root = tmp_path_factory.mktemp("watch") / "course"
    return make_course(root, {"nb": DOUBLE}, config=HOOKS)


@pytest.fixture
def course(released, tmp_path):
    return copy_of(released, tmp_path)


LONGEST = 120.0


class Watching:
    """A process that watches; what it says is read line by line."""

    def __init__(self, root, *arguments):
        command = [sys.executable, "-P", "-c", RUN, "watch", "--every", "0.05", *arguments]
        self.process = subprocess.Popen(
            [*command, "--course-dir", str(root)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.until("Watching submitted/")

    def until(self, words):
        said = []
        late = threading.Timer(LONGEST, self.process.kill)  # which ends what is read
        late.start()
        try:
            for line in self.process.stdout:
                said.append(line)
                if words in line:
                    return line.strip()
        finally:
            late.cancel()
        raise AssertionError("".join(said))

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(120)
        self.process.stdout.close()


@pytest.fixture
def watching():
    started = []

    def start(*arguments):
        started.append(Watching(*arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def test_killed_it_goes_on(course, watching):
    one = watching(course)
    submit(course, "ada", fill(double=RIGHT))
    assert one.until("ada, ps1:") == "ada, ps1: 2 of 2"
    submit(course, "bo", fill(double=WRONG))
    one.end(signal.SIGKILL)  # whenever that is
    two = watching(course)
    submit(course, "cy", fill(double=RIGHT))
    two.until("cy, ps1: 2 of 2")
    two.end()
    assert two.process.returncode == 0
    # A page is made after its line is said; that of whom was killed for comes with the next start.
    marks = {key[0]: mark[0] for key, mark in gradebook_marks(course).items()}
    assert marks == {"ada": 2, "bo": 0, "cy": 2}
    assert (course / "feedback/cy/ps1/nb.html").is_file()


def graded_with(attempts, text, then=None):
    """Whether an attempt was worse than an earlier one; then: what comes in while it is graded."""
    submit(attempts.course, "ada", fill(double=text))
    attempts.hold()
    graded = grade(attempts.course, jobs=0)
    if then:
        submit(attempts.course, "ada", fill(double=then))
    return attempts.learn(graded)


def test_the_best_attempt_counts_where_it_is_asked_for(course):
    attempts = Attempts(course)
    assert not graded_with(attempts, RIGHT)
    assert graded_with(attempts, WRONG)
    (line,) = attempts.put_back_what_was_worse()
    assert line == "ada, ps1: 0 is less than an earlier attempt's 2, which counts."
    grade(course, jobs=0)
    assert gradebook_marks(course)["ada", "ps1", "nb", "test_double"][0] == 2
    assert "2 * x" in (course / "submitted/ada/ps1/nb.ipynb").read_text()
    assert "return x" in (course / ".chainrule/attempts/ada/ps1/worse/nb.ipynb").read_text()
    # The same worse one again, as an exchange hands it out: put aside without being graded.
    submit(course, "ada", fill(double=WRONG))
    assert len([*attempts.put_back_what_was_worse()]) == 1
    assert grade(course, jobs=0) == []
    # One that is as good is the learner's newer word.
    assert not graded_with(attempts, FAIR)
    assert [*attempts.put_back_what_was_worse()] == []
    (course / ".chainrule/attempts/ada/ps1/points.json").write_text("damaged")
    assert [*attempts.put_back_what_was_worse()] == []


def test_a_pipe_among_the_files_stops_nobody(course):
    attempts = Attempts(course)
    os.mkfifo(submit(course, "eve", fill(double=RIGHT)) / "pipe")
    assert not graded_with(attempts, RIGHT)
    assert graded_with(attempts, WRONG)
    assert len([*attempts.put_back_what_was_worse()]) == 1


def test_an_attempt_that_is_replaced_while_it_is_graded_keeps_its_own_points(course):
    attempts = Attempts(course)
    assert not graded_with(attempts, RIGHT, then=WRONG)
    assert [*attempts.put_back_what_was_worse()] == []  # it has not been graded yet
    assert graded_with(attempts, WRONG)
    assert len([*attempts.put_back_what_was_worse()]) == 1
    assert "2 * x" in (course / "submitted/ada/ps1/nb.ipynb").read_text()


def test_best_and_last(course, watching):
    one = watching(course, "--keep", "best", "--no-feedback")
    submit(course, "ada", fill(double=RIGHT))
    one.until("ada, ps1: 2 of 2")
    submit(course, "ada", fill(double=WRONG))
    one.until("0 is less than an earlier attempt's 2, which counts")
    one.end()
    assert gradebook_marks(course)["ada", "ps1", "nb", "test_double"][0] == 2
    assert not (course / "feedback").exists()


def test_what_goes_wrong_is_said_and_tried_again(course, watching):
    one = watching(course, "--no-feedback")
    submit(course, "ada", fill(double=RIGHT))
    one.until("ada, ps1: 2 of 2")
    hidden = course / "gradebook.away"
    (course / "gradebook.db").rename(hidden)
    (course / "gradebook.db").write_text("no database")
    submit(course, "bo", fill(double=RIGHT))
    assert one.until("The gradebook cannot be used").endswith("Trying again.")
    hidden.replace(course / "gradebook.db")
    one.until("bo, ps1: 2 of 2")
    one.end()
