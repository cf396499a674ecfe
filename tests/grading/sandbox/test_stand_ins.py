"""In a learner's process nothing of the package computes an answer; honest notebooks run on."""

import json
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

import chainrule
from chainrule.grading import grade
from tests.support import ROOT, courses
from tests.support.inside import environment, inside
from tests.support.learners import setup_of

# Each answers the last question rightly, where the package is there.
TYPED = (
    "from chainrule.exercises import questions\nfrom chainrule.mistakes import variants as typed\n"
)
SOURCE = "typed.right_source(questions.QUESTIONS['single_layer.backward'])"
BACKWARD = "\ndef backward(x, W, b, one_hot):\n    return gradients((W, b), x, one_hot)[1]"
SHOWN = """
import numpy as np
from chainrule.networks.network import network
def backward(x, W, b, one_hot):
    seen = shown(network(x, np.argmax(one_hot, axis=1), W, b))
    return seen["grad_W"], seen["grad_b"]
"""
WAYS = {
    "the right source": f"{TYPED}exec({SOURCE})",
    "the network": "from chainrule.networks.network import loss_and_gradients as gradients"
    + BACKWARD,
    "by a name put together": "import importlib\n"
    "module = importlib.import_module('chain' + 'rule.network')\n"
    "gradients = getattr(module, 'loss_and_' + 'gradients')" + BACKWARD,
    "the explorer": "from chainrule import Explorer\n"
    "shown = lambda network: Explorer(network).values()" + SHOWN,
    "the reference": "from chainrule.networks.reference import trace as shown" + SHOWN,
    "past the stand-ins": "import sys\n"
    "sys.meta_path[:] = [f for f in sys.meta_path if 'chainrule' not in type(f).__module__]\n"
    "for name in [m for m in sys.modules if m.startswith('chainrule')]:\n"
    "    del sys.modules[name]\n"
    "from chainrule.networks.network import loss_and_gradients as gradients" + BACKWARD,
    "in a process of its own": "import subprocess, sys\n"
    f'program = "{TYPED.strip()}; print({SOURCE})"\n'
    "command = [sys.executable, '-c', program]\n"
    "exec(subprocess.run(command, capture_output=True, text=True).stdout)",
    "out of memory": "import gc, types\n"
    "gradients = next(f for f in gc.get_objects() if isinstance(f, types.FunctionType)"
    " and f.__module__ == 'chainrule.networks.network' and f.__name__ == 'loss_and_gradients')"
    + BACKWARD,
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """This course's own first exercise, answered in each of these ways."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "source/single_layer", root / "source/single_layer")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    courses.release(root, "single_layer")
    for number, way in enumerate(WAYS.values()):
        submit(root, f"way-{number}", courses.fill(backward=way))
    submit(root, "looks", looks)
    return root, {one.student: one for one in grade(root, jobs=2)}


def submit(root, student, edit):
    courses.submit(root, student, edit, assignment="single_layer", name="single_layer")


def looks(notebook):
    """An honest notebook that looks at the explorer in cells of its own, and in an answer's."""
    own = [
        "from chainrule import CheckFailed, Explorer, check\nexplorer = Explorer('720')",
        "explorer.learning_rate = 0.1\nexplorer.learning_rate",
        "print(f\"{explorer.values()['loss']:.3f}\", explorer.x)\nfor one in explorer.marks: 1",
        "try:\n    check('single_layer.softmax', abs)\nexcept CheckFailed as one:\n    print(one)",
        "explorer",
    ]
    notebook.cells += [new_code_cell(text) for text in own]
    right = (
        "def softmax(logits):\n"
        "    exps = np.exp(logits - logits.max(axis=1, keepdims=True))\n"
        "    return exps / exps.sum(axis=1, keepdims=True)\n"
        "from chainrule import Explorer\nExplorer('720').check(softmax)"
    )
    courses.fill(softmax=right)(notebook)


@pytest.mark.parametrize("number", range(len(WAYS)), ids=list(WAYS))
def test_no_way_earns_a_mark(graded, number):
    results = {r["grade_id"]: r for r in graded[1][f"way-{number}"].notebooks["single_layer"]}
    assert results["test_backward"]["points"] in (None, 0.0)


def test_an_honest_notebook_runs_on(graded):
    root, found = graded
    results = {r["grade_id"]: r for r in found["looks"].notebooks["single_layer"]}
    assert results["test_softmax"]["points"] == 4
    text = (root / "autograded/looks/single_layer/single_layer.ipynb").read_text()
    outputs = [cell.get("outputs", []) for cell in json.loads(text)["cells"]]
    assert not [one for cell in outputs[-5:] for one in cell if one["output_type"] == "error"]
    told = [
        ["".join(one.get("text") or one["data"]["text/plain"]) for one in c] for c in outputs[-5:]
    ]
    nothing = "chainrule shows nothing while a notebook is graded."
    assert told == [[], ["0.1"], [f"{nothing} {nothing}\n"], [], [nothing]]


LEFT = """
import gc, sys, types
def of_teaching(name):
    within = str(name).split(".")
    return within[0] == "chainrule" and len(within) > 1 and within[1] not in (
        "errors", "records", "functions", "grading")
found = [n for n, m in sys.modules.items() if of_teaching(n) and getattr(m, "__file__", None)]
found += [f.__qualname__ for f in gc.get_objects()
          if isinstance(f, types.FunctionType) and of_teaching(f.__module__)]
found
"""


@pytest.mark.parametrize("wheel", [True, False])
def test_nothing_of_it_is_in_memory(tmp_path, wheel):
    imports = [
        "import chainrule",
        "from chainrule import check, Explorer",
        "import chainrule.exercises.cases",
    ]
    python = environment(tmp_path / "env", wheel=wheel)
    assert inside(LEFT, python=python, imports=imports) == [[]]


def test_without_a_sandbox_they_are_used_too(tmp_path):
    cells = [
        courses.answer("a", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        courses.test("t", "assert x == 1"),
    ]
    root = courses.make_course(tmp_path, {"nb": cells})
    way = "from chainrule.networks.network import softmax\n"
    way += "x = 1 if hasattr(softmax, '__code__') else 2"
    courses.submit(root, "ada", courses.fill(a=way))
    (one,) = grade(root, jobs=0, unsafe=True)
    assert one.points == 0


def test_the_probe_says_that_it_is_there(monkeypatch):
    from chainrule.grading.errors import NoSandbox
    from chainrule.grading.sandbox import bubblewrap
    from chainrule.grading.sandbox.probe import probe

    found = bubblewrap.view([], [])
    found.shown.append(Path(chainrule.__file__).parent / "mistakes" / "variants.py")
    monkeypatch.setattr(bubblewrap, "view", lambda imports, out_of_sight: found)
    warm = bubblewrap.Sandbox(setup_of())
    try:
        with pytest.raises(NoSandbox, match="mistakes is there, which knows answers"):
            probe(warm)
    finally:
        warm.close()
