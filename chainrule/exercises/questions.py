"""What the exercises ask for, as data: each function's arguments, results and marked properties."""

from dataclasses import dataclass, field
from typing import Literal

from chainrule.networks.formulas import Formulas
from chainrule.networks.network import ONE_LAYER, TWO_LAYERS

# Stands for the names of a network's parameters, in the results of an update.
PARAMETERS = "parameters"

# What a function is asked on: any network; one of the kinds that some property is about; or, where
# another answer builds on it, what that one gives.
CaseKind = Literal["fresh", "large logits", "hopeless target", "pre-activation 0", "earlier"]


@dataclass(frozen=True)
class Property:
    """One thing that is marked on its own: the named results, on one kind of case.

    A property without results is about the arguments: they must be unchanged afterwards.
    """

    name: str
    results: tuple[str, ...]
    kind: CaseKind = "fresh"


@dataclass(frozen=True, eq=False)
class Question:
    """A function to write.

    `name` is "exercise.function". `results` is a name, or a tuple as the function returns it.
    `formulas` are the right ones, of the network that it is about. `earlier` are the functions of
    the same exercise that it may build on. `composition` are formulas that it is composed by where
    these are the learner's own. `handwork` says that using autograd misses the point.
    """

    name: str
    arguments: tuple[str, ...]
    results: str | tuple[str, ...]
    properties: tuple[Property, ...]
    formulas: Formulas = field(default_factory=dict)
    earlier: tuple[str, ...] = ()
    composition: Formulas = field(default_factory=dict)
    handwork: bool = True

    @property
    def result_names(self) -> tuple[str, ...]:
        """The results' names, as a tuple also where there is only one."""
        return self.results if isinstance(self.results, tuple) else (self.results,)

    @property
    def exercise(self) -> str:
        """The notebook that asks."""
        return self.name.partition(".")[0]

    @property
    def function(self) -> str:
        """What the function is called there."""
        return self.name.partition(".")[2]


def _each(*results: str) -> tuple[Property, ...]:
    return tuple(Property(result, (result,)) for result in results)


def _value(result: str) -> Property:
    return Property("value", (result,))


def _large(result: str) -> Property:
    return Property("large logits", (result,), "large logits")


UNCHANGED = Property("arguments unchanged", ())

QUESTIONS = {
    question.name: question
    for question in (
        Question(
            "single_layer.softmax",
            ("logits",),
            "probs",
            (_value("probs"), _large("probs")),
            ONE_LAYER,
        ),
        Question(
            "single_layer.cross_entropy",
            ("logits", "one_hot"),
            "loss",
            (
                _value("loss"),
                _large("loss"),
                Property("hopeless target", ("loss",), "hopeless target"),
            ),
            ONE_LAYER,
            earlier=("softmax",),
            composition={"log_probs": "np.log(probs)"},
        ),
        Question(
            "single_layer.backward_logits",
            ("logits", "one_hot"),
            "grad_logits",
            (_value("grad_logits"), _large("grad_logits")),
            ONE_LAYER,
            earlier=("softmax",),
        ),
        Question(
            "single_layer.backward",
            ("x", "W", "b", "one_hot"),
            ("grad_W", "grad_b"),
            _each("grad_W", "grad_b"),
            ONE_LAYER,
            earlier=("softmax", "backward_logits"),
        ),
        Question(
            "multi_layer.forward",
            ("x", "W1", "b1", "W2", "b2"),
            ("hidden_pre", "hidden_act", "logits"),
            _each("hidden_pre", "hidden_act", "logits"),
            TWO_LAYERS,
        ),
        Question(
            "multi_layer.backward_output",
            ("hidden_act", "grad_logits"),
            ("grad_W2", "grad_b2"),
            _each("grad_W2", "grad_b2"),
            TWO_LAYERS,
        ),
        Question(
            "multi_layer.backward_hidden",
            ("grad_logits", "W2"),
            "grad_hidden_act",
            _each("grad_hidden_act"),
            TWO_LAYERS,
        ),
        Question(
            "multi_layer.backward_relu",
            ("grad_hidden_act", "hidden_pre"),
            "grad_hidden_pre",
            (
                _value("grad_hidden_pre"),
                Property("slope at 0", ("grad_hidden_pre",), "pre-activation 0"),
            ),
            TWO_LAYERS,
        ),
        Question(
            "multi_layer.backward",
            ("x", "W1", "b1", "W2", "b2", "one_hot"),
            ("grad_W1", "grad_b1", "grad_W2", "grad_b2"),
            (
                *_each("grad_W1", "grad_b1", "grad_W2", "grad_b2"),
                Property("slope at 0", ("grad_W1", "grad_b1"), "pre-activation 0"),
            ),
            TWO_LAYERS,
            earlier=("forward", "backward_output", "backward_hidden", "backward_relu"),
        ),
        Question(
            "update_step.sgd_step",
            ("parameters", "gradients", "learning_rate"),
            PARAMETERS,
            (Property("value", (PARAMETERS,)), UNCHANGED),
            handwork=False,
        ),
        Question(
            "update_step.train",
            ("x", "one_hot", "parameters", "learning_rate", "steps"),
            (PARAMETERS, "losses"),
            (Property("parameters", (PARAMETERS,)), Property("losses", ("losses",)), UNCHANGED),
            earlier=("sgd_step",),
            handwork=False,
        ),
    )
}


def question(name: str) -> Question:
    """The question of that name. Raises ValueError where there is none."""
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    return QUESTIONS[name]


def exercises() -> list[str]:
    """The exercises' names, in the order of the course."""
    return list(dict.fromkeys(question.exercise for question in QUESTIONS.values()))
