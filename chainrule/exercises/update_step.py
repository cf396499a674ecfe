"""The third exercise: a step of gradient descent, and training by many of them."""

from typing import Any

import numpy as np

from chainrule.exercises.form import (
    UNCHANGED,
    Case,
    Exercise,
    Given,
    Mistake,
    Property,
    Question,
    Shapes,
    Special,
    asks,
)
from chainrule.networks import fresh, reference
from chainrule.networks.network import WORKED_EXAMPLES, loss_and_gradients

STEP = "p - learning_rate * g"
RECORD = "    losses.append(loss)"
LAST = "losses.append(loss_and_gradients(parameters, x, one_hot)[0])"
GRADIENTS = "    loss, gradients = loss_and_gradients(parameters, x, one_hot)"
PAIRS = "for p, g in zip(parameters, gradients)"
NUMBERED = "for i, (p, g) in enumerate(zip(parameters, gradients))"
UPDATE = f"    parameters = tuple({STEP} {PAIRS})"

# Right programs; one statement a line, so that an edit can name its line.
SGD_STEP = f"return tuple({STEP} {PAIRS})"
TRAIN = f"""\
losses = []
for _ in range(steps):
{GRADIENTS}
{RECORD}
{UPDATE}
{LAST}
return parameters, losses
"""
COMPOSED = TRAIN.replace(UPDATE, "    parameters = sgd_step(parameters, gradients, learning_rate)")

MISTAKES = (
    Mistake(
        "U1",
        "adds the gradient",
        "The gradient points uphill. Which way does the loss have to go?",
        edits=({STEP: "p + learning_rate * g"},),
    ),
    Mistake(
        "U2",
        "no learning rate",
        "How long is a step? The third argument says so.",
        edits=({STEP: "p - g"},),
    ),
    Mistake(
        "U3",
        "multiplies in place of subtracting",
        "A step moves a weight by an amount that does not depend on the weight itself.",
        edits=({STEP: "p * (1 - learning_rate * g)"},),
    ),
    Mistake(
        "U4",
        "bias not updated",
        "Every parameter moves, the biases too.",
        edits=tuple(
            {f"{STEP} {PAIRS}": f"p if {which} else {STEP} {NUMBERED}"}
            for which in ("i % 2", "i == 1", "i == 3")
        ),
    ),
    Mistake(
        "U5",
        "returns the step, not the new parameters",
        "This is how far to move. Where does the parameter end up?",
        edits=({STEP: "-learning_rate * g"}, {STEP: "learning_rate * g"}),
    ),
    Mistake(
        "U6",
        "gradients accumulated over the steps",
        "Each step uses the gradient at the present parameters only.",
        edits=(
            {
                "losses = []": "losses, total = [], [0 * p for p in parameters]",
                GRADIENTS: f"{GRADIENTS}\n"
                "    total = gradients = [t + g for t, g in zip(total, gradients)]",
            },
        ),
    ),
    Mistake(
        "U7",
        "learning rate fixed inside the function",
        "The caller chooses the learning rate. Does your function use the one it was given?",
        edits=tuple({STEP: f"p - {rate} * g"} for rate in (0.01, 0.1)),
    ),
    Mistake(
        "U8",
        "gradient of the bias taken after the weights were updated",
        "All gradients of a step belong to the same parameters: take them together, then move.",
        edits=(
            {
                UPDATE: "    for i in range(len(parameters)):\n"
                "        gradients = loss_and_gradients(parameters, x, one_hot)[1]\n"
                "        moved = parameters[i] - learning_rate * gradients[i]\n"
                "        parameters = (*parameters[:i], moved, *parameters[i + 1 :])"
            },
        ),
    ),
    Mistake(
        "T1",
        "losses recorded at the wrong moments: one too few, or one too many",
        "Count them for steps = 1: the loss before the step, and the loss after it.",
        edits=(
            {LAST: ""},
            {RECORD: "", UPDATE: f"{UPDATE}\n    {LAST}", LAST: ""},
            {LAST: f"{LAST}\n{LAST}"},
            {"losses = []": "losses = [loss_and_gradients(parameters, x, one_hot)[0]]"},
        ),
    ),
    Mistake(
        "T2",
        "gradients computed once, before the loop",
        "After a step the parameters are new. Are the gradients?",
        edits=(
            {
                "losses = []": "losses = []\n"
                "gradients = loss_and_gradients(parameters, x, one_hot)[1]",
                GRADIENTS: "    loss = loss_and_gradients(parameters, x, one_hot)[0]",
            },
        ),
    ),
)


def forward(x: Any, one_hot: Any, parameters: Any) -> dict[str, Any]:
    """The loss of one layer or of two, for the gradients."""
    import torch

    logits = x @ parameters[0] + parameters[1]
    if len(parameters) == 4:
        logits = torch.relu(logits) @ parameters[2] + parameters[3]
    return {"loss": torch.nn.functional.cross_entropy(logits, one_hot)}


def train(
    x: Any, one_hot: Any, parameters: Any, learning_rate: float, steps: int
) -> tuple[tuple[np.ndarray, ...], list[float]]:
    """The truth of a training."""
    return reference.train(x, one_hot, parameters, learning_rate, steps)


def of_a_step(case: Case) -> dict[str, np.ndarray]:
    """All that belongs to each parameter."""
    rate = float(case.arguments["learning_rate"])
    values: dict[str, np.ndarray] = {"learning_rate": np.array(rate)}
    parameters, gradients = case.arguments["parameters"], case.arguments["gradients"]
    for name, old, gradient in zip(case.truth, parameters, gradients, strict=True):
        values |= {f"the old {name}": old, f"grad_{name}": gradient}
        values |= _steps(name, "", rate * gradient)
        values |= {name: case.truth[name]}
    return values


def of_a_training(case: Case) -> dict[str, np.ndarray]:
    """The same after each step, and the losses."""
    names = case.expand(("parameters",))
    x, one_hot, parameters, rate, steps = case.arguments.values()
    values: dict[str, np.ndarray] = {"learning_rate": np.array(rate), "x": x, "one_hot": one_hot}
    losses: list[float] = []
    for done in range(steps + 1):
        when = f"after {done} step{'s' * (done != 1)}" if done else "at the start"
        loss, gradients = loss_and_gradients(parameters, x, one_hot)
        losses.append(loss)
        values[f"the loss {when}"] = np.array(loss)
        if done:
            values[f"the losses up to it, {when}"] = np.array(losses)
        for name, old, gradient in zip(names, parameters, gradients, strict=True):
            values |= {f"{name} {when}": old, f"grad_{name} {when}": gradient}
            values |= _steps(name, f" {when}", rate * gradient)
        pairs = zip(parameters, gradients, strict=True)
        parameters = [old - rate * gradient for old, gradient in pairs]
    values["losses"] = np.array(losses)
    return values


def _steps(name: str, when: str, step: np.ndarray) -> dict[str, np.ndarray]:
    return {f"the step of {name}{when}": step, f"minus the step of {name}{when}": -step}


def worked(number: str) -> Given:
    """A network of the series, to be trained for two steps."""
    return {**WORKED_EXAMPLES[number].given, "learning_rate": 0.01, "steps": 2}


def words(question: Question, given: Given) -> str:
    """What a function was run on."""
    return fresh.words(question.arguments, given)


def no_steps(rng: np.random.Generator) -> list[Given]:
    """Networks of one layer and of two that are not trained at all."""
    drawn = [fresh.drawn(rng, shapes, fresh.sizes(2, 2, 2)) for shapes in (ONE_LAYER, TWO_LAYERS)]
    return [{**given, "steps": 0} for given in drawn]


ONE_LAYER: Shapes = {
    "x": "N D",
    "one_hot": "N C: one-hot",
    "W": "D C",
    "b": "1 C",
    "parameters": ("W", "b"),
    "gradients": ("grad_W", "grad_b"),
    "learning_rate": ": 0.25, 0.375, 0.5",
    "steps": ": 1 to 3",
}
TWO_LAYERS: Shapes = {
    "x": "N D",
    "one_hot": "N C: one-hot",
    "W1": "D H",
    "b1": "1 H",
    "W2": "H C",
    "b2": "1 C",
    "parameters": ("W1", "b1", "W2", "b2"),
    "gradients": ("grad_W1", "grad_b1", "grad_W2", "grad_b2"),
    "learning_rate": ": 0.25, 0.375, 0.5",
    "steps": ": 1 to 3",
}
# An update multiplies no matrices; one network has the worked example's sizes, so that a step
# remembered from there fits, and the training around it can be seen.
SIZES = (fresh.DIFFERING, fresh.sizes(2, 2, 2))
NO_STEPS = "no steps"

EXERCISE = Exercise(
    name="update_step",
    place=3,
    shapes=(ONE_LAYER, TWO_LAYERS),
    sizes=SIZES,
    draw=fresh.drawn,
    words=words,
    forward=forward,
    worked={"the worked example 720": worked("720")},
    special={NO_STEPS: Special("steps = 0", no_steps)},
    helpers=(loss_and_gradients,),
    mistakes=MISTAKES,
    questions=(
        asks(
            "sgd_step",
            "parameters, gradients, learning_rate",
            "parameters",
            Property("value", ("parameters",)),
            UNCHANGED,
            handwork=False,
            program=SGD_STEP,
            reference=reference.sgd_step,
            quantities=of_a_step,
        ),
        asks(
            "train",
            "x, one_hot, parameters, learning_rate, steps",
            "parameters, losses",
            Property("parameters", ("parameters",)),
            Property("losses", ("losses",)),
            Property(NO_STEPS, ("parameters", "losses"), NO_STEPS),
            UNCHANGED,
            earlier="sgd_step",
            handwork=False,
            program=TRAIN,
            composed=COMPOSED,
            reference=train,
            quantities=of_a_training,
        ),
    ),
)
