"""A verdict's example becomes rows of figures, and Python to be pasted."""

import numpy as np
import pytest

from chainrule.report.example import code, figure, table


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
