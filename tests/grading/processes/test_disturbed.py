"""A process of the grader's own is killed, or stopped: nobody's mark changes, and the run ends."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from chainrule import records
from tests.support import courses, processes

LEARNERS = 12
RUN = """
import json, sys
from chainrule.grading import grade
said = []
graded = grade(sys.argv[1], jobs=int(sys.argv[2]), force=True, say=said.append, cell_seconds=10)
marks = {}
for one in graded:
    results = [result for results in one.notebooks.values() for result in results]
    marks[one.student] = [one.points, sorted({result["verdict"] for result in results})]
print(json.dumps([marks, said]))
"""
LONGEST = 120.0


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    root = tmp_path_factory.mktemp("disturbed")
    cells = [
        courses.locked("given", "here = 1"),
        *courses.DOUBLE,
        courses.test("test_given", "assert here == 1 and double(0) == 0"),
    ]
    courses.make_course(root, {"nb": cells})
    for number in range(LEARNERS):
        body = "x + x" if number % 3 else "x"
        answer = f"def double(x):\n    return {body}"
        courses.submit(root, f"learner{number:02}", courses.fill(double=answer))
    return root


def disturbed(root, kind, number, jobs, draw):
    """Grade, and send a signal to a process of the kind at a random moment; marks, and lines.

    For the sandbox's own processes it is mostly one at which a learner's process is under way.
    """
    command = [sys.executable, "-P", "-c", RUN, str(root), str(jobs)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ends, hit = time.monotonic() + LONGEST, None
    later = draw.uniform(0, 1)
    busy = kind in ("bwrap", "init", "zygote", "warmer") and draw.random() < 0.8
    began = None
    try:
        while run.poll() is None and time.monotonic() < ends and hit is None:
            alive = processes.by_kind(run.pid)
            found = alive[kind] if alive["learner"] or not busy else []
            if found and began is None:
                began = time.monotonic()
            if found and time.monotonic() - began > later:
                hit = draw.choice(found)
                try:
                    os.kill(hit, number)
                except ProcessLookupError:
                    hit = None
        answer, _ = run.communicate(timeout=LONGEST)
    finally:
        run.kill()
        run.wait()
        run.stdout.close()
    assert run.returncode == 0
    marks, said = json.loads(answer)
    return marks, said, hit


def nobody_pays(root, kind, number, jobs, draw):
    marks, said, hit = disturbed(root, kind, number, jobs, draw)
    assert len(marks) == LEARNERS
    for student, (points, verdicts) in marks.items():
        fair = 3.0 if int(student[-2:]) % 3 else 1.0
        assert points == fair or verdicts == [records.NEEDS_PERSON], (student, marks, said)
    assert len(said) <= 1, said
    return marks, said, hit


SHORT = [
    ("nursery", signal.SIGKILL, 2),
    ("server", signal.SIGKILL, 1),
    ("tests", signal.SIGSTOP, 2),
    ("zygote", signal.SIGSTOP, 1),
    ("warmer", signal.SIGKILL, 2),
]


@pytest.mark.parametrize(("kind", "number", "jobs"), SHORT)
def test_once(a_class, kind, number, jobs):
    nobody_pays(a_class, kind, number, jobs, random.Random(f"{kind} {number}"))


@pytest.mark.long
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("kind", processes.KINDS)
def test_at_random_moments(a_class, kind, number, jobs):
    draw = random.Random(f"{kind} {number} {jobs}")
    hits = 0
    for _ in range(20):
        *_, hit = nobody_pays(a_class, kind, number, jobs, draw)
        hits += hit is not None
    assert hits > 0
