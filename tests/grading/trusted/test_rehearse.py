"""The own answers' first trial is a rehearsal for all others; whatever that does, nobody pays."""

import json
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
        courses.test("test_given", "assert double(1) + 1"),
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


def test_what_its_cells_import_is_kept_by_the_side_that_needs_it(tmp_path):
    answer = courses.solved(
        "double", "def double(x):\n    __import__('colorsys')\n    return x + x"
    )
    asks = courses.test("test_double", "assert __import__('sndhdr') and double(2) == 4")
    courses.make_course(tmp_path, {"nb": [answer, asks]})
    courses.submit(tmp_path, "ann", courses.fill(double="def double(x):\n    return 2 * x"))
    grade(tmp_path, jobs=0)
    kept = json.loads((tmp_path / ".chainrule" / "ps1.json").read_text())["value"]["rehearsal"]
    assert "colorsys" in kept["learner"] and "colorsys" not in kept["tests"]
    assert "sndhdr" in kept["tests"] and "sndhdr" not in kept["learner"]


def test_nothing_else_of_it_stays(tmp_path):
    """What a cell sets of its process is set once more, and not twice, for each learner."""
    sets = "import os, string\nbefore = os.environ.get('SET'), string.digits\n"
    sets += "os.environ['SET'] = string.digits = 'here'"
    graded = grade(
        a_class(tmp_path, 5, cell=f"{sets}\nassert before == (None, '0123456789')"), jobs=0
    )
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
