"""The wheel holds everything: in an empty environment, notebooks run and a course is graded."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

import chainrule
from chainrule.errors import needs_course
from chainrule.exercises.questions import QUESTIONS
from tests.course import test_own_exercise
from tests.course.conftest import EXERCISES, answer
from tests.grading.conftest import QUICKSTART_CONFIG, USER_GUIDE
from tests.support import ROOT, courses

# Only Node asks for it, in the tests: a browser is handed the modules as one.
NOT_PACKED = {"chainrule/explorer/page/package.json"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from what git would give, with the environment's own setuptools."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(
        ROOT / "chainrule", tree / "chainrule", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "source", tree / "source")
    parts = (
        "pyproject.toml",
        "setup.py",
        "MANIFEST.in",
        "requirements.txt",
        "requirements-learn.txt",
        "requirements-cluster.txt",
        "README.md",
        "LICENSE",
    )
    for name in parts:
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", tree / "dist", tree]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (tree / "dist").glob("*.whl")
    return made


def test_it_holds_every_file_of_the_package_and_no_other(wheel):
    files = {path for path in (ROOT / "chainrule").rglob("*") if path.is_file()}
    wanted = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    exercises = {path for path in (ROOT / "source").rglob("*") if path.is_file()}
    wanted |= {
        f"chainrule/course/{path.relative_to(ROOT)}"
        for path in exercises
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == wanted - NOT_PACKED


@pytest.fixture(scope="module")
def about(wheel):
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def asked(about, extra=""):
    """What is installed with the wheel, for an extra what comes on top."""
    lines = map(Requirement, about.get_all("Requires-Dist"))
    found = [line for line in lines if f'extra == "{extra}"' in str(line.marker or 'extra == ""')]
    for line in found:
        line.marker = None
    return found


def test_a_course_asks_for_what_the_list_of_requirements_says(about):
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")}
    assert set(asked(about, "course")) == set(map(Requirement, wanted))
    assert about["Version"] == chainrule.__version__


def test_more_machines_ask_for_dask_and_nobody_else_does(about):
    assert {line.name for line in asked(about, "cluster")} == {"distributed", "bokeh"}
    others = [*asked(about), *asked(about, "learn"), *asked(about, "course")]
    assert not {line.name for line in others} & {"distributed", "dask", "bokeh"}


def test_what_learners_install_is_of_that_list_and_what_is_tested(about):
    listed = {line.name for line in asked(about, "course")}
    assert {line.name for line in asked(about, "learn")} == {"jupyterlab", "nbgrader"}
    for line in [*asked(about), *asked(about, "learn")]:
        assert line.name in listed
        assert metadata.version(line.name) in line.specifier


class Installed:
    """An environment into which the wheel was installed, used from outside of here."""

    def __init__(self, folder):
        self.bin = folder / "bin"

    def run(self, program, *arguments, cwd):
        """What it prints, where nothing goes wrong."""
        done = self.attempt(program, *arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, program, *arguments, cwd):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["PATH"] = f"{self.bin}:/usr/local/bin:/usr/bin:/bin"
        environment["JUPYTER_PATH"] = environment["IPYTHONDIR"] = str(cwd)
        command = [self.bin / program, *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def with_all_they_ask_for(requirements):
    """The names of the packages that are installed with these."""
    found, waiting = set(), [*requirements]
    while waiting:
        line = waiting.pop()
        for extra in ("", *line.extras):
            if (line.name, extra) not in found:
                found.add((line.name, extra))
                more = map(Requirement, metadata.requires(line.name) or ())
                waiting += [m for m in more if not m.marker or m.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


@pytest.fixture(scope="module")
def a_learners(wheel, about, tmp_path_factory):
    """The wheel without extras: what it asks for is linked from here, where it is installed."""
    folder = tmp_path_factory.mktemp("learner")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin/python", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    (packages,) = folder.glob("lib/*/site-packages")
    for name in with_all_they_ask_for(asked(about)):
        here = metadata.distribution(name)
        for top in {path.parts[0] for path in here.files} - {"..", "__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(here.locate_file(top))
    return Installed(folder)


LEARNING = """
import sys
from importlib.util import find_spec
from chainrule import Explorer, check, grade

def backward_relu(grad_hidden_act, hidden_pre):
    return grad_hidden_act * (hidden_pre > 0)

check("multi_layer.backward_relu", backward_relu)
points = {"value": 1, "slope at 0": 1}
assert grade("multi_layer.backward_relu", lambda: backward_relu, [3], points) == 2
explorer = Explorer("740")
explorer.check(backward_relu)
explorer.step()
print(explorer)
print([name for name in ("nbgrader", "jupyterlab", "pandas", "rich", "pytest") if find_spec(name)])
"""


def test_a_learner_has_checks_and_explorer_and_no_grader(a_learners, tmp_path):
    right, *_, explorer, others = a_learners.run(
        "python", "-c", LEARNING, cwd=tmp_path
    ).splitlines()
    assert right == "✓ multi_layer.backward_relu: right."
    assert explorer.startswith("Explorer(2-2-2, class 1")
    assert others == "[]"


@pytest.mark.parametrize(
    "command",
    ["grade", "report", "release", "release --check", "samples", "sample-class", "sandbox"],
)
def test_what_only_a_course_needs_says_what_to_install(a_learners, tmp_path, command):
    for name in ("source", "release"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    done = a_learners.attempt("chainrule", *command.split(), cwd=tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"`chainrule {command.split()[0]}` needs chainrule[course]" in line
    assert "pip install 'chainrule[course]' (missing: jupyterlab, nbgrader, " in line


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("from chainrule.grading import grade; grade()", "grading"),
        ("from chainrule.grading import try_own_answers; try_own_answers()", "grading"),
        ("from chainrule import hooks; hooks.install(None)", "chainrule.hooks"),
    ],
)
def test_from_python_too(a_learners, tmp_path, statement, what):
    done = a_learners.attempt("python", "-c", statement, cwd=tmp_path)
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"chainrule.errors.NotInstalled: {what} needs chainrule[course]")


def test_a_module_that_no_extra_brings_stays_a_bug():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), needs_course("this"):
        import no_such_module  # noqa: F401


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    made = Installed(folder)
    made.run("python", "-m", "pip", "install", "--quiet", f"{wheel}[course]", cwd=folder)
    where = made.run("python", "-c", "import chainrule; print(chainrule.__file__)", cwd=folder)
    assert Path(where.strip()).is_relative_to(folder)
    return made


@pytest.mark.long
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_learners_notebook_runs_with_it(installed, tmp_path, exercise):
    shutil.copytree(ROOT / "release" / exercise, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{exercise}.ipynb"
    answer(exercise, path)
    arguments = ("-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", path.name)
    installed.run("python", *arguments, cwd=tmp_path)
    cells = nbformat.read(path, as_version=4).cells
    outputs = {cell.id: cell.outputs for cell in cells if cell.cell_type == "code"}
    for question in QUESTIONS.values():
        if question.exercise == exercise:
            said = outputs[f"check_{question.function}"]  # a kernel that waits cuts a line in two
            assert {one.name for one in said} == {"stdout"}
            text = re.sub(r"\x1b\[[\d;]*m", "", "".join(one.text for one in said))
            assert text.startswith(f"✓ {question.name}: right.\n")
    # The explorers: a picture, then the widget, which the page's modules are sent with.
    for picture, widget in (outputs[name] for name in ("explore", "plane") if name in outputs):
        assert "<table>" in picture.data["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in widget.data


@pytest.mark.long
def test_another_course_is_graded_with_it(installed, tmp_path):
    """nbgrader's own quickstart course, with its documentation's submissions."""
    for name in ("source", "submitted"):
        shutil.copytree(USER_GUIDE / name, tmp_path / name)
    shutil.rmtree(tmp_path / "source/ps1_autotest")
    (tmp_path / "nbgrader_config.py").write_text(QUICKSTART_CONFIG)
    installed.run("nbgrader", "generate_assignment", "ps1", cwd=tmp_path)
    installed.run("chainrule", "grade", cwd=tmp_path)
    points = dict.fromkeys(("bitdiddle", "hacker"), 0.0)
    for (student, *_), (auto, _, _) in courses.gradebook_marks(tmp_path).items():
        points[student] += auto or 0.0
    assert points == {"bitdiddle": 1.5, "hacker": 3.0}
    installed.run("nbgrader", "generate_feedback", "ps1", cwd=tmp_path)
    assert list((tmp_path / "feedback/hacker/ps1").glob("*.html"))
    installed.run("chainrule", "report", cwd=tmp_path)
    assert "hacker" in (tmp_path / "report.html").read_text()


@pytest.mark.long
def test_an_own_exercise_is_made_and_graded_with_it(installed, tmp_path):
    """The guide, outside of this repository."""

    def chainrule(course, *arguments):
        return installed.run("chainrule", *arguments, cwd=course)

    test_own_exercise.look(tmp_path, test_own_exercise.follow(tmp_path, chainrule))
