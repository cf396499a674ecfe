"""The arithmetic of the page against torch in float64."""

import numpy as np
import pytest

from chainrule.explorer.numbers import numbers_of
from chainrule.networks import reference
from chainrule.networks.network import ACTIVATIONS, WORKED_EXAMPLES, Network
from tests.support.nodejs import node

COUNT = 1000
TOLERANCE = 2e-12  # some losses are near 0, of logits near 100


def random_network(rng: np.random.Generator, kind: int) -> Network:
    """One or two layers, a few examples; every third saturated, every third with whole numbers.

    Whole numbers make pre-activations of exactly 0.
    """
    sizes = rng.integers(1, 7, size=2 + kind % 2)
    sizes[-1] = max(2, sizes[-1])

    def draw(*shape: int) -> np.ndarray:
        if kind % 3 == 0:
            return rng.integers(-2, 3, size=shape).astype(float)
        return rng.normal(size=shape) * (10 if kind % 3 == 1 else 1)

    parameters = []
    for wide, high in zip(sizes[:-1], sizes[1:], strict=True):
        parameters += [draw(wide, high), draw(1, high)]
    count = int(rng.integers(1, 5))
    activation = list(ACTIVATIONS)[kind // 6 % 4]
    targets = rng.integers(sizes[-1], size=count)
    return Network(draw(count, sizes[0]), targets, tuple(parameters), activation)


def size_of(name: str, truth: dict[str, np.ndarray]) -> float:
    """What a difference is relative to: the largest entry, or the largest terms it is a sum of.

    Where classes send shares of opposite sign to a hidden unit, or examples to a parameter, the sum
    can be much smaller than the shares, and has only the digits that they leave. So has 1 less the
    square of a tanh that is nearly 1.
    """
    if name == "hidden_slope":
        return 1.0
    size = np.abs(truth[name]).max()
    above = np.abs(truth["grad_logits"])
    first = name in ("grad_hidden_act", "grad_hidden_pre", "grad_b1", "grad_W1")
    shares = above @ np.abs(truth["W2"]).T if first else above
    if name in ("grad_hidden_act", "grad_hidden_pre"):
        size = max(size, shares.max())
    if name.startswith("grad_b"):
        size = max(size, shares.sum(axis=0).max())
    if name.startswith("grad_W"):
        source = truth["hidden_act" if name == "grad_W2" else "x"]
        size = max(size, (np.abs(source).T @ shares).max())
    return float(size) or 1.0


def test_values_and_gradients_are_those_of_torch() -> None:
    rng = np.random.default_rng(4)
    networks = [random_network(rng, kind) for kind in range(COUNT)]
    assert sum(bool((n.trace().get("hidden_pre", np.ones(1)) == 0).any()) for n in networks) > 30
    given = [numbers_of(network, 0.1) for network in networks]
    traces = node("return given.map((state) => page.trace(state));", given)
    worst = 0.0
    for network, page in zip(networks, traces, strict=True):
        truth = reference.trace(network)
        for name, value in truth.items():
            difference = np.abs(np.array(page[name]) - value).max()
            worst = max(worst, float(difference / size_of(name, truth)))
    assert worst < TOLERANCE


def test_update_is_that_of_torch() -> None:
    rng = np.random.default_rng(5)
    networks = [random_network(rng, kind) for kind in range(60)]
    updated = node(
        "return given.map((state) => page.updated(state));",
        [numbers_of(network, 0.05) for network in networks],
    )
    for network, page in zip(networks, updated, strict=True):
        truth = reference.trace(network)
        gradients = [truth[f"grad_{name}"] for name in network.names]
        stepped = reference.sgd_step(network.parameters, gradients, 0.05)
        for after, expected in zip(page, stepped, strict=True):
            np.testing.assert_allclose(np.array(after), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["710", "720", "740"])
def test_the_losses_of_the_series_come_out(name: str) -> None:
    losses = {
        "710": [30, 19.98, 9.96005],
        "720": [10.00005, 8.62024, 7.24103],
        "740": [58, 20.1, 0.068, 0.020],
    }[name]
    state = numbers_of(WORKED_EXAMPLES[name], 0.01) | {"history": [], "guesses": {}}
    seen = node(
        f"const state = {{ ...given, ...page.step(given, {len(losses)}) }};"
        "return state.history[0].losses;",
        state,
    )
    np.testing.assert_allclose(seen, losses, rtol=2e-2 if name == "740" else 1e-6)
