"""Imports go one way, and importing chainrule is light."""

import subprocess
import sys

import pytest

from scripts.imports import PACKAGE, arrows, imported

# What each room may import: the ground, what teaches, what grades. A room is a module of the
# package or a folder in it; in grading/, where the wall runs, each folder is a room of its own.
# What is missing here may be imported by cli alone.
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "records": set(),
    "blocks": set(),
    "functions": set(),
    "safe_html": set(),
    "whole": set(),
    # Teaching.
    "networks": set(),
    "exercises": {"errors", "networks"},
    "mistakes": {"exercises", "networks"},
    "checks": {
        "blocks", "exercises", "functions", "mistakes", "networks", "records", "whole",
    },
    "explorer": {"blocks", "checks", "exercises", "networks"},
    # Grading: knows no exercise.
    "grading.limits": set(),
    "grading.errors": {"errors"},
    "grading.remedies": set(),
    "grading.plain_data": {"records"},
    "grading.wall": set(),
    "grading.forks": {"grading.wall"},
    "grading.shell": {
        "grading.forks", "grading.limits", "grading.plain_data", "grading.wall",
    },
    "grading.sandbox": {
        "functions", "grading.errors", "grading.forks", "grading.limits", "grading.plain_data",
        "grading.shell", "grading.wall",
    },
    "grading.files": {
        "grading.errors", "grading.limits", "grading.plain_data", "records", "whole",
    },
    "grading.notebooks": {
        "grading.errors", "grading.plain_data", "grading.wall", "records", "safe_html",
    },
    "grading.trusted": {
        "grading.forks", "grading.limits", "grading.notebooks", "grading.plain_data",
        "grading.shell", "grading.wall", "records",
    },
    "grading.processes": {
        "grading.errors", "grading.forks", "grading.limits", "grading.plain_data",
        "grading.sandbox", "grading.shell", "grading.trusted", "grading.wall",
    },
    "grading.ways": {"grading.notebooks", "grading.plain_data", "records"},
    "grading.again": {
        "grading.errors", "grading.forks", "grading.plain_data", "grading.processes",
        "grading.trusted",
    },
    "grading.jobs": {
        "grading.errors", "grading.files", "grading.limits", "grading.ways",
        "grading.notebooks", "grading.plain_data", "records",
    },
    "grading.run": {
        "grading.again", "grading.errors", "grading.files", "grading.jobs",
        "grading.ways", "grading.notebooks", "grading.plain_data", "grading.processes",
        "grading.remedies", "records",
    },
    "grading": {"errors", "grading.forks", "grading.processes", "grading.run"},
    "grading.terminal": {"grading", "grading.errors", "grading.remedies", "grading.run"},
    "grading.in_sight": {
        "grading.errors", "grading.files", "grading.jobs", "grading.sandbox", "grading.wall",
    },
    # What people see of grades, and nbgrader's own commands.
    "report": {
        "blocks", "errors", "grading.errors", "grading.files", "records", "safe_html", "whole",
    },
    "hooks": {
        "grading.again", "grading.files", "grading.jobs", "grading.plain_data",
        "errors", "grading.processes", "records", "report", "grading.ways",
    },
    # What learning platforms hand out and take back.
    "platforms": {
        "errors", "grading.errors", "grading.files", "grading.limits", "records", "report",
        "whole",
    },
    # Whether all of it can work here.
    "doctor": {
        "errors", "grading.errors", "grading.files", "grading.in_sight", "grading.jobs",
        "grading.limits", "grading.remedies",
    },
    # This repository's own course.
    # What a release gets of an exercise is made by its checks.
    "course": {
        "checks", "errors", "exercises", "grading", "grading.files", "mistakes", "whole",
    },
    "watch": {
        "course", "errors", "grading", "grading.files", "grading.jobs", "grading.run", "whole",
    },
}  # fmt: skip
# Whatever ARROWS comes to say: the two sides of the wall do not know each other.
NEVER = {
    "grading.sandbox": {"grading.trusted", "grading.notebooks", "grading.files"},
    "grading.trusted": {"grading.sandbox", "grading.files"},
}
AT_THE_ROOT = 8  # modules, at most


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("import chainrule.cli", "chainrule.cli"),
        ("from chainrule import cli", "chainrule.cli"),
        ("from chainrule.cli import main", "chainrule.cli.main"),
        ("from ..cli import main", "chainrule.cli.main"),
        ("from .. import cli", "chainrule.cli"),
        ("from . import cli", "chainrule.grading.cli"),
        ("def later():\n    from .cli import main", "chainrule.grading.cli.main"),
    ],
)
def test_every_way_to_import_is_read(statement, name):
    assert list(imported(statement, ("chainrule", "grading"))) == [name]


def test_imports_go_one_way():
    for here, there, path in arrows():
        if here in ("cli", "__init__") or there in (here, "__init__"):
            continue
        assert there in ARROWS.get(here, ()), f"{path.relative_to(PACKAGE)} imports {there}"


@pytest.mark.parametrize("here", NEVER)
def test_the_sides_of_the_wall_do_not_know_each_other(here):
    reached, waiting = set(), [here]
    while waiting:
        for there in ARROWS[waiting.pop()] - reached:
            reached.add(there)
            waiting.append(there)
    assert not reached & NEVER[here]


def test_grading_knows_no_exercise_and_teaching_no_grading():
    teaching = {"networks", "exercises", "mistakes", "checks", "explorer"}
    for here, allowed in ARROWS.items():
        if here.startswith(("grading", "report", "hooks", "platforms")):
            assert not allowed & teaching
        if here in teaching:
            assert not any(there.startswith(("grading", "report", "hooks")) for there in allowed)


def test_few_modules_stand_at_the_root():
    assert len([*PACKAGE.glob("*.py")]) <= AT_THE_ROOT


def test_no_arrow_is_allowed_in_vain():
    drawn: dict[str, set[str]] = {name: set() for name in ARROWS}
    for here, there, _ in arrows():
        if here in drawn and there not in (here, "__init__"):
            drawn[here].add(there)
    assert drawn == ARROWS


def test_there_is_no_circle():
    order: list[str] = []
    rooms = dict(ARROWS)
    while rooms:
        free = [name for name, needs in rooms.items() if needs <= set(order)]
        assert free, f"a circle among {sorted(rooms)}"
        order += free
        for name in free:
            del rooms[name]


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import chainrule", ("torch", "numpy", "IPython", "nbgrader", "anywidget")),
        ("from chainrule import check, mark", ("torch", "IPython", "nbgrader", "anywidget")),
    ],
)
def test_importing_is_light(statement, absent):
    code = f"{statement}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
