"""A slip is paid once, and a check says what marks will say."""

import numpy as np
import pytest

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import QUESTIONS
from tests.support.often_wrong import answers, surroundings
from tests.support.wrong_answers import WRONG, log_softmax, softmax


def relu(a):
    return np.maximum(a, 0)


def lost(question, function, seeds=(41, 42), examples=False):
    found = examine(QUESTIONS[question], function, cases(question, seeds, examples=examples))
    return {one.property.name for one in found.faults}


def forward(pre, act=relu, out=lambda h, W2, b2: h @ W2 + b2):
    def function(x, W1, b1, W2, b2):
        a = pre(x, W1, b1)
        h = act(a)
        return a, h, out(h, W2, b2)

    return function


def plain(x, W1, b1):
    return x @ W1 + b1


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (forward(lambda x, W1, b1: x @ W1), {"hidden_pre"}),
        (forward(plain, np.tanh), {"hidden_act"}),
        (forward(plain, lambda a: a), {"hidden_act"}),
        (forward(lambda x, W1, b1: x @ W1, np.tanh), {"hidden_pre", "hidden_act"}),
        (forward(lambda x, W1, b1: x @ W1, relu, lambda h, W2, b2: h @ W2),
         {"hidden_pre", "logits"}),
        # What is the same whatever ReLU does, or whatever comes in, shows nothing.
        (forward(lambda x, W1, b1: np.abs(x @ W1 + b1), lambda a: a), {"hidden_pre", "hidden_act"}),
        (forward(lambda x, W1, b1: 0 * (x @ W1 + b1)), {"hidden_pre", "hidden_act", "logits"}),
        (forward(lambda x, W1, b1: (x @ W1 + b1).ravel()), {"hidden_pre"}),
    ],
)  # fmt: skip
def test_what_follows_rightly_from_a_wrong_result_keeps_its_marks(function, expected):
    assert lost("multi_layer.forward", function) == expected


@pytest.mark.parametrize(
    ("question", "function", "expected"),
    [
        ("single_layer.cross_entropy", lambda c, y: (y * log_softmax(c)).sum(), {"value"}),
        ("single_layer.cross_entropy", lambda c, y: -(y * np.log(softmax(c))).sum(),
         {"hopeless target"}),
        ("single_layer.cross_entropy", lambda c, y: (y * np.log(softmax(c))).sum(),
         {"value", "hopeless target"}),
        ("single_layer.cross_entropy", lambda c, y: 0.0,
         {"value", "large logits", "hopeless target"}),
        ("single_layer.softmax", lambda c: c, {"value", "large logits"}),
        ("single_layer.backward_logits", lambda c, y: y - softmax(c), {"value"}),
        ("multi_layer.backward_relu", lambda dh, a: dh, {"value"}),
        ("multi_layer.backward_relu", lambda dh, a: dh * (a >= 0), {"slope at 0"}),
        ("multi_layer.backward_relu", lambda dh, a: np.sin(dh * (a >= 0)), {"value", "slope at 0"}),
        ("multi_layer.backward", WRONG["multi_layer.backward"]["A1"][0], {"grad_W1", "grad_b1"}),
        ("multi_layer.backward", WRONG["multi_layer.backward"]["A5"][0], {"slope at 0"}),
        ("update_step.train", WRONG["update_step.train"]["T1"][0], {"losses"}),
    ],
)  # fmt: skip
def test_a_special_property_is_lost_only_for_what_is_special(question, function, expected):
    assert lost(question, function) == expected


def test_the_message_says_what_follows():
    function = forward(lambda x, W1, b1: x @ W1)
    found = examine(QUESTIONS["multi_layer.forward"], function, cases("multi_layer.forward", (1,)))
    message = " ".join(plain_text(explain(found)).split())
    assert "Wrong: hidden_pre. hidden_act, logits: not right either, but for the same reason" in (
        message
    )


def test_what_is_the_same_on_special_cases_is_not_said_of_all():
    question = "single_layer.cross_entropy"
    found = examine(
        QUESTIONS[question],
        lambda c, y: -(y * np.log(softmax(c) + 1e-8)).sum(),
        cases(question, VISIBLE_SEEDS, examples=True),
    )
    message = " ".join(plain_text(explain(found)).split())
    assert "Your loss is 18.421 on each of these, whatever is true." in message


@pytest.mark.parametrize("small", [1e-15, 1e-12, 1e-9, 1e-8, 1e-6])
def test_a_small_number_in_a_logarithm_loses_the_same_in_a_check_and_in_marks(small):
    def function(c, y):
        return -(y * np.log(softmax(c) + small)).sum()

    visible = lost("single_layer.cross_entropy", function, VISIBLE_SEEDS, examples=True)
    for seed in range(100, 110):
        assert lost("single_layer.cross_entropy", function, (seed,)) == visible
    assert visible in ({"value"}, {"hopeless target"})


def said_and_marked(chosen):
    for answer in chosen:
        asked = QUESTIONS[answer.question]
        known = surroundings(asked.exercise)
        own = {name: known[name] for name in asked.earlier}
        told = []
        for seeds, examples in ((VISIBLE_SEEDS, True), ((4021, 733), False)):
            on = cases(answer.question, seeds, examples=examples)
            found = examine(asked, answer.function(), on, own)
            told.append(({one.property.name for one in found.faults}, found.right))
        assert told[0] == told[1], answer.text


def test_a_check_and_marks_agree():
    said_and_marked(list(answers())[::12])


@pytest.mark.long
def test_every_check_and_its_marks_agree():
    said_and_marked(answers())
