"""A pair of mistakes in different functions costs only those functions' marks."""

import numpy as np
import pytest

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from tests.support import right_answers, wrong_answers
from tests.support.right_answers import RIGHT
from tests.support.wrong_answers import U10, WRONG, softmax


def single_layer(own):
    """A learner's single_layer whose later functions call the earlier ones."""

    def cross_entropy(c, y):
        return -(y * np.log(own["softmax"](c))).sum() / len(c)

    def stable_cross_entropy(c, y):
        # Right as long as softmax is: the logarithm of a hopeless target is taken from the logits.
        p = (np.asarray(own["softmax"](c)) * y).sum()
        return -np.log(p) if p > 0 or np.isnan(p) else right_answers.CROSS_ENTROPY[0](c, y)

    def backward_logits(c, y):
        return (own["softmax"](c) - y) / len(c)

    def backward(x, W, b, y):
        dc = own["backward_logits"](x @ W + b, y)
        return x.T @ dc, dc.sum(axis=0, keepdims=True)

    return {
        "softmax": softmax,
        "cross_entropy": stable_cross_entropy,
        "backward_logits": backward_logits,
        "backward": backward,
    }


def multi_layer(own):
    def backward(x, W1, b1, W2, b2, y):
        a, h, c = own["forward"](x, W1, b1, W2, b2)
        dc = (softmax(c) - y) / len(x)
        dW2, db2 = own["backward_output"](h, dc)
        da = own["backward_relu"](own["backward_hidden"](dc, W2), a)
        return x.T @ da, da.sum(axis=0, keepdims=True), dW2, db2

    names = ("forward", "backward_output", "backward_hidden", "backward_relu")
    return {name: RIGHT[f"multi_layer.{name}"][0] for name in names} | {"backward": backward}


def update_step(own):
    def train(x, y, parameters, rate, steps):
        return right_answers._train_with(own["sgd_step"])(x, y, parameters, rate, steps)

    return {"sgd_step": RIGHT["update_step.sgd_step"][0], "train": train}


def batches(own):
    """A learner's batches whose later functions call the earlier ones."""

    def cross_entropy(c, y):
        return -np.log((np.asarray(own["softmax"](c)) * y).sum(axis=1)).mean()

    def backward_logits(c, y):
        return (own["softmax"](c) - y) / len(c)

    def backward(x, W, b, y):
        dc = own["backward_logits"](x @ W + b, y)
        return x.T @ dc, dc.sum(axis=0, keepdims=True)

    def backward_two(x, W1, b1, W2, b2, y):
        a = x @ W1 + b1
        h = np.maximum(a, 0)
        dc = own["backward_logits"](h @ W2 + b2, y)
        da = (dc @ W2.T) * (a > 0)
        back = x.T @ da, da.sum(axis=0, keepdims=True)
        return *back, h.T @ dc, dc.sum(axis=0, keepdims=True)

    return {
        "softmax": softmax,
        "cross_entropy": cross_entropy,
        "backward_logits": backward_logits,
        "backward": backward,
        "backward_two": backward_two,
    }


EXERCISES = {
    "single_layer": single_layer,
    "multi_layer": multi_layer,
    "update_step": update_step,
}
ALONE = {**EXERCISES, "batches": batches}  # in pairs they say what those of single_layer say


def marks(exercise, wrong, seeds=(1, 2)):
    """Which properties fail, by function, where some functions are exchanged for wrong ones."""
    own: dict = {}
    own |= ALONE[exercise](own) | wrong
    failed = {}
    for name in own:
        question = QUESTIONS[f"{exercise}.{name}"]
        earlier = {other: own[other] for other in question.earlier}
        examined = examine(question, own[name], cases(question.name, seeds), earlier)
        failed[name] = [judged.property.name for judged in examined.faults]
    return failed


def slips(exercise):
    return [
        pytest.param(exercise, {name: function}, id=f"{exercise}-{name}-{mistake}-{number}")
        for name in ALONE[exercise]({})
        for mistake, functions in WRONG[f"{exercise}.{name}"].items()
        for number, function in enumerate(functions)
    ]


@pytest.mark.parametrize(("exercise", "wrong"), [p for e in ALONE for p in slips(e)])
def test_an_early_slip_costs_its_own_marks_only(exercise, wrong):
    failed = marks(exercise, wrong)
    for name, properties in failed.items():
        assert bool(properties) == (name in wrong), (name, properties)


PAIRS = [
    pytest.param(exercise, {**one.values[1], **two.values[1]}, id=f"{one.id}+{two.id}")
    for exercise in EXERCISES
    for one in slips(exercise)
    for two in slips(exercise)
    if list(EXERCISES[exercise]({})).index(next(iter(one.values[1])))
    < list(EXERCISES[exercise]({})).index(next(iter(two.values[1])))
]


# Both functions before `backward` stop it on every network: nothing of it can be seen.
UNSEEN = "multi_layer-backward_output-B3-0+multi_layer-backward_hidden-C1-0"


def see_that_a_pair_costs_only_its_own(params):
    for param in params:
        exercise, wrong = param.values
        alone = {
            name: set(marks(exercise, {name: function})[name]) for name, function in wrong.items()
        }
        for name, properties in marks(exercise, wrong).items():
            if name in wrong:
                # Fewer only where both are the same mistake: the later then follows the earlier.
                assert set(properties) <= alone[name], (param.id, name, properties)
            elif param.id != UNSEEN:
                assert properties == [], (param.id, name, properties)


def test_a_pair_of_mistakes_costs_only_those_functions_marks():
    assert len(PAIRS) > 1000
    chosen = np.random.default_rng(3).choice(len(PAIRS), 150, replace=False)
    see_that_a_pair_costs_only_its_own(PAIRS[number] for number in chosen)


@pytest.mark.long
def test_all_pairs_of_mistakes_cost_only_those_functions_marks():
    see_that_a_pair_costs_only_its_own(PAIRS)


def test_the_message_points_to_the_earlier_function():
    own: dict = {}
    own |= multi_layer(own) | {"backward_relu": wrong_answers.GRAD_PRE["A1"]}
    question = QUESTIONS["multi_layer.backward"]
    earlier = {name: own[name] for name in question.earlier}
    examined = examine(question, own["backward"], cases(question.name, (1, 2)), earlier)
    assert examined.right
    assert examined.carried == ("backward_relu",)
    assert "builds on backward_relu, which is not right yet" in plain_text(explain(examined))


def test_a_remembered_step_costs_the_training_around_it_nothing():
    failed = marks("update_step", {"sgd_step": U10["update_step.sgd_step"]})
    assert failed == {"sgd_step": ["value", "arguments unchanged"], "train": []}


def test_doing_nothing_leaves_the_arguments_unchanged_and_earns_nothing():
    failed = marks("update_step", {"sgd_step": lambda p, g, rate: p})
    assert failed["sgd_step"] == ["value", "arguments unchanged"]


def test_a_right_earlier_function_excuses_nothing():
    """log(softmax) underflows although softmax is right: the loss's own mistake."""
    failed = marks("single_layer", {"cross_entropy": wrong_answers.CROSS_ENTROPY["L6"][0]})
    assert failed["cross_entropy"] == ["hopeless target"]


def test_raising_everywhere_earns_nothing():
    """Functions that all raise the same error are not each other's excuse."""

    def raising(*args):
        raise ValueError("size 1 is different from 2")

    names = ("forward", "backward_output", "backward_hidden", "backward_relu", "backward")
    failed = marks("multi_layer", dict.fromkeys(names, raising))
    assert all(
        len(failed[name]) == len(QUESTIONS[f"multi_layer.{name}"].properties) for name in names
    )
