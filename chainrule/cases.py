"""What a learner's function is run on: worked examples, and fresh networks drawn from seeds.

Features, weights and biases are multiples of 1/8, so that sums of their products are exact and a
pre-activation can be exactly 0. A fresh network is drawn anew until no mistake can hide in it:
softmax is unsaturated, both sides of ReLU are in use, and the target is neither the winner nor
class 0 or 1 where there are more.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from chainrule import reference
from chainrule.network import WORKED_EXAMPLES, Network
from chainrule.questions import PARAMETERS, QUESTIONS, Question

# Of the fresh networks that a learner's own check shows; hidden tests bring seeds of their own.
VISIBLE_SEEDS = (1, 2)
# (inputs, hidden units, classes): sizes that differ, so that shapes cannot agree by chance; equal
# ones, on which a forgotten transpose computes something; and a single unit, where a product
# cannot misfit.
SIZES = ((3, 2, 4), (2, 4, 3), (4, 3, 5), (5, 4, 3))
SQUARE = (3, 3, 3)
UNIT = {2: (1, 1, 3), 4: (2, 1, 3)}


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a function: its arguments in order, how its results are nested, the truth."""

    kind: str
    note: str
    arguments: dict[str, Any]
    results: Any
    truth: dict[str, np.ndarray]

    def expand(self, results: tuple[str, ...]) -> tuple[str, ...]:
        """The results' names, with each parameter's own name in place of `parameters`."""
        known = tuple(name for name in self.truth if name != "losses")
        return tuple(
            name for result in results for name in (known if result == PARAMETERS else (result,))
        )


@cache
def cases(name: str, seeds: tuple[int, ...], examples: bool = False) -> tuple[Case, ...]:
    """The cases of a question: the worked examples if asked for, and each seed's fresh networks."""
    question = QUESTIONS[name]
    made = _worked(question) if examples else []
    for seed in seeds:
        made += _fresh(question, np.random.default_rng(seed))
    return tuple(made)


def _layers(question: Question) -> tuple[int, ...]:
    """The numbers of parameters of the networks that a question is asked on."""
    if question.exercise == "update_step":
        return (2, 4)
    return (2,) if question.exercise == "single_layer" else (4,)


def _worked(question: Question) -> list[Case]:
    numbers = {"single_layer": ["720"], "multi_layer": ["740"], "update_step": ["720"]}
    return [
        _case(question, WORKED_EXAMPLES[number], "fresh", f"the worked example {number}", 0.01, 2)
        for number in numbers[question.exercise]
    ]


def _fresh(question: Question, rng: np.random.Generator) -> list[Case]:
    made = []
    for count in _layers(question):
        differing = SIZES[rng.integers(len(SIZES))]
        sizes_of_kinds = [differing, SQUARE, UNIT[count]]
        if question.exercise == "update_step":
            # An update multiplies no matrices; one network has the worked example's sizes, so that
            # a step remembered from there fits, and the training around it can be seen.
            sizes_of_kinds = [differing, (2, 2, 2)]
        for sizes in sizes_of_kinds:
            network = draw(rng, count, sizes)
            rate, steps = float(rng.choice([0.25, 0.375, 0.5])), int(rng.integers(1, 4))
            made.append(_case(question, network, "fresh", _note(question, network), rate, steps))
    for kind in dict.fromkeys(prop.kind for prop in question.properties):
        if kind == "fresh":
            continue
        for network in SPECIAL[kind](rng):
            note = f"{_note(question, network)} with {WORDS[kind]}"
            made.append(_case(question, network, kind, note, 0.5, 2))
    return made


def _note(question: Question, network: Network) -> str:
    """What the function was run on, as it stands in messages."""
    shapes = [network.x.shape[1], *(weights.shape[1] for weights in network.parameters[::2])]
    if question.arguments[0] == "logits":
        return f"{shapes[-1]} fresh logits"
    return f"a fresh network of {' → '.join(map(str, shapes))} units"


def _eighths(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Multiples of 1/8 in [-1.5, 1.5], none of them 0."""
    return rng.choice([-1, 1], size=shape) * rng.integers(1, 13, size=shape) / 8


def draw(rng: np.random.Generator, parameters: int, sizes: tuple[int, int, int]) -> Network:
    """A fresh network of one or two layers (2 or 4 parameters), as the module says."""
    inputs, hidden, classes = sizes
    pairs = [(inputs, classes)] if parameters == 2 else [(inputs, hidden), (hidden, classes)]
    while True:
        arrays = [_eighths(rng, *shape) for pair in pairs for shape in (pair, (1, pair[1]))]
        target = int(rng.integers(2 if classes > 2 else 0, classes))
        network = Network(_eighths(rng, 1, inputs), np.array([target]), tuple(arrays))
        if _telling(network.trace()):
            return network


def _telling(trace: dict[str, np.ndarray]) -> bool:
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


def _large(rng: np.random.Generator) -> list[Network]:
    """Logits near 1000 and near -1000, unsaturated, so that only the size is new."""
    networks = []
    for shift in (1000.0, -1000.0):
        trace = draw(rng, 2, (3, 0, 4)).trace()
        networks.append(_on_logits(trace["logits"] + shift, int(trace["one_hot"].argmax())))
    return networks


def _hopeless(rng: np.random.Generator) -> list[Network]:
    """A target whose logit is so low that its probability is 0 in floating point."""
    trace = draw(rng, 2, (3, 0, 4)).trace()
    target = int(trace["one_hot"].argmax())
    return [_on_logits(trace["logits"] - 800.0 * trace["one_hot"], target)]


def _zero(rng: np.random.Generator) -> list[Network]:
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


SPECIAL = {"large logits": _large, "hopeless target": _hopeless, "pre-activation 0": _zero}
WORDS = {
    "large logits": "very large values",
    "hopeless target": "a hopeless target",
    "pre-activation 0": "a pre-activation of exactly 0",
}


def _case(
    question: Question, network: Network, kind: str, note: str, rate: float, steps: int
) -> Case:
    """The question asked on this network; the truth is torch's."""
    trace: dict[str, Any] = reference.trace(network)
    names, results = network.names, question.results
    if question.exercise == "update_step":
        gradients = tuple(trace[f"grad_{name}"] for name in names)
        trace |= {"parameters": network.parameters, "gradients": gradients}
        trace |= {"learning_rate": rate, "steps": steps}
        if question.function == "sgd_step":
            results, after = names, reference.sgd_step(network.parameters, gradients, rate)
        else:
            results = (names, "losses")
            args = (network.x, network.one_hot, network.parameters, rate, steps)
            after, losses = reference.train(*args)
        truth = dict(zip(names, after, strict=True))
        if question.function == "train":
            truth["losses"] = np.array(losses)
    else:
        wanted = (results,) if isinstance(results, str) else results
        truth = {name: trace[name] for name in wanted}
    return Case(kind, note, {name: trace[name] for name in question.arguments}, results, truth)
