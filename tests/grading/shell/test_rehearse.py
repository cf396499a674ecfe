"""An assignment is rehearsed before its first submission; whatever that does, nobody pays."""

import os
import signal
from contextlib import suppress

import psutil
import pytest

from chainrule.grading import grade
from tests.support import courses

REHEARSALS = {
    "nothing special": "here = 1",
    "starts a thread": "import threading\n"
    "threading.Thread(target=threading.Event().wait, daemon=True).start()",
    "ends its process": "import os\nif 'CHAINRULE_REHEARSAL' in os.environ:\n    os._exit(0)",
    "raises": "import os\nif 'CHAINRULE_REHEARSAL' in os.environ:\n    raise SystemExit",
    "never ends": "import os\nwhile 'CHAINRULE_REHEARSAL' in os.environ:\n    pass",
}


def a_class(root, learners, cell="here = 1"):
    cells = [
        courses.locked("given", cell),
        *courses.DOUBLE,
        courses.test("test_given", "assert 'CHAINRULE_REHEARSAL' not in __import__('os').environ"),
    ]
    courses.make_course(root, {"nb": cells})
    for number in range(learners):
        body = "x + x" if number else "x"
        answer = f"def double(x):\n    return {body}"
        courses.submit(root, f"learner{number:02}", courses.fill(double=answer))
    return root


@pytest.fixture(scope="module", params=REHEARSALS)
def rehearsed(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("rehearsed")
    return a_class(root, learners=5, cell=REHEARSALS[request.param])


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_rehearsal_costs_nobody_a_mark(rehearsed, jobs):
    graded = grade(rehearsed, jobs=jobs, force=True, cell_seconds=2)
    assert [one.points for one in graded] == [1.0, 3.0, 3.0, 3.0, 3.0]


@pytest.mark.parametrize("jobs", [0, 2])
def test_the_process_that_starts_servers_may_end(tmp_path, jobs):
    """Whoever was being graded then is graded again; nobody loses anything."""
    done_by_then = []

    def end_it(done, of):
        for child in psutil.Process().children() if not done_by_then else ():
            with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):  # it has just ended
                if "chainrule.grading.processes.nursery" in child.cmdline():
                    done_by_then.append(done)
                    os.kill(child.pid, signal.SIGKILL)

    graded = grade(a_class(tmp_path, learners=30), jobs=jobs, watch=end_it)
    assert len(graded) == 30 and done_by_then[0] < 26
    assert [one.points for one in graded] == [1.0] + [3.0] * 29
