"""A name is given only where nothing speaks against it, and a note only where it is true."""

import numpy as np
import pytest

from chainrule.checks.evidence import Text, unread
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.functions import Local
from chainrule.mistakes import CATALOGUE
from tests.checks.test_trace import typed
from tests.support.often_wrong import surroundings


def examined(question, text, **more):
    asked = QUESTIONS[question]
    function = typed(text, asked.function, **surroundings(asked.exercise), **more)
    return examine(asked, function, cases(question, (1, 2), examples=True))


def ids(found):
    return {mistake.id for mistake in found.mistakes}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("e = np.exp(x)\n    return e.sum()", set()),  # a method called like the global `sum`
        ("return grad.b + x", {"grad"}),
        ("return b + x", {"b"}),
        ("return [sum + v for v in x]", {"sum"}),
        ("grad = x\n    return grad.b", set()),
    ],
)
def test_only_names_that_are_read_come_from_outside(body, names):
    known = {"sum": 3.0, "b": 1.0, "grad": 2.0}
    reads = Local(typed(f"def f(x):\n    {body}\n", **known)).reads
    assert set(reads) - {"np"} == names


def test_an_argument_that_is_not_read_is_known():
    assert unread("def f(a, b):\n    b = a\n    return b") == ()
    assert unread("def f(a, b):\n    return a") == ("b",)
    assert unread("f = lambda a: 1") == () == unread("def f(:")


def test_a_loss_that_is_capped_does_not_ignore_its_arguments():
    text = """def cross_entropy(logits, one_hot):
    return -np.sum(one_hot * np.log(softmax(logits) + 1e-8))
"""
    found = examined("single_layer.cross_entropy", text)
    assert "U10" not in ids(found)
    assert "1e-8 added in the logarithm" in " ".join(plain_text(explain(found)).split())


def test_what_ignores_its_arguments_is_told_so():
    text = "def softmax(logits):\n    return np.array([[0.25, 0.75]])\n"
    assert ids(examined("single_layer.softmax", text)) == {"U10"}


def test_a_relu_in_the_text_is_no_missing_one():
    text = """def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.maximum(hidden_pre, 0)
    logits = hidden_pre @ W2 + b2
    return hidden_pre, hidden_act, logits
"""
    assert "W1" not in ids(examined("multi_layer.forward", text))
    without = text.replace("np.maximum(hidden_pre, 0)", "hidden_pre  # maximum comes later")
    assert ids(examined("multi_layer.forward", without)) == {"W1"}


def test_an_overflow_is_not_named_where_plain_values_are_wrong_without_a_reason():
    text = "def softmax(logits):\n    e = np.exp(logits) + 1\n    return e / e.sum()\n"
    found = examined("single_layer.softmax", text)
    assert {judged.property.name for judged in found.faults} == {"value", "large logits"}
    assert not ids(found)


def test_a_name_for_one_result_says_which():
    text = """def backward_output(hidden_act, grad_logits):
    return grad_logits.T @ hidden_act, 5 * np.sin(grad_logits)
"""
    assert "The mistake (grad_W2): result transposed." in plain_text(
        explain(examined("multi_layer.backward_output", text))
    )


def test_a_transpose_in_the_line_that_raised_is_no_missing_one():
    missing = CATALOGUE["B3"]
    assert Text("").contradicts(missing, "grad = W.T @ g")
    assert not Text("").contradicts(missing, "grad = x @ g")


def test_parameters_in_one_array_of_objects_are_taken():
    text = """def sgd_step(parameters, gradients, learning_rate):
    new = np.empty(len(parameters), dtype=object)
    for i, (p, g) in enumerate(zip(parameters, gradients)):
        new[i] = p - learning_rate * g
    return new
"""
    assert examined("update_step.sgd_step", text).right


def test_other_arrays_of_objects_are_said_to_be_what_they_are():
    text = """def sgd_step(parameters, gradients, learning_rate):
    return np.array({"parameters": parameters}, dtype=object)
"""
    said = plain_text(explain(examined("update_step.sgd_step", text)))
    assert "it returned one NumPy array of 1 Python objects; it should return" in said


def test_a_capped_relu_shows():
    text = """def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = np.clip(hidden_pre, 0, 6)
    return hidden_pre, hidden_act, hidden_act @ W2 + b2
"""
    asked = QUESTIONS["multi_layer.forward"]
    for seed in (5, 6):
        faults = examine(asked, typed(text, "forward"), cases(asked.name, (seed,))).faults
        assert [one.property.name for one in faults] == ["hidden_act"]


def test_what_fails_without_steps_costs_no_more_than_that():
    text = """def train(x, one_hot, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        parameters = tuple(p - learning_rate * g for p, g in zip(parameters, gradients))
        last = loss_and_gradients(parameters, x, one_hot)[0]
    losses.append(last)
    return parameters, losses
"""
    found = examined("update_step.train", text)
    assert [one.property.name for one in found.faults] == ["no steps"]
    assert "with steps = 0" in plain_text(explain(found))


def test_a_shift_by_the_mean_overflows():
    text = """def softmax(logits):
    e = np.exp(logits - logits.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
    assert [one.property.name for one in examined("single_layer.softmax", text).faults] == [
        "large logits"
    ]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "multi_layer.backward_relu",
            "def backward_relu(grad_hidden_act, hidden_pre):\n"
            "    return grad_hidden_act * (1 - np.tanh(hidden_pre) ** 2)\n",
            "The same numbers come out with the slope of tanh",
        ),
        (
            "single_layer.cross_entropy",
            "def cross_entropy(logits, one_hot):\n"
            "    s = logits - logits.max()\n"
            "    return -(one_hot * (s + np.log(np.exp(s).sum()))).sum()\n",
            "The same numbers come out with plus where minus belongs before the logarithm",
        ),
        (
            "single_layer.backward",
            "def backward(x, W, b, one_hot):\n"
            "    g = softmax(x @ W + b) - one_hot\n"
            "    return x.T @ (x @ W + b), g\n",
            "logits where grad_logits belongs",
        ),
    ],
)
def test_a_change_of_the_right_formula_is_told(question, text, expected):
    said = " ".join(plain_text(explain(examined(question, text))).split())
    assert expected in said, said


def test_numbers_of_no_change_are_told_by_none():
    text = "def softmax(logits):\n    return np.cos(logits)\n"
    found = examined("single_layer.softmax", text)
    assert found.mistakes == () and np.ndim(found.findings.departures[0].line) == 0
