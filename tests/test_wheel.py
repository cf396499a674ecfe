"""The wheel holds everything: in an empty environment, notebooks run and a course is graded."""

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

import chainrule
from chainrule.exercises.questions import QUESTIONS
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
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", tree / "dist", tree]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (tree / "dist").glob("*.whl")
    return made


def test_it_holds_every_file_of_the_package_and_no_other(wheel):
    files = {path for path in (ROOT / "chainrule").rglob("*") if path.is_file()}
    wanted = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == wanted - NOT_PACKED


def test_it_asks_for_what_the_list_of_requirements_says(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        about = Parser().parsestr(archive.read(name).decode())
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")}
    assert set(map(Requirement, about.get_all("Requires-Dist"))) == set(map(Requirement, wanted))
    assert about["Version"] == chainrule.__version__


class Installed:
    """An environment in which nothing but the wheel was installed, used from outside of here."""

    def __init__(self, folder):
        self.bin = folder / "bin"

    def run(self, program, *arguments, cwd):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["PATH"] = f"{self.bin}:/usr/local/bin:/usr/bin:/bin"
        environment["JUPYTER_PATH"] = environment["IPYTHONDIR"] = str(cwd)
        command = [self.bin / program, *arguments]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    made = Installed(folder)
    made.run("python", "-m", "pip", "install", "--quiet", wheel, cwd=folder)
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
            (said,) = outputs[f"check_{question.function}"]
            assert said.text == f"{question.name}: right.\n"
    # The explorer: its picture, then the widget, which the page's modules are sent with.
    picture, widget = outputs["explore"]
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
