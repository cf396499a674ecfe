"""A run that is killed half-way is finished by the next one, with the same marks."""

import random
import shutil
import subprocess
import sys

import pytest

from chainrule.grading import grade
from tests.support import attacks, courses

LEARNERS = 12


@pytest.fixture(scope="module")
def class_to_grade(tmp_path_factory):
    root = courses.make_course(tmp_path_factory.mktemp("killed"), {"nb": attacks.CELLS})
    for number in range(LEARNERS):
        answers = attacks.RIGHT | ({} if number % 2 else {"mean": attacks.WRONG_MEAN})
        courses.submit(root, f"learner-{number}", courses.fill(**answers))
    return root


def started(root):
    code = f"from chainrule.grading import grade; grade({str(root)!r})"
    return subprocess.Popen([sys.executable, "-P", "-c", code], stderr=subprocess.DEVNULL)


@pytest.mark.long
def test_killed_at_random_moments(class_to_grade, tmp_path):
    undisturbed = shutil.copytree(class_to_grade, tmp_path / "undisturbed")
    assert len(grade(undisturbed)) == LEARNERS
    wanted = courses.gradebook_marks(undisturbed)
    files = contents(undisturbed)
    draw = random.Random(1)
    for attempt in range(20):
        root = shutil.copytree(class_to_grade, tmp_path / f"killed-{attempt}")
        run = started(root)
        try:
            run.wait(timeout=draw.uniform(0.5, 6.0))
        except subprocess.TimeoutExpired:
            run.kill()
        run.wait()
        for path in root.glob("autograded/*/ps1/*"):
            assert files[str(path.relative_to(root))] == path.read_bytes(), "half-written"
        grade(root)
        assert courses.gradebook_marks(root) == wanted
        assert contents(root) == files
        assert grade(root) == []


def contents(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("autograded/**/*")
        if path.is_file()
    }
