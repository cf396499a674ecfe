"""No attack earns a mark, reads a secret, or changes anything outside of its own result."""

import ast
import functools
import hashlib
import importlib
import json
import pkgutil

import nbformat
import pytest

import chainrule.grading
from chainrule.grading import grade
from chainrule.grading.shell.shell import KeepingShell
from tests.support import attacks, courses

HONEST = "aaa-honest", "zzz-honest"


@pytest.fixture(scope="module")
def hostile_class(tmp_path_factory):
    """The graded class: its results by learner, its folder, and the folder's state before."""
    root = courses.make_course(tmp_path_factory.mktemp("hostile"), {"nb": attacks.CELLS})
    (root / "source" / "secret.txt").write_text(attacks.SECRET)
    for number, attack in enumerate(attacks.all_attacks(root)):
        folder = courses.submit(root, student(number), attack.build)
        for name, content in attack.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
    for name in HONEST:
        folder = courses.submit(root, name, courses.fill(**attacks.RIGHT, why="Because."))
        (folder / "secret.txt").write_text(attacks.SECRET)
    before = state(root)
    graded = {one.student: one for one in grade(root, cell_seconds=5.0)}
    return graded, root, before


def student(number):
    return f"attacker-{number:03}"


def state(root):
    """Digests of all files that grading may not change; what it keeps of its own has a folder."""
    of_grading = {"autograded", "gradebook.db", ".chainrule"}
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not of_grading & set(path.parts)
    }


NAMES = [attack.name for attack in attacks.all_attacks("")]


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_marks_are_fair(hostile_class, number):
    graded, root, _ = hostile_class
    attack = attacks.all_attacks(root)[number]
    results = {r["grade_id"]: r for r in graded[student(number)].notebooks["nb"]}
    got = tuple(results[name]["points"] for name in ("test_double", "test_mean", "test_scale"))
    assert got == attack.fair, [
        (r["grade_id"], r["verdict"], r["reason"]) for r in results.values()
    ]
    assert results["why"]["points"] in (None, 0.0)


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_nothing_secret_is_read_and_nothing_live_is_kept(hostile_class, number):
    _, root, _ = hostile_class
    path = root / "autograded" / student(number) / "ps1" / "nb.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        outputs = json.dumps(cell.get("outputs", []))
        assert attacks.SECRET not in outputs
        assert "text/html" not in outputs and "javascript" not in outputs
        if "grade" not in cell.metadata.get("nbgrader", {}):
            assert "connected" not in outputs
            assert "assert double(-1.5)" not in outputs


def test_there_are_enough_attacks():
    assert len(set(NAMES)) == len(NAMES) >= 80


IPYTHONS_OWN = {"displayhook", "display_pub"}  # of each shell, not of its class


def targets():
    """What attacks take apart of ours: the object, the name that it has to have."""
    for attack in attacks.all_attacks(""):
        for source in attack.cells:
            yield from targets_of(source)


def targets_of(source):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line for the shell
        return
    known = {"ip": KeepingShell, "type(ip)": KeepingShell}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("chainrule.grading"):
            for alias in node.names:
                known[alias.name] = importlib.import_module(f"{node.module}.{alias.name}")
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "type(thing).__name__":
            known["thing"] = class_of_ours(node.comparators[0].value)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                place, _, name = ast.unparse(target).rpartition(".")
                first, *rest = place.split(".") if "." in place else [place]
                if first in known and not set(rest) & IPYTHONS_OWN:
                    yield functools.reduce(getattr, rest, known[first]), name


def class_of_ours(name):
    for module in pkgutil.walk_packages(chainrule.grading.__path__, "chainrule.grading."):
        found = getattr(importlib.import_module(module.name), name, None)
        if isinstance(found, type):
            return found
    raise AssertionError(f"There is no class {name}: the attack on it does nothing.")


def test_what_an_attack_takes_apart_is_there():
    """Were it called otherwise by now, the attack would do nothing, and earn nothing."""
    found = list(targets())
    for thing, name in found:
        there = hasattr(thing, name) or name in getattr(thing, "__annotations__", {})
        assert there or (thing is KeepingShell and name in IPYTHONS_OWN), (thing, name)
    assert {name for _, name in found} >= {"run", "call", "describe", "encode", "run_cell"}


def test_the_course_is_as_it_was(hostile_class):
    _, root, before = hostile_class
    assert state(root) == before


def test_honest_learners_before_and_after_keep_their_marks(hostile_class):
    graded, _, _ = hostile_class
    assert [graded[name].points for name in HONEST] == [5.0, 5.0]


def test_the_gradebook_agrees(hostile_class):
    graded, root, _ = hostile_class
    marks = courses.gradebook_marks(root)
    for name, one in graded.items():
        for result in one.notebooks["nb"]:
            assert marks[name, "ps1", "nb", result["grade_id"]][0] == result["points"]
