"""No right answer is rejected, whatever its style; and the truth itself is right."""

import numpy as np
import pytest
import torch

from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.networks.fresh import draw
from chainrule.networks.network import WORKED_EXAMPLES, Network
from chainrule.networks.reference import sgd_step, trace
from tests.support.right_answers import RIGHT

LONG = pytest.mark.long


@pytest.mark.parametrize("first, networks", [(1000, 40), pytest.param(1040, 160, marks=LONG)])
@pytest.mark.parametrize("question", QUESTIONS)
def test_random_right_answers_are_right(question, first, networks):
    rng = np.random.default_rng(7)
    for seed in range(first, first + networks):
        for number in rng.permutation(len(RIGHT[question])):
            function = RIGHT[question][number]
            examined = examine(QUESTIONS[question], function, cases(question, (seed,)))
            assert examined.right, (number, seed, explain(examined))


@pytest.mark.parametrize("question", QUESTIONS)
def test_right_answers_are_right_on_the_worked_examples_too(question):
    for function in RIGHT[question]:
        examined = examine(QUESTIONS[question], function, cases(question, (1, 2), examples=True))
        assert examined.right, explain(examined)
        assert plain_text(explain(examined)) == f"{question}: right."


@pytest.mark.parametrize("number", WORKED_EXAMPLES)
def test_our_own_formulas_agree_with_torch_on_the_worked_examples(number):
    net = WORKED_EXAMPLES[number]
    ours, truth = net.trace(), trace(net)
    for name, value in truth.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("parameters", [2, 4])
def test_torch_agrees_with_central_differences(parameters):
    rng = np.random.default_rng(11)
    for _ in range(20):
        net = draw(rng, parameters, (3, 2, 4))
        truth, step = trace(net), 1e-5
        for number, name in enumerate(net.names):
            numeric = np.zeros_like(net.parameters[number])
            for index in np.ndindex(numeric.shape):
                losses = []
                for sign in (1, -1):
                    moved = [value.copy() for value in net.parameters]
                    moved[number][index] += sign * step
                    losses.append(Network(net.x, net.target, tuple(moved)).trace()["loss"])
                numeric[index] = (losses[0] - losses[1]) / (2 * step)
            np.testing.assert_allclose(numeric, truth[f"grad_{name}"], atol=1e-8)


def test_the_update_is_that_of_torchs_own_optimiser():
    net = WORKED_EXAMPLES["750"]
    gradients = [trace(net)[f"grad_{name}"] for name in net.names]
    leaves = [torch.from_numpy(value.copy()).requires_grad_() for value in net.parameters]
    for leaf, gradient in zip(leaves, gradients, strict=True):
        leaf.grad = torch.from_numpy(gradient)
    torch.optim.SGD(leaves, lr=0.01).step()
    for leaf, value in zip(leaves, sgd_step(net.parameters, gradients, 0.01), strict=True):
        np.testing.assert_array_equal(leaf.detach().numpy(), value)


def test_no_mistake_can_hide_in_a_fresh_network():
    """What the module promises of fresh networks, seen on a hundred of them."""
    rng = np.random.default_rng(5)
    for _ in range(100):
        net = draw(rng, 4, (4, 3, 5))
        values = trace(net)
        assert values["probs"].min() >= 0.02 and values["probs"].max() <= 0.9
        assert (values["hidden_pre"] > 0).any() and (values["hidden_pre"] < 0).any()
        assert values["probs"].argmax() != net.target[0] >= 2
        assert values["loss"] > 1e-3
