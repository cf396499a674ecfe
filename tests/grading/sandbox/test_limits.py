"""Limits count all that a submission holds and uses, and nothing of what others do."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from chainrule import records
from chainrule.grading import grade
from chainrule.grading.forks import process_tree
from chainrule.grading.limits import MIB
from chainrule.grading.shell import shell
from chainrule.grading.shell.shell import OutOfTime, alarm
from chainrule.grading.trusted import process as trusted
from chainrule.grading.wall.trouble import Gone
from tests.support import courses
from tests.support.learners import LIMITS, learner, run, sandbox

UNREADABLE = """import ctypes, os, time
for _ in range(4):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE
        held = b'x' * 100_000_000
        time.sleep(100)
time.sleep(100)"""
# What is on its way to one socket, from senders that are closed.
SOCKETS = """import os, socket, time
for _ in range(20):
    if os.fork() == 0:
        held = []
        for _ in range(100):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            theirs.send(b'x' * 200_000)
            theirs.close()
            held.append(ours)
        time.sleep(100)
time.sleep(100)"""
# Unmapped but for a page, this would be held all the same, and be in no process's count.
HIDDEN = """import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long
place = libc.mmap(None, 2**26, 3, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
print(place == 2**64 - 1)"""
BUSY = """import os
for _ in range({count}):
    if os.fork() == 0:
        while True: pass
print('started')"""


@pytest.mark.parametrize("source", [UNREADABLE, SOCKETS], ids=["unreadable", "sockets"])
def test_memory_counts_wherever_it_is(source):
    with sandbox() as made, learner(made.fork) as process, pytest.raises(Gone) as gone:
        run(process, source)
    assert gone.value.verdict == records.MEMORY


def test_sockets_of_others_do_not_count_without_a_sandbox():
    held = [b for _ in range(300) for b in __import__("socket").socketpair()]
    limits = replace(LIMITS, memory_bytes=200 * MIB)
    with sandbox(limits, confined=False) as made, learner(made.fork, limits) as process:
        assert run(process, "import time\ntime.sleep(1)\nprint('there')") == "there"
    for one in held:
        one.close()


def test_memory_that_would_be_in_no_count_is_refused():
    with sandbox() as made, learner(made.fork) as process:
        assert run(process, HIDDEN) == "True"


def test_the_computing_of_all_processes_counts_together():
    """Each of them alone stays far below; some have ended, and were waited for."""
    limits = replace(LIMITS, notebook_seconds=2.0)
    ended = "import os\nfor _ in range(20):\n    if os.fork() == 0:\n"
    ended += "        for n in range(10**7): pass\n        os._exit(0)\n    os.wait()"
    with sandbox(limits) as made, learner(made.fork, limits) as process:
        process.deadline = process.ends = process.ends + 1000  # by the clock there is no end
        with pytest.raises(Gone, match="it took 2 s of computing") as gone:
            run(process, ended)
    assert gone.value.verdict == records.TIME_OUT


def test_of_many_processes_all_but_the_first_let_others_go_first():
    with sandbox() as made, learner(made.fork) as process:
        assert run(process, BUSY.format(count=12)) == "started"
        run(process, "import time\ntime.sleep(1)")
        process.waited()
        first, *others = (niceness(task) for task in process_tree.tasks_below(process.number))
        assert others == [19] * 12
        assert first < 19


def test_of_a_few_all_are_alike():
    with sandbox() as made, learner(made.fork) as process:
        assert run(process, BUSY.format(count=3)) == "started"
        run(process, "import time\ntime.sleep(1)")
        process.waited()
        assert len({niceness(task) for task in process_tree.tasks_below(process.number)}) == 1


def niceness(process):
    return os.getpriority(os.PRIO_PROCESS, process)


def crowded(seconds):
    """This process and three others compute on one core, until each has for so many seconds."""
    code = f"import time\nwhile time.process_time() < {seconds}: pass"
    core = min(os.sched_getaffinity(0))
    return [
        subprocess.Popen([sys.executable, "-c", code], preexec_fn=lambda: pin(core))
        for _ in range(3)
    ]


def pin(core):
    os.sched_setaffinity(0, {core})


@pytest.fixture
def one_core(monkeypatch):
    """Whatever else the machine does meanwhile, by the clock nothing ends."""
    monkeypatch.setattr(trusted, "PATIENCE", 1000)
    monkeypatch.setattr(shell, "PATIENCE", 1000)
    before = os.sched_getaffinity(0)
    pin(min(before))
    yield
    os.sched_setaffinity(0, before)


def test_what_was_waited_for_a_core_is_known(one_core):
    others = crowded(1.0)
    for other in others:
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)  # still to be seen in /proc
    waited = [process_tree.waited_for_core(other.pid) for other in others]
    assert all(other.wait() == 0 for other in others)
    assert max(waited) > 0.5
    sleeper = subprocess.Popen(["sleep", "1"])
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert process_tree.waited_for_core(sleeper.pid) < 0.5
    sleeper.wait()


COMPUTES = """import time
begun = time.process_time()
while time.process_time() < begun + 1: pass
print('done')"""


def test_a_cell_that_waits_for_a_core_is_in_time(one_core):
    limits = replace(LIMITS, cell_seconds=1.5)
    with sandbox(limits) as made:  # it inherits that there is one core
        others = crowded(100)
        try:
            with learner(made.fork, limits) as process:
                assert run(process, COMPUTES) == "done"
                process.begin()
                with pytest.raises(Gone, match="did not come back"):
                    run(process, "import time\ntime.sleep(100)")
        finally:
            for other in others:
                other.kill()
                other.wait()


def test_the_alarm_of_a_test_waits_as_long(one_core):
    others = crowded(100)
    try:
        computed = {}
        with alarm(1.5):
            exec(COMPUTES, computed)
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_the_alarm_rings_when_another_process_has_waited_long_enough():
    told = [0.1, 0.2]
    with pytest.raises(OutOfTime), alarm(0.1, lambda: told.pop(0) if told else 0.0):
        while True:
            signal.pause()
    assert told == []


def test_by_the_clock_there_is_an_end(monkeypatch):
    limits = replace(LIMITS, cell_seconds=0.2)
    monkeypatch.setattr(trusted, "waited_for_core", lambda number: 1e9)
    with sandbox(limits) as made, learner(made.fork, limits) as process:
        run(process, "import time")
        process.begin()
        with pytest.raises(Gone) as gone:
            run(process, "time.sleep(100)")
    assert gone.value.verdict == records.TIME_OUT


def test_limits_of_the_one_who_grades_are_not_raised():
    """A limit that is lower already stays, and is no reason not to start."""
    code = "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[1])"
    lines = "import os, resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
    lines += "from tests.support.learners import learner, run, sandbox\n"
    lines += "with sandbox() as made, learner(made.fork) as process:\n"
    lines += f"    print(run(process, {code!r}))"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert done.stdout.strip() == "64", done.stderr


def test_a_neighbour_that_only_computes_costs_nobody_a_mark(tmp_path):
    root = courses.make_course(tmp_path, {"nb": courses.DOUBLE})
    slow = f"def double(x):\n    return 2 * x\n{COMPUTES}"
    busy = BUSY.format(count=55) + "\nimport time\ntime.sleep(4)"
    courses.submit(root, "a", courses.fill(double=f"{busy}\ndef double(x):\n    return 2 * x"))
    for number in range(4):
        courses.submit(root, f"z{number}", courses.fill(double=slow))
    graded = grade(root, jobs=2, cell_seconds=5.0)
    assert {one.student: one.points for one in graded if one.student != "a"} == {
        f"z{number}": 2.0 for number in range(4)
    }
