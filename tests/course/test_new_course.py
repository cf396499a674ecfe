"""A course begun with the package alone has all that grading, feedback and Formgrader need."""

import subprocess
import sys
from pathlib import Path

import pytest

from chainrule.cli import main
from chainrule.course.new_course import CONFIGURATION, course_id
from tests.support import ROOT
from tests.support.courses import nbgrader


def test_its_settings_are_those_of_this_course():
    """What a course needs is written once, and this repository's course lives by it."""
    ours = (ROOT / "nbgrader_config.py").read_text()
    assert CONFIGURATION.read_text().replace("COURSE", "chainrule") == ours


EXERCISES = "activations, batches, multi_layer, single_layer, update_step"


def test_a_course_is_begun_released_and_graded(tmp_path, capsys):
    folder = tmp_path / "my course"
    assert main(["init", "--exercises", str(folder)]) == 0
    said = capsys.readouterr().out
    assert (
        "source/             activations, batches, multi_layer, single_layer, update_step" in said
    )
    commands = {line.split()[1] for line in said.splitlines() if line.startswith("  chainrule ")}
    known = subprocess.run(
        [sys.executable, "-c", "from chainrule.cli import main; main(['--help'])"],
        capture_output=True,
        text=True,
    ).stdout
    assert commands and all(f"\n    {command} " in known for command in commands)
    assert main(["release", "--course-dir", str(folder)]) == 0
    assert f"release/, changed: {EXERCISES}" in capsys.readouterr().out
    assert main(["sample-class", "--learners", "1", "--course-dir", str(folder)]) == 0
    assert main(["grade", "--jobs", "0", "--course-dir", str(folder)]) == 0
    done = nbgrader(folder, "generate_feedback", "single_layer")
    assert done.returncode == 0, done.stderr
    (page,) = folder.glob("feedback/*/single_layer/single_layer.html")
    assert "<script" not in page.read_text()  # ours, not nbgrader's own page
    assert not any(path.name.startswith(".release") for path in folder.iterdir())


def test_an_empty_course_says_what_an_exercise_is(tmp_path, capsys):
    assert main(["init", str(tmp_path / "new")]) == 0
    assert "source/             empty; an exercise is a folder in it" in capsys.readouterr().out
    assert main(["release", "--course-dir", str(tmp_path / "new")]) == 1
    assert "has no exercise yet" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nbgrader_config.py", "source", "gradebook.db"])
def test_a_course_that_is_there_is_not_touched(tmp_path, capsys, name):
    (tmp_path / name).write_text("mine")
    assert main(["init", "--exercises", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"has a {name} already: it is a course, and nothing was written.")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_other_files_stay(tmp_path):
    (tmp_path / ".gitignore").write_text("mine")
    (tmp_path / "README.md").write_text("mine too")
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file" / "course")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "file" in line and "directory" in line


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Deep Learning (2026)", "Deep-Learning-2026"),
        ("über", "über"),
        ("a+b", "a-b"),
        ("---", "course"),
    ],
)
def test_a_course_is_called_after_its_folder(tmp_path, name, expected):
    assert course_id(Path(tmp_path, name)) == expected
