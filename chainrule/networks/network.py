"""Small networks for classification: their parameters, and every formula of both passes in NumPy.

Rows are examples. N examples, D features, H hidden units, C classes. Parameters are tuples in the
order of the forward pass's arguments: `(W, b)` for one layer, `(W1, b1, W2, b2)` for two. Every
name `grad_...` is the gradient of the mean cross-entropy loss, and has the shape of what it is the
gradient of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from chainrule.networks.formulas import evaluate

SOFTMAX_CROSS_ENTROPY = {
    "shifted": "logits - logits.max(axis=1, keepdims=True)",
    "exps": "np.exp(shifted)",
    "probs": "exps / exps.sum(axis=1, keepdims=True)",
    "log_probs": "shifted - np.log(exps.sum(axis=1, keepdims=True))",
    "loss": "-(one_hot * log_probs).sum() / len(one_hot)",
    "grad_logits": "(probs - one_hot) / len(one_hot)",
}

ONE_LAYER = {
    "logits": "x @ W + b",
    **SOFTMAX_CROSS_ENTROPY,
    "grad_W": "x.T @ grad_logits",
    "grad_b": "grad_logits.sum(axis=0, keepdims=True)",
}

TWO_LAYERS = {
    "hidden_pre": "x @ W1 + b1",
    "hidden_act": "np.maximum(hidden_pre, 0)",
    "logits": "hidden_act @ W2 + b2",
    **SOFTMAX_CROSS_ENTROPY,
    "grad_W2": "hidden_act.T @ grad_logits",
    "grad_b2": "grad_logits.sum(axis=0, keepdims=True)",
    "grad_hidden_act": "grad_logits @ W2.T",
    "grad_hidden_pre": "grad_hidden_act * (hidden_pre > 0)",
    "grad_W1": "x.T @ grad_hidden_pre",
    "grad_b1": "grad_hidden_pre.sum(axis=0, keepdims=True)",
}

# What may stand between two layers in place of ReLU, as formulas that take the place of its own.
# The slope has a name then, as in the exercise about activations.
_SLOPE = {"grad_hidden_pre": "grad_hidden_act * hidden_slope"}
ACTIVATIONS: dict[str, dict[str, str]] = {
    "relu": {},
    "sigmoid": {
        "hidden_act": "1 / (1 + np.exp(-hidden_pre))",
        "hidden_slope": "hidden_act * (1 - hidden_act)",
        **_SLOPE,
    },
    "tanh": {
        "hidden_act": "np.tanh(hidden_pre)",
        "hidden_slope": "1 - hidden_act**2",
        **_SLOPE,
    },
    "leaky_relu": {
        "hidden_act": "np.where(hidden_pre > 0, hidden_pre, 0.01 * hidden_pre)",
        "hidden_slope": "np.where(hidden_pre > 0, 1.0, 0.01)",
        **_SLOPE,
    },
}

# Names of these formulas that no notebook mentions, and what messages say instead.
SPOKEN = {"shifted": "the shifted logits", "exps": "the exponentials"}

# By how many parameters a network has: their names, and its right formulas.
PARAMETER_NAMES = {2: ("W", "b"), 4: ("W1", "b1", "W2", "b2")}
FORMULAS = {2: ONE_LAYER, 4: TWO_LAYERS}


@dataclass(frozen=True, eq=False)
class Network:
    """A network of one or two layers with the examples that it sees.

    x: (N, D); target: (N,) class numbers; parameters: `(W, b)` or `(W1, b1, W2, b2)`, weights
    (inputs, outputs), biases (1, outputs); activation: what stands between two layers, a name of
    `ACTIVATIONS`.

    Raises ValueError, with both numbers, where shapes do not fit or a class is out of range.
    """

    x: np.ndarray
    target: np.ndarray
    parameters: tuple[np.ndarray, ...]
    activation: str = "relu"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            known = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation is {self.activation!r}, it must be one of {known}")
        count, wide = self.x.shape
        if len(self.parameters) not in PARAMETER_NAMES:
            raise ValueError(f"parameters must be 2 or 4 arrays, not {len(self.parameters)}")
        if self.target.shape != (count,):
            raise ValueError(f"target has shape {self.target.shape}, x has {count} rows")
        pairs = zip(self.names[::2], self.parameters[::2], self.parameters[1::2], strict=True)
        for name, weights, bias in pairs:
            if weights.ndim != 2 or weights.shape[0] != wide:
                raise ValueError(f"{name} has shape {weights.shape}, its input has {wide} columns")
            wide = weights.shape[1]
            if bias.shape != (1, wide):
                raise ValueError(f"the bias of {name} has shape {bias.shape}, not {(1, wide)}")
        if not ((self.target >= 0) & (self.target < wide)).all():
            raise ValueError(f"target {self.target.tolist()} is not in 0 to {wide - 1}")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return PARAMETER_NAMES[len(self.parameters)]

    @property
    def formulas(self) -> dict[str, str]:
        """The right formulas of this kind of network."""
        formulas = FORMULAS[len(self.parameters)]
        other = ACTIVATIONS[self.activation] if len(self.parameters) == 4 else {}
        return _in_place(formulas, other) if other else formulas

    @cached_property
    def one_hot(self) -> np.ndarray:
        """(N, C): a 1 in the target's column of each row."""
        rows: np.ndarray = np.eye(self.parameters[-1].shape[1])[self.target]
        return rows

    @property
    def given(self) -> dict[str, np.ndarray]:
        """What the formulas start from, by name."""
        return {
            "x": self.x,
            "one_hot": self.one_hot,
            **dict(zip(self.names, self.parameters, strict=True)),
        }

    def trace(self) -> dict[str, np.ndarray]:
        """Every intermediate of both passes by name, parameters and inputs included, in NumPy."""
        with np.errstate(over="ignore"):  # a sigmoid far below 0 is 1 / (1 + inf), which is 0
            return self.given | evaluate(self.formulas, self.given, self.formulas)


def _in_place(formulas: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    """The formulas with others in their place; what is new stands behind what it is made of."""
    made = {}
    for name, formula in formulas.items():
        made[name] = others.get(name, formula)
        if name == "hidden_act":
            made |= {new: others[new] for new in others if new not in formulas}
    return made


def network(
    x: ArrayLike, target: ArrayLike, *parameters: ArrayLike, activation: str = "relu"
) -> Network:
    """A network from nested lists, in float64; biases may be given flat.

    x: (N, D); target: (N,). Raises ValueError as Network does.
    """
    arrays = [np.array(value, dtype=float) for value in parameters]
    arrays[1::2] = [bias.reshape(1, -1) for bias in arrays[1::2]]
    given = np.array(x, dtype=float), np.array(target, dtype=int)
    return Network(*given, tuple(arrays), activation)


def loss_and_gradients(
    parameters: Sequence[np.ndarray], x: np.ndarray, one_hot: np.ndarray
) -> tuple[float, tuple[np.ndarray, ...]]:
    """The mean loss of a network of 2 or 4 parameters, and its gradients in order, in NumPy.

    x: (N, D); one_hot: (N, C). Each gradient has its parameter's shape.
    """
    names = PARAMETER_NAMES[len(parameters)]
    given = {"x": x, "one_hot": one_hot, **dict(zip(names, parameters, strict=True))}
    values = evaluate(
        FORMULAS[len(parameters)], given, ("loss", *(f"grad_{name}" for name in names))
    )
    return float(values["loss"]), tuple(values[f"grad_{name}"] for name in names)


# The worked examples of the series, by their numbers there (aiaioo/DeepLearningBasicsTutorial,
# MIT).
WORKED_EXAMPLES = {
    "710": network([[-10, 20]], [1], [[1, 2], [2, 1]], [0, 0]),
    "720": network([[8, -2]], [0], [[1, 2], [2, 1]], [0, 0]),
    "730": network([[-10, 20], [8, -2]], [1, 0], [[1, 2], [2, 1]], [0, 0]),
    "740": network([[-10, 20]], [1], [[1, 1], [2, 2]], [-1, -1], [[2, 1], [2, 1]], [5, 5]),
    "750": network(
        [[-10, 20], [8, -2]], [1, 0], [[1, 1], [2, 2]], [-1, -1], [[2, 1], [2, 1]], [5, 5]
    ),
}
