"""A verdict's inputs become Python to be pasted."""

import math

import numpy as np

from chainrule.report.example import code


def test_inputs_are_python():
    inputs = {
        "x": [[1.0, -0.5]],
        "parameters": [[[1.0, 2.0]], [[-math.inf, math.nan]]],
        "steps": 2.0,
        "learning_rate": 0.5,
        "row": [0.5, 1.0],
    }
    names = {}
    exec(code(inputs), names)
    assert names["x"].tolist() == [[1.0, -0.5]]
    assert isinstance(names["parameters"], tuple)
    assert np.isneginf(names["parameters"][1][0, 0]) and np.isnan(names["parameters"][1][0, 1])
    assert names["steps"] == 2 and isinstance(names["steps"], int)
    assert names["learning_rate"] == 0.5
    assert names["row"].shape == (2,)
