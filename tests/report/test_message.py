"""A verdict's message becomes paragraphs, boxes and tables."""

import numpy as np
import pytest

from chainrule.report.message import blocks, code, figure, table

MESSAGE = """\
multi_layer.backward_relu: not right yet. Right: value. Wrong: slope at 0.
Asked: backward_relu(grad_hidden_act, hidden_pre) on a fresh network of 3 → 4 → 5
units with a pre-activation of exactly 0.
    hidden_pre = [[0.5, 0.0]]
grad_hidden_pre: 1 of 2 entries is wrong (marked *).
    yours     1.5*      0
    true        0       0
b: 1 of 2 entries is wrong (marked *).
    yours       2*
    true        1
The mistake: slope 1 at a pre-activation of 0.
Hint: This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it
up.
Marks: 3 of 5."""


def test_wrapped_lines_are_joined_and_hints_stay_with_their_mistake():
    found = blocks(MESSAGE, example=False)
    assert [block.kind for block in found] == [
        "text", "text", "table", "text", "table", "text", "table", "box",
    ]  # fmt: skip
    assert found[0].parts == ["Not right yet. Right: value. Wrong: slope at 0."]
    assert found[1].parts[0].endswith("of 3 → 4 → 5 units with a pre-activation of exactly 0.")
    assert found[-1].parts == [
        "The mistake: slope 1 at a pre-activation of 0.",
        "Hint: This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
    ]


def test_beside_an_example_its_inputs_and_its_table_are_not_repeated():
    tables = [b.parts[0] for b in blocks(MESSAGE, example=True) if b.kind == "table"]
    assert tables == ["    yours       2*\n    true        1"]


@pytest.mark.parametrize(
    ("values", "differ", "rows"),
    [
        (2.0, [[]], [[("2", True)]]),
        ([1.0, -2.5], [[1]], [[("1", False), ("−2.5", True)]]),
        ([[1.0], ["nan"]], [[1, 0]], [[("1", False)], [("nan", True)]]),
    ],
)
def test_arrays_become_rows(values, differ, rows):
    assert [row.cells for row in table(values, differ)] == rows


@pytest.mark.parametrize("values", [None, "120 numbers", [[[1.0]]], {"a": 1}])
def test_what_is_no_table_is_none(values):
    assert table(values, []) is None


def test_figures_have_five_digits():
    assert [figure(v) for v in (-0.0, 6.4702e-26, 123456.0)] == ["0", "6.4702e−26", "1.2346e+05"]


def test_inputs_are_python():
    inputs = {
        "x": [[1.0, -0.5]],
        "parameters": [[[1.0, 2.0]], [["-inf", "nan"]]],
        "steps": 2.0,
        "row": [0.5, 1.0],
    }
    names = {}
    exec(code(inputs), names)
    assert names["x"].tolist() == [[1.0, -0.5]]
    assert isinstance(names["parameters"], tuple)
    assert np.isneginf(names["parameters"][1][0, 0])
    assert names["steps"] == 2 and isinstance(names["steps"], int)
    assert names["row"].shape == (2,)
