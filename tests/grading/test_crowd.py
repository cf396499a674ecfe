"""A class with hostile learners among the honest, in any order: the honest get what is theirs."""

import random

import pytest

from chainrule.grading import grade
from tests.support import courses
from tests.support.courses import fill, locked, make_course, solved, submit, test

CELLS = [
    locked("imports", "import numpy as np\nimport os"),
    solved("double", "def double(x):\n    return 2 * x"),
    test("test_double", "assert double(3) == 6"),
    solved("mean", "def mean(values):\n    return sum(values) / len(values)"),
    test("test_mean", "assert mean([1, 2, 3]) == 2\nassert mean(np.arange(5.0)) == 2", 2),
]
# Answers to both questions, and what they are worth.
HONEST = {
    "right": ("def double(x):\n    return x + x", "def mean(v):\n    return np.sum(v) / len(v)", 3),
    "half": ("def double(x):\n    return 2 * x", "def mean(v):\n    return v[0]", 1),
    "other half": ("def double(x):\n    return x", "mean = np.mean", 2),
    "shell": ("who = !echo me\ndef double(x):\n    return x * 2", "mean = np.mean", 3),
    "blank": (None, None, 0),
}
EVERY = "import ctypes, os, signal, time\n"
# What the hostile do in a cell of their own, or when they are called.
HOSTILE = {
    "ends its group": EVERY + "os.kill(0, 9)\nos.kill(-1, 9)\nos.kill(os.getppid(), 9)",
    "stops its group": EVERY + "os.kill(0, 19)\nos.kill(-1, 19)\nos.killpg(os.getpgrp(), 19)",
    "computes with many": (
        EVERY + "for _ in range(50):\n    if os.fork() == 0:\n        while True: pass"
    ),
    "forks for ever": EVERY + "while True:\n    try: os.fork()\n    except OSError: pass",
    "takes all memory": EVERY + "held = []\nwhile True: held.append(bytearray(10**7))",
    "hides its memory": (
        EVERY
        + "for _ in range(4):\n    if os.fork() == 0:\n        ctypes.CDLL(None).prctl(4, 0)\n"
        "        held = b'x' * 150_000_000\n        time.sleep(9)"
    ),
    "takes all terminals": (
        EVERY + "held = []\nwhile True:\n    try: held.append(os.openpty())\n"
        "    except OSError: break\ntime.sleep(2)"
    ),
    "puts out nested tags": (
        "from IPython.display import HTML, display\nget_ipython().outputs.limit = 10**9\n"
        "display(HTML('<div>' * 250_000))"
    ),
    "closes everything": EVERY + "os.closerange(0, 1000)",
    "never comes back": EVERY
    + "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\nwhile True: pass",
}
LIMITS = {"cell_seconds": 3.0, "notebook_seconds": 9.0, "memory_bytes": 512 * 2**20}


def hostile(source):
    """The cell, before the first answer; it answers nothing itself."""

    def edit(notebook):
        notebook.cells.insert(1, courses.new_code_cell(source))

    return edit


def a_class(root, honest, order):
    """Hand in for so many honest learners, and one of each hostile kind, in a drawn order."""
    make_course(root, {"nb": CELLS})
    kinds = [*HOSTILE, *(list(HONEST)[n % len(HONEST)] for n in range(honest))]
    order.shuffle(kinds)
    fair = {}
    for number, kind in enumerate(kinds):
        student = f"{number:03}"
        if kind in HOSTILE:
            submit(root, student, hostile(HOSTILE[kind]))
            continue
        double, mean, fair[student] = HONEST[kind]
        answers = {"double": double, "mean": mean}
        submit(root, student, fill(**{k: v for k, v in answers.items() if v is not None}))
    return fair


def marks_of_the_honest(root, fair, jobs):
    graded = {one.student: one for one in grade(root, jobs=jobs, **LIMITS)}
    assert all(one.points == 0 for student, one in graded.items() if student not in fair)
    persons = [student for student in fair if graded[student].needs_person]
    assert persons == []
    return {student: graded[student].points for student in fair}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_small_class(tmp_path, jobs):
    fair = a_class(tmp_path, 10, random.Random(jobs))
    assert marks_of_the_honest(tmp_path, fair, jobs) == fair


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_sixty_in_twenty_orders(tmp_path, seed):
    order = random.Random(seed)
    fair = a_class(tmp_path, 50, order)
    assert marks_of_the_honest(tmp_path, fair, order.choice([1, 2, 4])) == fair
