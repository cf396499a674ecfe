"""Imports go one way, and importing chainrule is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule

PACKAGE = Path(chainrule.__file__).parent
# What each room may import; a room that is missing here may be imported by cli alone.
ARROWS = {
    "formulas": set(),
    "network": {"formulas"},
    "reference": {"network"},
    "questions": {"formulas", "network"},
    "mistakes": {"formulas"},
    "compare": set(),
    "fresh": {"network"},
    "cases": {"fresh", "network", "questions", "reference"},
    "attempt": {"cases"},
    "flags": set(),
    "typed": {"formulas", "mistakes", "network", "questions"},
    "diagnose": {"attempt", "cases", "compare", "mistakes", "questions", "typed"},
    "carry": {"attempt", "cases", "compare", "formulas", "network", "questions"},
    "excuse": {"attempt", "carry", "cases", "compare", "diagnose", "questions"},
    "marking": {
        "attempt", "cases", "carry", "compare", "diagnose", "excuse", "flags", "mistakes",
        "questions", "typed",
    },
    "explain": {"compare", "marking", "mistakes", "questions"},
    "checks": {"cases", "compare", "explain", "marking", "questions"},
    "explorer": {
        "attempt", "cases", "compare", "marking", "network", "questions", "reference",
    },
    "errors": set(),
    "sample_answers": set(),
    "sample_learners": {"questions", "sample_answers", "typed"},
    "sample_class": {"errors", "questions", "sample_answers", "sample_learners"},
    "course": {"errors"},
    "samples": {"course", "grading", "questions", "sample_class"},
    "safe_html": set(),
    "grading": {"errors", "flags", "safe_html"},
    "report": {"errors", "grading", "safe_html"},
}  # fmt: skip


def room(path):
    """The room a file belongs to: its own name, or its folder's."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(text, package):
    """The full names of what a file imports; package: the names of its folders."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def arrows():
    for path in PACKAGE.rglob("*.py"):
        package = path.relative_to(PACKAGE.parent).parts[:-1]
        for name in imported(path.read_text(), package):
            if name.startswith("chainrule."):
                yield room(path), name.split(".")[1], path


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
        if here in ("cli", "__init__", "__main__") or here == there:
            continue
        assert there in ARROWS.get(here, ()), f"{path.name} imports {there}"


def test_no_arrow_is_allowed_in_vain():
    drawn: dict[str, set[str]] = {name: set() for name in ARROWS}
    for here, there, _ in arrows():
        if here in drawn and here != there:
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
        ("from chainrule import check, grade", ("torch", "IPython", "nbgrader", "anywidget")),
    ],
)
def test_importing_is_light(statement, absent):
    code = f"{statement}\nimport sys\nprint([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
