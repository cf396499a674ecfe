"""A process of ours that is gone or silent is no learner's fault; theirs that ends itself is."""

import os
import signal
import threading
from dataclasses import replace

import pytest

from chainrule import records
from chainrule.grading.trusted import process as trusted
from chainrule.grading.trusted.ending import ending
from chainrule.grading.wall.trouble import Gone, Machinery
from tests.support.learners import LIMITS, learner, run, sandbox, warm_process

SHORT = replace(LIMITS, cell_seconds=1.0)
FOREVER = "print('begins')\nwhile True: pass"


@pytest.fixture
def warm():
    with sandbox(SHORT) as made:
        yield made


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(trusted, "GUARD_SECONDS", 2.0)


def after_the_first_answer(process, deed):
    """Run `deed` while a cell that never ends is under way."""
    assert run(process, "import os\nprint('here')") == "here"
    process.waited()  # the guard has told its number by now
    threading.Timer(0.2, deed).start()
    process.begin()
    process.ask({"do": "run", "source": FOREVER})


def test_a_cell_that_never_ends_is_the_learners(warm):
    with learner(warm.fork, SHORT) as process, pytest.raises(Gone) as gone:
        run(process, FOREVER)
    assert gone.value.verdict == records.TIME_OUT


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_the_warm_process_is_stopped_or_killed(warm, number):
    with learner(warm.fork, SHORT) as process, pytest.raises(Machinery):
        after_the_first_answer(process, lambda: os.kill(warm_process(warm), number))


def test_the_warm_process_is_stopped_before_a_learner_starts(warm):
    os.kill(warm_process(warm), signal.SIGSTOP)
    with learner(warm.fork, SHORT) as process, pytest.raises(Machinery, match="silent"):
        run(process, "1")


def test_there_is_no_warm_process_any_more(warm):
    warm.process.kill()
    warm.process.wait()
    with learner(warm.fork, SHORT) as process, pytest.raises(Machinery):
        run(process, "1")


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_learners_process_is_stopped_or_killed_from_outside(warm, number):
    with learner(warm.fork, SHORT) as process, pytest.raises(Machinery, match="from outside"):
        after_the_first_answer(process, lambda: os.kill(process.number, number))


def test_the_walls_cannot_be_put_up():
    limits = replace(SHORT, disk_bytes=-1)  # no file system has that size
    failed = pytest.raises(Machinery, match="the sandbox failed: OSError")
    with sandbox(limits) as made, learner(made.fork, limits) as process, failed:
        run(process, "1")


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(0)",
        "import os\nos._exit(3)",
        "import ctypes\nctypes.string_at(1)",
        "import os\nos.abort()",
        "import os\nfor n in range(3, 256):\n    try: os.close(n)\n    except OSError: pass\n"
        "import time\ntime.sleep(100)",
        "import os\nif os.fork(): os._exit(0)\nimport time\ntime.sleep(100)",
    ],
    ids=["exits", "exits with an error", "segfault", "aborts", "hangs up", "leaves a child"],
)
@pytest.mark.parametrize("confined", [True, False])
def test_what_only_the_learner_can_have_done(source, confined):
    ended = pytest.raises(Gone)
    with sandbox(confined=confined) as made, learner(made.fork) as process, ended as gone:
        run(process, source)
    assert gone.value.verdict == records.CRASHED


def test_without_a_sandbox_a_learner_can_kill_itself():
    ended = pytest.raises(Gone, match="SIGKILL")
    with sandbox(confined=False) as made, learner(made.fork) as process, ended:
        run(process, "import os\nos.kill(os.getpid(), 9)")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"reason": ""},
        {"reason": "", "status": None},
        {"reason": "ended", "status": 9, "confined": True},
        {"reason": "a new word", "status": 0},
        {"reason": "confine", "error": "mount"},
        {"reason": "", "status": 9, "confined": True},
        {"reason": "", "status": 9},
    ],
)
def test_no_default_blames_the_learner(told):
    with pytest.raises(Machinery):
        ending(told, LIMITS)


def test_a_signal_without_a_name():
    assert ending({"reason": "", "status": 40}, LIMITS) == (
        records.CRASHED,
        "it was ended by signal 40",
    )
