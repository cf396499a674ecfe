"""The fifth exercise: other activations, one backward pass for all of them, and gradients that
vanish on their way through many layers."""

from typing import Any

import numpy as np

from chainrule.exercises.form import Exercise, Given, Mistake, Property, Shapes, Special, asks

LEAK = 0.01  # as in PyTorch

FORMULAS = {
    "sigmoid": "1 / (1 + np.exp(-pre))",
    "sigmoid_slope": "sigmoid * (1 - sigmoid)",
    "tanh": "np.tanh(pre)",
    "tanh_slope": "1 - tanh**2",
    "leaky_relu": "np.where(pre > 0, pre, 0.01 * pre)",
    "leaky_relu_slope": "np.where(pre > 0, 1.0, 0.01)",
    "grad_W2": "hidden_act.T @ grad_logits",
    "grad_b2": "grad_logits.sum(axis=0, keepdims=True)",
    "grad_hidden_act": "grad_logits @ W2.T",
    "grad_hidden_pre": "grad_hidden_act * hidden_slope",
    "grad_W1": "x.T @ grad_hidden_pre",
    "grad_b1": "grad_hidden_pre.sum(axis=0, keepdims=True)",
}
THROUGH = """
    grads = []
    for W, slope in zip(reversed(weights), reversed(slopes)):
        grad = (grad * slope) @ W.T
        grads.insert(0, grad)
    return tuple(grads)
"""

MISTAKES = (
    Mistake(
        "S1",
        "the sigmoid's formula for the slope, given the pre-activation",
        "The short formula takes what the sigmoid gave, not what it was given.",
        ({"sigmoid_slope": "pre * (1 - pre)"},),
    ),
    Mistake(
        "S2",
        "the sigmoid of the sigmoid",
        "How often has the sigmoid been applied to the numbers in your slope?",
        (
            {
                "again": "1 / (1 + np.exp(-sigmoid))",
                "sigmoid_slope": "again * (1 - again)",
            },
        ),
    ),
    Mistake(
        "S3",
        "a sign in the exponent of the sigmoid",
        "For a large positive number the sigmoid should be near 1. Try yours.",
        ({"sigmoid": "1 / (1 + np.exp(pre))"},),
    ),
    Mistake(
        "H1",
        "tanh not squared in its slope",
        "At which values of tanh must its slope be 0? There are two of them.",
        ({"tanh_slope": "1 - tanh"}, {"tanh_slope": "1 - np.abs(tanh)"}),
    ),
    Mistake(
        "H2",
        "the pre-activation squared in the slope of tanh",
        "The short formula takes what tanh gave, not what it was given.",
        ({"tanh_slope": "1 - pre**2"},),
    ),
    Mistake(
        "H3",
        "the sigmoid's slope for tanh",
        "Both are S-shaped, but tanh is twice as steep, and its values lie between -1 and 1.",
        ({"tanh_slope": "tanh * (1 - tanh)"},),
    ),
    Mistake(
        "K1",
        "ReLU in place of the leaky one",
        "What leaks? On the left side something is left of the number.",
        ({"leaky_relu": "np.maximum(pre, 0)"},),
    ),
    Mistake(
        "K2",
        "slope 0 on the left side",
        "The left side of a leaky ReLU is a line, too. How steep is it?",
        ({"leaky_relu_slope": "np.where(pre > 0, 1.0, 0.0)"},),
    ),
    Mistake(
        "K3",
        "slope 1 at a pre-activation of exactly 0",
        "This course, like PyTorch, says to which side 0 belongs. Look it up.",
        ({"leaky_relu_slope": "np.where(pre >= 0, 1.0, 0.01)"},),
    ),
    Mistake(
        "K4",
        "the slope multiplied by the number itself",
        "A slope does not depend on how far along the line you are.",
        ({"leaky_relu_slope": "np.where(pre > 0, pre, 0.01 * pre)"},),
    ),
    Mistake(
        "P1",
        "the slope left out of the backward pass",
        "Between activation and pre-activation stands one factor. Which argument is it?",
        ({"grad_hidden_pre": "grad_hidden_act"},),
    ),
    Mistake(
        "P2",
        "the activation where its slope belongs",
        "The local gradient is the slope of the activation, not its value.",
        ({"grad_hidden_pre": "grad_hidden_act * hidden_act"},),
    ),
    Mistake(
        "P3",
        "the slope where the activation belongs",
        "What is W2 multiplied by on the way forward?",
        ({"grad_W2": "hidden_slope.T @ grad_logits"},),
    ),
    Mistake(
        "P4",
        "the slope used for only one of W1, b1",
        "Both parameters of the first layer get their gradient through the same activation.",
        (
            {"grad_W1": "x.T @ grad_hidden_act"},
            {"grad_b1": "grad_hidden_act.sum(axis=0, keepdims=True)"},
        ),
    ),
    Mistake(
        "V1",
        "layers gone through from the first to the last",
        "The gradient comes from the loss. Which layer does it reach first?",
        edits=({"zip(reversed(weights), reversed(slopes))": "zip(weights, slopes)"},),
    ),
    Mistake(
        "V2",
        "the slope after the weights",
        "On the way back, what comes first: the activation, or the product before it?",
        edits=(
            {
                "grad = (grad * slope) @ W.T": "grad = grad @ W.T",
                "grads.insert(0, grad)": "grads.insert(0, grad * slope)",
            },
        ),
    ),
    Mistake(
        "V3",
        "the slopes left out",
        "Each layer has an activation, and each activation a local gradient.",
        edits=({"grad = (grad * slope) @ W.T": "grad = grad @ W.T"},),
    ),
    Mistake(
        "V4",
        "the gradients in the order in which they were computed",
        "The first of the list belongs to the first layer. Which did you compute first?",
        edits=({"grads.insert(0, grad)": "grads.append(grad)"},),
    ),
)


def slope(act: Any, pre: Any) -> Any:
    """What torch says of an activation that works entry by entry."""
    import torch

    grad: Any = torch.autograd.grad  # typed in part
    (found,) = grad(act.sum(), pre, retain_graph=True)
    return found


def forward(
    pre: Any = None, x: Any = None, W1: Any = None, b1: Any = None, W2: Any = None, b2: Any = None,
    one_hot: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """Each activation with its slope; or the pass of two layers with one of them."""
    import torch

    if pre is not None:
        functions: dict[str, Any] = {
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
            "leaky_relu": lambda one: torch.nn.functional.leaky_relu(one, LEAK),
        }
        found = {name: function(pre) for name, function in functions.items()}
        slopes = {f"{name}_slope": slope(one, pre) for name, one in found.items()}
        return {name: one.detach() for name, one in {**found, **slopes}.items()}
    if x is None:
        return {}
    hidden_pre = x @ W1 + b1
    hidden_act = torch.tanh(hidden_pre)
    logits = hidden_act @ W2 + b2
    loss = torch.nn.functional.cross_entropy(logits, one_hot)
    steps = {"hidden_pre": hidden_pre, "hidden_act": hidden_act, "logits": logits, "loss": loss}
    return {**steps, "hidden_slope": slope(hidden_act, hidden_pre)}


def through(grad: Any, weights: Any, slopes: Any) -> Any:
    """The truth of many layers: torch's, of layers whose activations have just these slopes."""
    import torch

    value = torch.zeros(len(grad), len(weights[0]), dtype=torch.float64, requires_grad=True)
    inputs = []
    for W, local in zip(weights, slopes, strict=True):
        inputs.append(value)
        value = (value @ torch.from_numpy(W)) * torch.from_numpy(local)
    (value * torch.from_numpy(grad)).sum().backward(inputs=inputs)
    return tuple(one.grad for one in inputs)


def at_0(rng: np.random.Generator) -> list[Given]:
    """Pre-activations of which one is exactly 0."""
    pre = rng.integers(-12, 13, size=(2, 4)) / 8
    pre[0, 2], pre[1] = 0.0, [-0.5, 0.25, 1.0, -1.25]
    return [{"pre": pre}]


# Five layers, each of another width.
AXES = "PQRSTU"
LAYERS = {f"W{n + 1}": f"{one} {AXES[n + 1]}" for n, one in enumerate(AXES[:-1])}
SLOPES = {f"slope{n + 1}": f"N {one}: positive" for n, one in enumerate(AXES[1:])}
DEEP: Shapes = {
    "grad": "N U",
    **LAYERS,
    **SLOPES,
    "weights": tuple(LAYERS),
    "slopes": tuple(SLOPES),
    "grads": tuple(f"grad_{n + 1}" for n in range(len(LAYERS))),
}
ENTRIES: Shapes = {"pre": "N H"}
SHALLOW: Shapes = {
    "x": "N D",
    "W1": "D H",
    "b1": "1 H",
    "W2": "H C",
    "b2": "1 C",
    "one_hot": "N C: one-hot",
}
WIDTHS = {"P": 2, "Q": 3, "R": 5, "S": 4, "T": 2, "U": 3}
SIZES = (
    ({"N": 3, "D": 2, "H": 5, "C": 4, **WIDTHS}, {"N": 2, "D": 4, "H": 3, "C": 5, **WIDTHS}),
    dict.fromkeys(("N", "D", "H", "C", *WIDTHS), 3),
    {"N": 1, "D": 2, "H": 3, "C": 4, **WIDTHS},
)

EXERCISE = Exercise(
    name="activations",
    place=5,
    shapes=(ENTRIES, SHALLOW, DEEP),
    sizes=SIZES,
    forward=forward,
    formulas=FORMULAS,
    mistakes=MISTAKES,
    special={"pre-activation 0": Special("a pre-activation of exactly 0", at_0)},
    questions=(
        asks("sigmoid", "pre", "sigmoid, sigmoid_slope"),
        asks("tanh", "pre", "tanh, tanh_slope"),
        asks(
            "leaky_relu",
            "pre",
            "leaky_relu, leaky_relu_slope",
            Property("leaky_relu", ("leaky_relu",)),
            Property("leaky_relu_slope", ("leaky_relu_slope",)),
            Property("slope at 0", ("leaky_relu_slope",), "pre-activation 0"),
        ),
        asks(
            "backward",
            "x, W2, hidden_act, hidden_slope, grad_logits",
            "grad_W1, grad_b1, grad_W2, grad_b2",
        ),
        asks(
            "backward_through",
            "grad, weights, slopes",
            "grads",
            Property("value", ("grads",)),
            program=THROUGH,
            reference=through,
        ),
    ),
)
