"""What is said of wrong numbers is so in every case, and nothing is said that is not."""

import numpy as np
import pytest

from chainrule.checks.attempt import attempts
from chainrule.checks.observations import observe
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from tests.support.right_answers import RIGHT

rng = np.random.default_rng(3)


def said(question, function, *results, kind="fresh"):
    asked = QUESTIONS[question]
    tried = [case for case in cases(question, (1, 2), examples=True) if case.kind == kind]
    found = observe(asked, results, list(zip(tried, attempts(function, tried), strict=True)))
    return [one.words for one in found]


def right(question):
    return RIGHT[question][0]


def of(question, change):
    return lambda *args: change(np.asarray(right(question)(*args)), *args)


SOFTMAX, LOSS, HIDDEN = (
    "single_layer.softmax",
    "single_layer.cross_entropy",
    "multi_layer.backward_hidden",
)
SENTENCES = {
    "a sign": (HIDDEN, lambda v, *_: -v, "has the right numbers with the opposite sign"),
    "a half": (HIDDEN, lambda v, *_: v / 2, "is everywhere the truth divided by 2."),
    "a factor": (HIDDEN, lambda v, *_: 3.7 * v, "is everywhere 3.7 times the truth."),
    "the classes": (HIDDEN, lambda v, dc, W: v / W.shape[1], "divided by the number of classes"),
    "a norm": (
        HIDDEN,
        lambda v, *_: v / np.linalg.norm(v) if v.size > 1 else v,
        "but by a factor that changes",
    ),
    "signs lost": (HIDDEN, lambda v, *_: abs(v), "without their signs"),
    "squares": (HIDDEN, lambda v, *_: v**2, "the squares of the right numbers"),
    "capped": (HIDDEN, lambda v, *_: np.maximum(v, 0), "where they are positive, and 0 elsewhere"),
    "rounded": (SOFTMAX, lambda v, *_: np.round(v, 2), "rounded to 2 digits"),
    "turned round": (SOFTMAX, lambda v, *_: v[:, ::-1], "from right to left"),
    "sorted": (SOFTMAX, lambda v, *_: np.sort(v), "but not at their places"),
    "a logarithm": (SOFTMAX, lambda v, *_: np.log(v), "holds the numbers of log_probs"),
    "its argument": (SOFTMAX, lambda v, c: c, "holds the numbers of logits"),
    "one for all": (SOFTMAX, lambda v, *_: np.full(v.shape, 0.25), "holds 0.25 in every entry"),
    "a sum": (SOFTMAX, lambda v, c: v + c, "is the truth plus logits."),
    "a product": (SOFTMAX, lambda v, c: v * c, "is the truth times logits."),
    "an offset": (SOFTMAX, lambda v, *_: v + 0.3, "off by the same amount"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_there_is_a_sentence_for(name):
    question, change, expected = SENTENCES[name]
    (words,) = said(question, of(question, change), QUESTIONS[question].results)
    assert expected in words, words


def without_last_row(h, dc):
    table = h.T @ dc
    table[-1] = 0
    return table, dc


def test_what_is_left_out_is_told_by_its_place():
    (words,) = said("multi_layer.backward_output", without_last_row, "grad_W2")
    assert words.endswith("is right but for entries that are left at 0 (the last row).")


def test_results_in_another_order_are_told_by_their_numbers():
    question = "multi_layer.backward_output"
    (words,) = said(question, lambda h, dc: (dc, h.T @ dc), "grad_W2", "grad_b2")
    assert "you return grad_b2, grad_W2; asked for is grad_W2, grad_b2." in words


def test_one_number_for_all_targets_is_told_with_its_digits():
    (words,) = said(LOSS, lambda c, y: 18.42, "loss", kind="hopeless target")
    assert words == "Your loss is 18.42 on each of these, whatever is true."


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda p, g, rate: p, "are the old ones, unmoved."),
        (lambda p, g, rate: g, "hold the numbers of grad_each."),
        (lambda p, g, rate: [rate * one for one in g], "hold the numbers of the step of each."),
        (lambda p, g, rate: [-one for one in right("update_step.sgd_step")(p, g, rate)], "sign"),
    ],
)
def test_new_parameters_are_told_all_at_once(function, expected):
    (words,) = said("update_step.sgd_step", function, "parameters")
    assert expected in words, words


def test_a_training_that_stops_early_is_told_by_its_steps():
    def short(x, y, parameters, rate, steps):
        return right("update_step.train")(x, y, parameters, rate, steps - 1)

    (words,) = said("update_step.train", short, "parameters")
    assert words.endswith("are right, but 1 step too early: the last is missing.")


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_said_of_what_is_right_or_random(question):
    asked = QUESTIONS[question]
    assert said(question, right(question), *asked.result_names) == []

    def noise(*args):
        def random(value):
            if isinstance(value, tuple | list):
                return [random(one) for one in value]
            return rng.normal(size=np.shape(value))

        return random(right(question)(*args))

    assert said(question, noise, *asked.result_names) == []


def test_nothing_is_said_where_a_case_gives_nothing():
    def half(c):
        if c.size == 3:
            raise ValueError("no")
        return -right(SOFTMAX)(c)

    assert said(SOFTMAX, half, "probs") == []
