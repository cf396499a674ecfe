"""Two mistakes in one function are both named, and no others."""

import numpy as np
import pytest

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import QUESTIONS
from tests.support.wrong_answers import log_softmax, softmax


def backward(x, W, b, y):
    dc = y - softmax(x @ W + b)
    return x.T @ dc, dc.sum()


@pytest.mark.parametrize(
    ("question", "function", "expected"),
    [
        ("single_layer.cross_entropy", lambda c, y: (y * log_softmax(softmax(c))).sum(),
         {"F1", "L1"}),
        ("single_layer.backward_logits", lambda c, y: 2 * (softmax(softmax(c)) - y), {"E9", "F1"}),
        ("multi_layer.backward_relu", lambda dh, a: dh * (a >= 0), {"A5"}),
        ("single_layer.backward", backward, {"E1", "G4"}),
        ("single_layer.backward_logits", lambda c, y: np.sin(softmax(c) - y), set()),
    ],
)  # fmt: skip
def test_what_is_named(question, function, expected):
    asked = cases(question, VISIBLE_SEEDS, examples=True)
    found = examine(QUESTIONS[question], function, asked)
    assert {one.id for one in found.mistakes} == expected
    message = plain_text(explain(found))
    assert all(one.name in message for one in found.both)
