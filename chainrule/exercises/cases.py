"""What a learner's function is run on: questions asked on worked examples and fresh networks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from chainrule.exercises.questions import PARAMETERS, QUESTIONS, CaseKind, Question
from chainrule.networks import fresh, reference
from chainrule.networks.network import WORKED_EXAMPLES, Network

# Of the fresh networks that a learner's own check shows; hidden tests bring seeds of their own.
VISIBLE_SEEDS = (1, 2)
# By the exercise: the worked example that it begins with, by its number in the series.
WORKED = {"single_layer": "720", "multi_layer": "740", "update_step": "720"}
# By the kind of case: what draws its networks, and what messages say of them.
SPECIAL: dict[CaseKind, tuple[Callable[[np.random.Generator], list[Network]], str]] = {
    "large logits": (fresh.large, "very large values"),
    "hopeless target": (fresh.hopeless, "a hopeless target"),
    "pre-activation 0": (fresh.zero, "a pre-activation of exactly 0"),
}


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a function: its arguments in order, how its results are nested, the truth.

    note: what it was run on, as it stands in messages. results: a name, or a tuple of names nested
    as the function returns its values.
    """

    kind: CaseKind
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
    """The cases of a question, by its name: the worked example if asked for, and each seed's fresh
    networks."""
    question = QUESTIONS[name]
    made = [_worked(question)] if examples else []
    for seed in seeds:
        made += _fresh(question, np.random.default_rng(seed))
    return tuple(made)


def _parameter_counts(question: Question) -> tuple[int, ...]:
    """The numbers of parameters of the networks that a question is asked on."""
    if question.exercise == "update_step":
        return (2, 4)
    return (2,) if question.exercise == "single_layer" else (4,)


def _worked(question: Question) -> Case:
    number = WORKED[question.exercise]
    note = f"the worked example {number}"
    return _case(question, WORKED_EXAMPLES[number], "fresh", note, rate=0.01, steps=2)


def _fresh(question: Question, rng: np.random.Generator) -> list[Case]:
    made = []
    for count in _parameter_counts(question):
        differing = fresh.SIZES[rng.integers(len(fresh.SIZES))]
        all_sizes = [differing, fresh.SQUARE, fresh.UNIT[count]]
        if question.exercise == "update_step":
            # An update multiplies no matrices; one network has the worked example's sizes, so that
            # a step remembered from there fits, and the training around it can be seen.
            all_sizes = [differing, (2, 2, 2)]
        for sizes in all_sizes:
            network = fresh.draw(rng, count, sizes)
            rate, steps = float(rng.choice([0.25, 0.375, 0.5])), int(rng.integers(1, 4))
            made.append(_case(question, network, "fresh", _note(question, network), rate, steps))
    for kind in dict.fromkeys(prop.kind for prop in question.properties):
        if kind == "fresh":
            continue
        networks, words = SPECIAL[kind]
        drawn = networks(rng)
        if question.function == "softmax":
            # Elsewhere a probability of 0 costs right answers, whose way leads over its logarithm.
            drawn += fresh.spread(rng)
        for network in drawn:
            note = f"{_note(question, network)} with {words}"
            made.append(_case(question, network, kind, note, rate=0.5, steps=2))
    return made


def _note(question: Question, network: Network) -> str:
    """What the function was run on, as it stands in messages."""
    shapes = [network.x.shape[1], *(weights.shape[1] for weights in network.parameters[::2])]
    if question.arguments[0] == "logits":
        return f"{shapes[-1]} fresh logits"
    return f"a fresh network of {' → '.join(map(str, shapes))} units"


def _case(
    question: Question, network: Network, kind: CaseKind, note: str, rate: float, steps: int
) -> Case:
    """The question asked on this network; the truth is torch's. Rate and steps are an update's."""
    trace: dict[str, Any] = reference.trace(network)
    if question.exercise == "update_step":
        gradients = tuple(trace[f"grad_{name}"] for name in network.names)
        trace |= {"parameters": network.parameters, "gradients": gradients}
        trace |= {"learning_rate": rate, "steps": steps}
        results, truth = _updated(question, network, gradients, rate, steps)
    else:
        results, truth = question.results, {name: trace[name] for name in question.result_names}
    return Case(kind, note, {name: trace[name] for name in question.arguments}, results, truth)


def _updated(
    question: Question,
    network: Network,
    gradients: tuple[np.ndarray, ...],
    rate: float,
    steps: int,
) -> tuple[Any, dict[str, np.ndarray]]:
    """The results of a step or of a training, nested as they are returned, and their values."""
    names, before = network.names, network.parameters
    if question.function == "sgd_step":
        after = reference.sgd_step(before, gradients, rate)
        return names, dict(zip(names, after, strict=True))
    after, losses = reference.train(network.x, network.one_hot, before, rate, steps)
    return (names, "losses"), dict(zip(names, after, strict=True)) | {"losses": np.array(losses)}
