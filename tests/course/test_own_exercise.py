"""The guide "Your own exercise", followed from nothing to marks, with its text and commands."""

import re
import shlex
import subprocess
import sys

import nbformat
import pytest

from chainrule.course.folders import nbgrader
from tests.support import ROOT, courses
from tests.support.own_exercises import REGRESSION

GUIDE = (ROOT / "docs" / "own-exercise.md").read_text()
CHAINRULE = "from chainrule.cli import main; raise SystemExit(main())"


def here(course, *arguments):
    """A command of the package, as it stands here."""
    done = subprocess.run(
        [sys.executable, "-c", CHAINRULE, *arguments], cwd=course, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def steps():
    """The guide's first part: texts for files, and commands, in their order."""
    first = GUIDE.partition("## The form")[0]
    return re.findall(r"^```(\w*)\n(.*?)^```$", first, re.DOTALL | re.MULTILINE)


def follow(course, chainrule):
    """Do what the guide says, with two learners before grading; return what each command says."""
    files = iter(["nbgrader_config.py", "source/regression/exercise.py"])
    said = {}
    for kind, text in steps():
        if kind == "python":
            path = course / next(files)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            continue
        for line in text.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "chainrule"
            if arguments == ["grade"]:
                hand_in(course, "right", {name: right(name) for name in REGRESSION.wrong})
                wrong = {name: typed(name, 0) for name in REGRESSION.wrong}
                hand_in(course, "wrong", wrong | {"predict": right("predict")})
            said[arguments[0]] = chainrule(course, *arguments)
    return said


def source(course):
    return nbformat.read(course / "source/regression/regression.ipynb", as_version=4)


def right(name):
    """The answer that the notebook was made with."""
    expressions = {
        "predict": "x @ W + b",
        "mse": "np.square(target - pred).mean()",
        "backward": "2 * x.T @ (predict(x, W, b) - target) / target.size, "
        "2 * (predict(x, W, b) - target).sum(axis=0, keepdims=True) / target.size",
    }
    return typed(name, expression=expressions[name])


def typed(name, number=0, expression=""):
    arguments = {"predict": "x, W, b", "mse": "pred, target", "backward": "x, W, b, target"}[name]
    expression = expression or REGRESSION.wrong[name][number]
    return f"{REGRESSION.known}\ndef {name}({arguments}):\n    return {expression}\n"


def hand_in(course, learner, answers):
    folder = course / "submitted" / learner / "regression"
    folder.mkdir(parents=True)
    notebook = nbformat.read(course / "release/regression/regression.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(notebook, folder / "regression.ipynb")
    # Nothing that comes back is read by a test.
    (folder / "exercise.py").write_text("from chainrule.exercises import Exercise\n1 / 0\n")
    (folder / "exercise.json").write_text("{}")


def marks(course):
    points = {}
    for (student, *_), (auto, _, _) in courses.gradebook_marks(course).items():
        points[student] = points.get(student, 0.0) + (auto or 0.0)
    return points


def look(course, said):
    """What must have come of it."""
    assert "regression.backward: the right answer is right" in said["try"]
    assert "exercise.py" not in {path.name for path in (course / "release").rglob("*")}
    assert (course / "release/regression/exercise.json").is_file()
    for path in (course / "release").rglob("*.*"):
        assert "grad_pred.sum" not in path.read_text(), path
    assert marks(course) == {"right": 4.0, "wrong": 1.0}
    graded = (course / "autograded/wrong/regression/regression.ipynb").read_text()
    assert "2 left out, in grad_pred" in graded and "the power 2 left out, in loss" in graded


@pytest.mark.long
def test_the_guide_leads_to_marks(tmp_path):
    look(tmp_path, follow(tmp_path, here))
    # Nor do nbgrader's own commands give the definition to anybody.
    nbgrader(tmp_path, "generate_assignment", "regression", "--force")
    nbgrader(tmp_path, "autograde", "regression", "--force")
    nbgrader(tmp_path, "generate_feedback", "regression")
    assert marks(tmp_path) == {"right": 4.0, "wrong": 1.0}
    for folder in ("release", "autograded", "feedback"):
        assert [*(tmp_path / folder).rglob("*.*")]
        assert [*(tmp_path / folder).rglob("exercise.py")] == []


def test_a_new_exercise_runs_as_it_is(tmp_path):
    assert len(here(tmp_path, "new-exercise", "first").splitlines()) == 2
    said = here(tmp_path, "try", "first")
    assert "first.predict: the right answer is right" in said
    notebook = nbformat.read(tmp_path / "source/first/first.ipynb", as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    for name in ("predict", "backward"):
        place = ids.index(name)
        assert ids[place + 1 : place + 3] == [f"check_{name}", f"test_{name}"]


def test_the_guides_definition_is_the_one_that_is_tested():
    (_, definition), *_ = [one for one in steps() if "EXERCISE" in one[1]]
    assert definition == REGRESSION.definition
