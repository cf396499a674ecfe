"""Where no fork can close itself in, each learner's process has a bubblewrap of its own."""

import contextlib
import os
import select
import signal

import pytest

from chainrule.grading.errors import NoSandbox
from chainrule.grading.forks.process_tree import tasks_below
from chainrule.grading.sandbox.bubblewrap import Sandbox
from chainrule.grading.sandbox.probe import held, probe
from chainrule.grading.wall.trouble import Gone, Machinery
from tests.support.learners import learner, run, setup_of

MANY_FILES = """
import os
for number in range(20_000):
    open(f"/tmp/{number}", "x").close()
import time; time.sleep(20)
"""
MANY_TERMINALS = "import os, time\nheld = [os.openpty() for _ in range(40)]\ntime.sleep(20)"
TELLS = (
    "import os\nprint(os.getpid(), os.getppid(), len([*filter(str.isdigit, os.listdir('/proc'))]))"
)


@pytest.fixture(scope="module")
def made():
    with contextlib.closing(Sandbox(setup_of(imports=["import json"]), one_each=True)) as made:
        made.wait()
        yield made


def test_it_holds(made):
    probe(made)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (MANY_FILES, "more than 10000 files"),
        (MANY_TERMINALS, "more than 16 terminals"),
        ("import os; os._exit(7)", "exit status 7"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    ],
    ids=["files", "terminals", "exit", "signal"],
)
def test_how_it_ended_is_said(made, source, words):
    with learner(made.fork) as process, pytest.raises(Gone, match=words):
        run(process, source)


def test_a_process_that_is_killed_from_outside_is_no_learners_doing(made):
    with learner(made.fork) as process:
        run(process, "1")
        *_, last = tasks_below(made.process.pid)
        with ended(last):
            os.kill(last, signal.SIGKILL)
        with pytest.raises(Machinery):
            run(process, "1")


@contextlib.contextmanager
def ended(*processes):
    """On the way out these have ended."""
    handles = [os.pidfd_open(one) for one in processes]
    yield
    for handle in handles:
        assert select.select([handle], [], [], 30)[0] == [handle]
        os.close(handle)


def test_nothing_is_left_when_it_ends():
    made = Sandbox(setup_of(imports=["import json"]), one_each=True)
    made.wait()
    with learner(made.fork) as process:
        run(process, "1")
        _, *below = tasks_below(made.process.pid)
        assert len(below) >= 2  # bubblewrap, and what is in it
        with ended(*below):
            made.process.kill()
    made.close()


def test_what_is_no_sandbox_is_refused_as_before(monkeypatch):
    def fails(sandbox):
        raise NoSandbox("the first" if not sandbox.one_each else "the second")

    monkeypatch.setattr("chainrule.grading.sandbox.probe.probe", fails)
    with pytest.raises(NoSandbox, match="the first"):
        held(Sandbox(setup_of()))
