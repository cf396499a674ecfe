"""Whatever a submission does: its question says so, the others and the next learner are marked."""

import pytest

from chainrule.grading import grade
from chainrule.records import CRASHED, ERROR, MEMORY, PASSED, TIME_OUT, WRONG
from tests.support import attacks, courses

MIB = 1024 * 1024
LIMITS = {"cell_seconds": 5.0, "notebook_seconds": 30.0, "memory_bytes": 256 * MIB}
IGNORING = "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
IGNORING += "    except (OSError, ValueError): pass\n"
SEGFAULT = "import ctypes\n    ctypes.string_at(1)"
SLEEP = "import ctypes\n    ctypes.CDLL(None).sleep(1000)"
BOMB = "import os\n    while True:\n        try: os.fork()\n        except OSError: pass"
SPREAD = (
    "import os, time\n    for _ in range(6):\n        if os.fork() == 0:\n"
    "            hold = b'x' * 100_000_000\n            time.sleep(1000)\n    time.sleep(1000)"
)
SHARED = (
    "import mmap\n    held = [mmap.mmap(-1, 2**20) for _ in range(2**14)]\n"
    "    for one in held: one.write(b'x' * 2**20)"
)
FULL_DISK = (
    "for n in range(1000):\n        with open(f'/tmp/{n}', 'wb') as file:\n"
    "            file.write(b'x' * 10_000_000)"
)
DEEP = "import sys\n    sys.setrecursionlimit(10**9)\n    f = lambda n: f(n + 1) + 1\n    f(0)"

# What happens when `mean` is called -> the verdict of its test.
CALLS = {
    "exits": ("import os\n    os._exit(0)", CRASHED),
    "exits with an error": ("import os\n    os._exit(3)", CRASHED),
    "leaves": ("raise SystemExit(0)", ERROR),
    "segfault": (SEGFAULT, CRASHED),
    "aborts": ("import os\n    os.abort()", CRASHED),
    "kills itself": ("import os\n    os.kill(os.getpid(), 9)\n    os.abort()", CRASHED),
    "loops": ("while True: pass", TIME_OUT),
    "loops, catching all": ("while True:\n        try: pass\n        except: pass", TIME_OUT),
    "sleeps": ("import time\n    time.sleep(1000)", TIME_OUT),
    "sleeps in C": (SLEEP, TIME_OUT),
    "16 GiB at once": ("bytearray(16 * 2**30)", MEMORY),
    "16 GiB in pieces": ("held = [bytearray(2**20) for _ in range(2**14)]", MEMORY),
    "shared memory": (SHARED, ERROR),
    "memory of many processes": (SPREAD, MEMORY),
    "fork bomb": (BOMB, (TIME_OUT, CRASHED)),
    "full disk": (FULL_DISK, ERROR),
    "recursion": ("return mean(values)", ERROR),
    "deep recursion": (DEEP, MEMORY),
    "input": ("return float(input())", ERROR),
    "closes everything": ("import os\n    os.closerange(0, 1000)", CRASHED),
    "prints 200 MB": ("print('x' * 200_000_000)\n    return 0.0", (MEMORY, WRONG)),
    "prints many lines": ("for n in range(10**5): print(n)\n    return 0.0", WRONG),
    "writes 200 MB": (
        "import os\n    for _ in range(200): os.write(1, b'x' * 10**6)\n    return 0.0",
        WRONG,
    ),
    "huge exception": ("raise ValueError('x' * 10_000_000)", ERROR),
}
# What cells of their own do: all answers are right and keep their marks.
OWN_CELLS = {
    "exits": ["import os\nos._exit(0)"],
    "leaves": ["import sys\nsys.exit(1)", "exit()", "raise SystemExit"],
    "loops": ["while True: pass"],
    "loops, ignoring signals": [IGNORING + "while True: pass"],
    "prints 100 MB": ["for _ in range(100): print('x' * 10**6)"],
    "a line of 30 MB": ["print('x' * 30_000_000)"],
    "thousands of cells": [f"n = {n}" for n in range(2000)],
    "an error in each": ["1 / 0"] * 50,
    "no Python": ["this is not Python", "def f(:", "\x00", "%%nonsense\n", "!exit 3"],
    "asks": ["input('name? ')", "import getpass\ngetpass.getpass()"],
    "background processes": ["import subprocess\nsubprocess.Popen(['sleep', '1000'])"],
    "threads": ["import threading, time\nfor _ in range(20):\n"
                "    threading.Thread(target=time.sleep, args=(1000,)).start()"],
}  # fmt: skip


@pytest.fixture(scope="module")
def broken_class(tmp_path_factory):
    root = courses.make_course(tmp_path_factory.mktemp("broken"), {"nb": attacks.CELLS})
    for name, (body, _) in CALLS.items():
        answers = attacks.RIGHT | {"mean": f"def mean(values):\n    {body}"}
        courses.submit(root, f"call {name}", courses.fill(**answers))
    for name, cells in OWN_CELLS.items():
        honest = attacks.Attack(name, cells, attacks.RIGHT_MEAN, attacks.RIGHT_SCALE)
        courses.submit(root, f"own {name}", honest.build)
    courses.submit(root, "aaa", courses.fill(**attacks.RIGHT))
    courses.submit(root, "zzz", courses.fill(**attacks.RIGHT))
    graded = {one.student: one for one in grade(root, **LIMITS)}
    return graded, root


def results_of(broken_class, student):
    graded, _ = broken_class
    return {result["grade_id"]: result for result in graded[student].notebooks["nb"]}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_does_not_come_back(broken_class, name):
    results = results_of(broken_class, f"call {name}")
    said = {key: (result["verdict"], result["reason"]) for key, result in results.items()}
    fair = CALLS[name][1]
    assert results["test_mean"]["verdict"] in ((fair,) if isinstance(fair, str) else fair), said
    assert results["test_mean"]["points"] == 0.0
    assert results["test_double"]["verdict"] == results["test_scale"]["verdict"] == PASSED, said


@pytest.mark.parametrize("name", OWN_CELLS)
def test_a_cell_of_their_own(broken_class, name):
    results = results_of(broken_class, f"own {name}")
    said = {key: (result["verdict"], result["reason"]) for key, result in results.items()}
    for test in ("test_double", "test_mean", "test_scale"):
        assert results[test]["verdict"] == PASSED, said


def test_the_others_are_untouched(broken_class):
    graded, _ = broken_class
    assert len(graded) == len(CALLS) + len(OWN_CELLS) + 2
    assert graded["aaa"].points == graded["zzz"].points == 5.0


def test_outputs_are_bounded(broken_class):
    _, root = broken_class
    sizes = [path.stat().st_size for path in root.glob("autograded/*/ps1/nb.ipynb")]
    assert max(sizes) < 8 * MIB


def test_what_a_cell_did_is_said(broken_class):
    graded, _ = broken_class
    messages = [finding["message"] for finding in graded["own loops"].findings]
    assert any("time-out" in message for message in messages)
