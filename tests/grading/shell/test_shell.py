"""The shell that runs cells makes of their text what IPython makes of it."""

import builtins
import random
import sys

import nbformat
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.macro import Macro

from chainrule.grading.forks.isolated import in_fork
from chainrule.grading.shell.shell import KeepingShell, fresh_randomness, new_shell
from tests.support import ROOT

SOURCES = [
    cell.source
    for path in sorted(ROOT.glob("source/*/*.ipynb"))
    for cell in nbformat.read(path, 4).cells
    if cell.cell_type == "code"
]
PLAIN = ["x = 1", "f(2)\n", "def f():\n    return 1\n\n\nf()", "total = a + b  # a sum", "'%'"]
OF_IPYTHON = [
    *("%time f()", "%%capture\nx = 1", "!ls", "f?", "a = %pwd", "a = !ls", "ls -l", "exit", "quit"),
    *(",f a b", "x = 1\n;f a b", "/f 1", "  x = 1\n  y = 2", "\n\nx = 1", ">>> x = 1\n>>> x"),
    *('"""\n>>> f(1)\n"""', "In [1]: x = 1", "a != b", "", "\n", "x = (\n    7\n    % 2\n)"),
    *("time f()", "kept", "kept.value", "x = 1\r\n%pwd", "if x:\n    !ls\n"),
]


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(builtins, "input", input)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    yield new_shell(output_bytes=1000, namespace={"__name__": "__main__", "kept": Macro("x = 1")})
    KeepingShell.clear_instance()


@pytest.mark.parametrize("cell", [*PLAIN, *OF_IPYTHON, *SOURCES])
def test_a_cell_is_transformed_as_by_ipython(shell, cell):
    assert shell.transform_cell(cell) == InteractiveShell.transform_cell(shell, cell)


def test_the_quick_way_is_taken_for_what_is_plain(shell, monkeypatch):
    monkeypatch.setattr(InteractiveShell, "transform_cell", lambda self, cell: "the long way")
    assert all(shell.transform_cell(cell).rstrip("\n") == cell.rstrip("\n") for cell in PLAIN[:-1])
    assert shell.transform_cell(PLAIN[-1]) == "the long way"  # it has a sign of IPython's in it


@pytest.mark.parametrize("where", ["cleanup_transforms", "line_transforms", "token_transformers"])
def test_a_transformer_that_a_notebook_adds_is_asked(shell, where):
    asked = []
    getattr(shell.input_transformer_manager, where).append(_Spy(asked))
    shell.transform_cell("x = 1\ny = 2")
    assert asked


def test_so_is_one_that_comes_last_and_a_line_that_calls_itself(shell):
    shell.input_transformers_post.append(lambda lines: ["mine\n"])
    assert shell.transform_cell("x = 1") == "mine\n"
    shell.input_transformers_post.clear()
    shell.autocall, shell.user_ns["f"] = 2, len
    assert shell.transform_cell("f x") == "f(x)\n"


class _Spy:
    def __init__(self, asked):
        self.asked = asked

    def __call__(self, lines):
        self.asked.append(lines)
        return lines

    def find(self, tokens):
        self.asked.append(tokens)


def test_forks_do_not_draw_the_same_numbers(tmp_path):
    def draw():
        fresh_randomness()
        return [random.random(), float(np.random.random()), torch.rand(1).item()]

    draw()  # some generators are made when they are first asked
    one, other = (in_fork(draw, str(tmp_path), 20) for _ in range(2))
    assert all(mine != theirs for mine, theirs in zip(one, other, strict=True))
