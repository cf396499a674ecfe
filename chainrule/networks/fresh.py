"""Fresh networks, drawn so that no mistake can hide in them.

Features, weights and biases are multiples of 1/8, so that sums of their products are exact and a
pre-activation can be exactly 0. A network is drawn anew until softmax is unsaturated, both sides of
ReLU are in use, and the target is neither the winner nor class 0 or 1 where there are more. In a
square network of two layers one activation is above 6, where a ReLU may be capped.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.networks.network import Network

Sizes = Mapping[str, int]


def sizes(inputs: int, hidden: int, classes: int) -> Sizes:
    """Sizes of a network of one example, by the letters of their axes."""
    return {"N": 1, "D": inputs, "H": hidden, "C": classes}


# Sizes that differ, so that shapes cannot agree by chance; equal ones, on which a forgotten
# transpose computes something; and a single unit, by the number of parameters, where a product
# cannot misfit.
DIFFERING = (sizes(3, 2, 4), sizes(2, 4, 3), sizes(4, 3, 5), sizes(5, 4, 3))
SQUARE = (3, 3, 3)
UNIT = {2: sizes(1, 1, 3), 4: sizes(2, 1, 3)}


def draw(rng: np.random.Generator, parameters: int, sizes: tuple[int, int, int]) -> Network:
    """A network of one example, of one or two layers (2 or 4 parameters), as the module says.

    sizes: inputs, hidden units, classes; one layer has no use for the second.
    """
    inputs, hidden, classes = sizes
    pairs = [(inputs, classes)] if parameters == 2 else [(inputs, hidden), (hidden, classes)]
    while True:
        arrays = [_eighths(rng, *shape) for pair in pairs for shape in (pair, (1, pair[1]))]
        target = int(rng.integers(2 if classes > 2 else 0, classes))
        network = Network(_eighths(rng, 1, inputs), np.array([target]), tuple(arrays))
        if _telling(network.trace()):
            return network


def drawn(rng: np.random.Generator, shapes: Mapping[str, Any], sizes: Sizes) -> dict[str, Any]:
    """What an exercise about a network begins with: a fresh one of one example, a learning rate,
    and a number of steps."""
    parameters = 4 if "W1" in shapes else 2
    shape = sizes["D"], sizes.get("H", 1), sizes["C"]
    network = draw(rng, parameters, shape)
    while parameters == 4 and shape == SQUARE:
        raised = high(network.given)
        network = Network(network.x, network.target, tuple(raised[name] for name in network.names))
        if _telling(network.trace()):
            break
        network = draw(rng, parameters, shape)
    rate, steps = float(rng.choice([0.25, 0.375, 0.5])), int(rng.integers(1, 4))
    return {**network.given, "learning_rate": rate, "steps": steps}


def high(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same two layers with an activation between 7 and 8, whose weights onward are smaller, so
    that softmax stays unsaturated."""
    pre = given["x"] @ given["W1"] + given["b1"]
    unit = int(pre.max(axis=0).argmax())
    b1, W2 = given["b1"].copy(), given["W2"].copy()
    b1[0, unit] += 7 - np.floor(pre.max())
    W2[unit] /= 8
    return {**given, "b1": b1, "W2": W2}


def given(networks: Sequence[Network]) -> list[dict[str, Any]]:
    """The same of networks that are there."""
    return [dict(network.given) for network in networks]


def words(arguments: Sequence[str], given: Mapping[str, Any]) -> str:
    """What a function of these arguments was run on, as it stands in messages."""
    weights = [given[name] for name in ("W", "W1", "W2") if name in given]
    shapes = [given["x"].shape[1], *(one.shape[1] for one in weights)]
    if arguments[0] == "logits":
        return f"{shapes[-1]} fresh logits"
    return f"a fresh network of {' → '.join(map(str, shapes))} units"


def large(rng: np.random.Generator) -> list[Network]:
    """Logits near 1000 and near -1000, unsaturated, so that only the size is new."""
    networks = []
    for shift in (1000.0, -1000.0):
        trace = draw(rng, 2, (3, 0, 4)).trace()
        networks.append(_on_logits(trace["logits"] + shift, int(trace["one_hot"].argmax())))
    return networks


def spread(rng: np.random.Generator) -> list[Network]:
    """One logit far below the others: a shift by the mean, or by the smallest, overflows here."""
    trace = draw(rng, 2, (3, 0, 4)).trace()
    target = int(trace["one_hot"].argmax())
    far = int(trace["logits"].argmin())
    far = far if far != target else (far + 1) % trace["logits"].size
    logits = trace["logits"].copy()
    logits[0, far] -= 4000.0
    return [_on_logits(logits + 1000.0, target)]


def hopeless(rng: np.random.Generator) -> list[Network]:
    """A target whose logit is so low that its probability is 0 in floating point."""
    trace = draw(rng, 2, (3, 0, 4)).trace()
    target = int(trace["one_hot"].argmax())
    return [_on_logits(trace["logits"] - 800.0 * trace["one_hot"], target)]


def zero(rng: np.random.Generator) -> list[Network]:
    """Two layers, with one pre-activation that is exactly 0, and the same on a square network."""
    networks = []
    for sizes in ((3, 4, 5), SQUARE):
        network = draw(rng, 4, sizes)
        W1, b1, *rest = network.parameters
        unit = int(rng.integers(b1.size))
        b1 = b1.copy()
        b1[0, unit] -= network.trace()["hidden_pre"][0, unit]
        networks.append(Network(network.x, network.target, (W1, b1, *rest)))
    return networks


def _eighths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Multiples of 1/8 in [-1.5, 1.5], none of them 0."""
    return rng.choice([-1, 1], size=shape) * rng.integers(1, 13, size=shape) / 8


def _telling(trace: dict[str, np.ndarray]) -> bool:
    """Whether each mistake would show in the values of a network."""
    probs, pre = trace["probs"], trace.get("hidden_pre")
    target = trace["one_hot"].argmax()
    if probs.min() < 0.02 or probs.max() > 0.9 or probs.argmax() == target:
        return False
    if np.abs(trace["logits"]).min() < 0.05 or not (trace["logits"] < 0).any():
        return False
    if pre is None:
        return True
    sides = (pre > 0).any() and ((pre < 0).any() or pre.size == 1)
    away = np.abs(pre).min() > 0.1 and np.abs(trace["hidden_act"] - 1).min() > 0.05
    return bool(sides and away and np.abs(trace["grad_hidden_act"]).min() > 0.01)


def _on_logits(logits: np.ndarray, target: int) -> Network:
    """A network of one layer with exactly these logits: as features, with the identity as W."""
    count = logits.shape[1]
    return Network(logits, np.array([target]), (np.eye(count), np.zeros((1, count))))
