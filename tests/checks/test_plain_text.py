"""Blocks as plain text: narrow lines, numbers one above the other, code as it is typed."""

import linecache
import math

import numpy as np
import pytest

from chainrule import CheckFailed, check
from chainrule.blocks import Box, Code, Entries, Headline, Paragraph, figure
from chainrule.checks.compare import difference
from chainrule.checks.explain import _beside
from chainrule.checks.plain_text import WIDTH, plain_text

BLOCKS = (
    Headline("multi_layer.backward_relu", "not right yet. Right: value. Wrong: slope at 0."),
    Paragraph("backward_relu(grad_hidden_act, hidden_pre) on a fresh network.", "Asked"),
    Code(("hidden_pre = [[0.5, 0]]", "steps = 2")),
    Entries("grad_hidden_pre", ((1.5, -0.0, math.nan),), ((0.0, -2.25, 1e-26),), ((0, 0), (0, 2))),
    Box((Paragraph("slope 1 at 0.", "The mistake"), Paragraph("Look it up.", "Hint"))),
    Box(
        (Paragraph("One of these gives your numbers:"),),
        ("a sign. Which way?", "a factor. " + "What for? " * 9),
    ),
)
TEXT = """\
multi_layer.backward_relu: not right yet. Right: value. Wrong: slope at 0.
Asked: backward_relu(grad_hidden_act, hidden_pre) on a fresh network.
    hidden_pre = [[0.5, 0]]
    steps = 2
    yours         1.5*          0         nan*
    true            0       -2.25       1e-26
The mistake: slope 1 at 0.
Hint: Look it up.
One of these gives your numbers:
- a sign. Which way?
- a factor. What for? What for? What for? What for? What for? What for? What for?
  What for? What for?"""


def test_each_kind_of_block_is_shown():
    assert plain_text(BLOCKS) == TEXT


@pytest.mark.parametrize(
    "block",
    [
        Headline("q.f", "word " * 60),
        Paragraph("x" * 300, "Asked"),
        Code(("x" * 300,), "in the line"),
        Entries("W", ((-1.2345e-300,) * 7,) * 2, ((1.0,) * 7,) * 2, ()),
        Box((Paragraph("word " * 60),), ("word " * 60,)),
    ],
)
def test_no_line_is_wider_than_what_validate_shows(block):
    assert max(map(len, plain_text([block]).splitlines())) <= WIDTH


def test_wrong_entries_never_read_like_the_true_ones():
    close = Entries("loss", ((1.0000001, 2.5),), ((1.0, 2.5),), ((0, 0),))
    yours, true = (line.split()[1:] for line in plain_text([close]).splitlines())
    assert yours == ["1.0000001*", "2.5"] and true == ["1", "2.5"]


def test_figures_have_five_digits():
    values = (-0.0, -2.5, 6.4702e-26, 123456.0, math.inf)
    assert [figure(value, "−") for value in values] == [
        "0",
        "−2.5",
        "6.4702e−26",
        "1.2346e+05",
        "inf",
    ]


@pytest.mark.parametrize(
    ("shape", "at", "place"),
    [((), (), (0, 0)), ((3,), (2,), (0, 2)), ((2, 3), (1, 0), (1, 0))],
)
def test_a_wrong_entry_is_marked_where_it_stands(shape, at, place):
    true = np.full(shape, 2.0)
    yours = true.copy()
    yours[at] = 3.0
    found = _beside("b", difference(yours, true, "b"), true)
    assert found.wrong == (place,)
    assert found.yours[place[0]][place[1]] == 3.0 and found.true[place[0]][place[1]] == 2.0


def test_of_a_large_array_the_entry_that_differs_most_is_told():
    true = np.zeros((7, 2))
    true[0, 0] = 8.0
    yours = true.copy()
    yours[3, 1], yours[5, 0] = 0.5, -4.0
    said = _beside("W", difference(yours, true, "W"), true)
    assert plain_text([said]) == "They differ most at [5, 0]: yours -4, true 0."


def test_the_learners_own_line_is_shown_as_it_is_typed():
    """As IPython names a cell, and keeps its text."""
    cell, name = "def softmax(c):\n    return c @ c  # a row times a row\n", "<ipython-input-1-0>"
    linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    namespace: dict = {}
    exec(compile(cell, name, "exec"), namespace)
    with pytest.raises(CheckFailed) as failed:
        check("single_layer.softmax", namespace["softmax"])
    lines = str(failed.value).splitlines()
    assert "    in the line: return c @ c  # a row times a row" in lines
