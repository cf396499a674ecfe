"""A course for a cluster, and its results on one machine."""

import pytest

from chainrule.grading import grade
from tests.support import courses

RIGHT, WRONG = "def double(x):\n    return 2 * x", "def double(x):\n    return x"
POISON = "def double(x):\n    return 999 if x == 7 else 2 * x"
# What the environment of a worker asks for, the instructor's own test does there: it says that it
# holds a submission, and goes on holding it; or, at one answer, it kills that worker.
DISTURBED = """
import os, time
import numpy as np
if os.environ.get("TEST_HOLDS"):
    open(os.environ["TEST_HOLDS"], "w").close()
    time.sleep(20)
if os.environ.get("TEST_KILLS") and double(7) == 999:
    process = os.getpid()
    while b"dask_worker" not in open(f"/proc/{process}/cmdline", "rb").read():
        process = int(open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[1])
    os.kill(process, 9)
assert np.all(double(3) == 6)
"""


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A class of twelve, every other one wrong."""
    tests = courses.test("test_double", DISTURBED, points=2)
    cells = [courses.DOUBLE[0], tests, courses.written("words", points=4)]
    root = courses.make_course(tmp_path_factory.mktemp("cluster") / "course", {"nb": cells})
    for number in range(12):
        answer = POISON if number == 8 else WRONG if number % 2 else RIGHT
        courses.submit(root, f"l{number:02}", courses.fill(double=answer))
    return root


@pytest.fixture(scope="session")
def graded_here(released, tmp_path_factory):
    root = courses.copy_of(released, tmp_path_factory.mktemp("here"))
    grade(root, jobs=2)
    return results(root)


@pytest.fixture
def course(released, tmp_path):
    return courses.copy_of(released, tmp_path)


def results(root):
    """All that grading writes: the marks, and each file in autograded/."""
    places = sorted((root / "autograded").rglob("*.ipynb"))
    texts = {str(path.relative_to(root)): path.read_text() for path in places}
    return courses.gradebook_marks(root), texts
