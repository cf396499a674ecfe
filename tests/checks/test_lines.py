"""A check points to the line at fault: not before it, not after it, and at none where none is."""

from collections import Counter

import numpy as np
import pytest

from chainrule.checks.attempt import attempt, quiet
from chainrule.checks.compare import difference
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.findings import looked_at
from chainrule.checks.lines import departures
from chainrule.checks.plain_text import plain_text
from chainrule.checks.trace import trace
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from tests.checks.test_trace import copies, typed
from tests.support.explained import examined, outcome
from tests.support.often_wrong import answers, surroundings

ANSWERS = list(answers())
EXPLAINED = ("named", "listed", "line")


def found_in(question, text, *wrong, case=1, slipped=()):
    """The departures of an answer on one fresh case."""
    asked = QUESTIONS[question]
    one = cases(question, (1, 2), examples=True)[case]
    function = typed(text, asked.function, **surroundings(asked.exercise))
    with quiet():
        traced = trace(function, copies(one))
        told = attempt(function, one)
    differ = [n for n, true in one.truth.items() if difference(told.results[n], true)]
    return departures(asked, one, traced, wrong or differ, slipped)


def message(question, text):
    asked = QUESTIONS[question]
    known = surroundings(asked.exercise)
    function = typed(text, asked.function, **known)
    own = {name: known[name] for name in asked.earlier}
    return plain_text(explain(examine(asked, function, cases(question, (1, 2), True), own)))


BACKWARD = """def backward(x, W1, b1, W2, b2, one_hot):
    pre = x @ W1 + b1
    act = np.maximum(pre, 0)
    out = act @ W2 + b2
    delta = softmax(out) - one_hot
    dW2 = act.T @ delta
    back = delta @ W2.T
    back = back * (pre > 0)
    dW1 = x.T @ back
    return dW1, back, dW2, delta
"""
# Of a right function, one line exchanged: the line, and the quantity that it should give.
SLIPS = {
    "pre = x @ W1 + b1": ("pre = x @ W1 - b1", 2, "hidden_pre"),
    "act = np.maximum(pre, 0)": ("act = np.tanh(pre)", 3, "hidden_act"),
    "out = act @ W2 + b2": ("out = act @ W2 + 2 * b2", 4, "logits"),
    "delta = softmax(out) - one_hot": ("delta = 3 * softmax(out) - one_hot", 5, "grad_logits"),
    "dW2 = act.T @ delta": ("dW2 = act.T @ np.sqrt(abs(delta))", 6, "grad_W2"),
    "back = delta @ W2.T": ("back = delta @ np.cos(W2.T)", 7, "grad_hidden_act"),
    "back = back * (pre > 0)": ("back = back * np.exp(pre)", 8, "grad_hidden_pre"),
    "dW1 = x.T @ back": ("dW1 = (x.T + 1) @ back", 9, "grad_W1"),
}


@pytest.mark.parametrize("line", SLIPS)
def test_the_line_is_found_whatever_its_names_are(line):
    slip, number, role = SLIPS[line]
    found = found_in("multi_layer.backward", BACKWARD.replace(line, slip))
    assert [(one.line, one.text) for one in found] == [(number, slip)]
    assert found[0].role == role


def test_two_slips_on_one_path_are_both_found():
    text = BACKWARD.replace("softmax(out) - one_hot", "one_hot - softmax(out)")
    text = text.replace("back * (pre > 0)", "back * np.exp(pre)")
    found = found_in("multi_layer.backward", text)
    assert [one.line for one in found] == [5, 8]
    assert [mistake.id for mistake in found[0].mistakes] == ["E1"]


def test_a_step_left_out_is_named_after_another_slip():
    text = BACKWARD.replace("softmax(out) - one_hot", "one_hot - softmax(out)")
    text = text.replace("    back = back * (pre > 0)\n", "")
    found = found_in("multi_layer.backward", text)
    assert [[mistake.id for mistake in one.mistakes] for one in found] == [["E1"], ["A1"]]
    assert found[1].instead == ("back", "grad_hidden_act", "grad_hidden_pre")


def test_what_follows_from_a_slip_is_no_slip():
    text = BACKWARD.replace("softmax(out) - one_hot", "one_hot - softmax(out)")
    (found,) = found_in("multi_layer.backward", text)
    assert found.line == 5


def test_a_value_that_nobody_knows_is_no_fault_where_it_leads_to_the_truth():
    text = """def softmax(logits):
    e = np.exp(logits - logits.mean())
    return e / e.max()
"""
    (found,) = found_in("single_layer.softmax", text)
    assert found.line == 3


def test_a_quantity_in_anothers_place_is_told_as_what_it_is():
    text = """def forward(x, W1, b1, W2, b2):
    hidden_pre = x @ W1 + b1
    hidden_act = hidden_pre
    logits = np.maximum(hidden_act, 0) @ W2 + b2
    return hidden_pre, hidden_act, logits
"""
    (found,) = found_in("multi_layer.forward", text, "hidden_act")
    assert (found.line, found.role, found.holds) == (3, "hidden_act", "hidden_pre")


def test_a_right_value_taken_for_another_is_told():
    text = """def backward(x, W, b, one_hot):
    p = softmax(x @ W + b)
    g = softmax(p) - one_hot
    return x.T @ g, g
"""
    (found,) = found_in("single_layer.backward", text)
    assert found.instead == ("p", "probs", "logits")


def test_the_write_is_blamed_and_not_the_zeros():
    text = """def backward(x, W, b, one_hot):
    g = softmax(x @ W + b) - one_hot
    grad = np.zeros(W.shape)
    for i in range(len(W)):
        grad[i] = x[0, i] + g[0]
    return grad, g
"""
    (found,) = found_in("single_layer.backward", text, "grad_W")
    assert found.line == 5


def test_an_earlier_functions_slip_is_not_this_ones():
    text = """def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    grad_W = x.T @ (2 * g)
    return grad_W, g
"""
    found = found_in("single_layer.backward", text, "grad_W", slipped=("backward_logits",))
    assert [one.line for one in found] == [3]


@pytest.mark.parametrize("answer", [one for one in ANSWERS if one.right], ids=lambda a: a.name)
def test_in_a_right_answer_nothing_is_seen(answer):
    """Whatever odd steps it takes: of each result, all is right."""
    question = QUESTIONS[answer.question]
    for case in cases(answer.question, (1, 2), examples=True):
        with quiet():
            traced = trace(answer.function(), copies(case))
        assert traced is not None
        results = [step for step in traced.steps if step.kind == "result"]
        assert results and not traced.raised
        if question.exercise != "update_step" and case.kind == "fresh" and len(case.truth) == 1:
            (true,) = case.truth.values()
            np.testing.assert_allclose(
                np.asarray(results[-1].value).ravel(), true.ravel(), rtol=1e-6
            )


@pytest.mark.long
def test_most_answers_of_novices_are_explained_and_none_wrongly():
    """The bars: nine in ten named, listed or pointed to the line, none named wrongly."""
    counts, often = Counter(), Counter()
    for answer in ANSWERS:
        what = outcome(answer, examined(answer))
        counts[what] += 1
        often[what] += answer.often
    assert not counts["rejected"] and not counts["a note"]
    wrong = sum(counts.values()) - counts["right"]
    assert sum(counts[one] for one in EXPLAINED) >= 0.9 * wrong, counts
    assert sum(often[one] for one in EXPLAINED) >= 0.9 * (sum(often.values())), often
    assert counts["misnamed"] <= 0.01 * wrong and counts["wrong line"] <= 0.01 * wrong, counts


def test_what_cannot_be_looked_at_costs_nothing(monkeypatch):
    def breaks(*args):
        raise ZeroDivisionError

    monkeypatch.setattr("chainrule.checks.findings.departures", breaks)
    said = message("single_layer.softmax", "def softmax(logits):\n    return 2 * logits\n")
    assert said.startswith("single_layer.softmax: not right yet.")
    with pytest.raises(ZeroDivisionError):
        monkeypatch.setattr("chainrule.checks.examine.find", looked_at)
        message("single_layer.softmax", "def softmax(logits):\n    return 3 * logits\n")


def test_the_message_shows_the_line_as_typed():
    text = """def backward_logits(logits, one_hot):
    p = softmax(logits)
    return p * one_hot  # mine
"""
    said = message("single_layer.backward_logits", text)
    assert "    line 3: return p * one_hot  # mine" in said.splitlines()
    assert said.endswith("After this line, grad_logits holds the numbers of one_hot times probs.")


def test_what_raised_is_shown_with_its_shapes_and_in_words():
    text = """def backward(x, W, b, one_hot):
    g = backward_logits(x @ W + b, one_hot)
    return x @ g, g
"""
    said = " ".join(message("single_layer.backward", text).split())
    assert "in the line: return x @ g, g" in said
    assert "here 2 and 1." in said
    assert "There: x has shape (1, 2), g has shape (1, 2)." in said


def test_the_line_that_writes_to_an_argument_is_shown():
    text = """def sgd_step(parameters, gradients, learning_rate):
    new = list(parameters)
    for i in range(len(new)):
        new[i] -= learning_rate * gradients[i]
    return tuple(new)
"""
    assert "in line 4: new[i] -= learning_rate * gradients[i]" in message(
        "update_step.sgd_step", text
    )
