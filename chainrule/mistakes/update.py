"""Mistakes in the update: lines of a right program that are typed wrongly."""

from chainrule.mistakes.entry import Mistake

_STEP = "p - learning_rate * g"
_RECORD = "    losses.append(loss)"
_LAST = "losses.append(loss_and_gradients(parameters, x, one_hot)[0])"
_GRADIENTS = "    loss, gradients = loss_and_gradients(parameters, x, one_hot)"
_UPDATE = f"    parameters = tuple({_STEP} for p, g in zip(parameters, gradients))"

# Right programs, by question; one statement a line, so that an edit can name its line.
PROGRAMS = {
    "update_step.sgd_step": [f"return tuple({_STEP} for p, g in zip(parameters, gradients))"],
    "update_step.train": [
        "losses = []",
        "for _ in range(steps):",
        _GRADIENTS,
        _RECORD,
        _UPDATE,
        _LAST,
        "return parameters, losses",
    ],
}

_PAIRS = "for p, g in zip(parameters, gradients)"
_NUMBERED = "for i, (p, g) in enumerate(zip(parameters, gradients))"

UPDATES = (
    Mistake(
        "U1",
        "adds the gradient",
        "The gradient points uphill. Which way does the loss have to go?",
        edits=({_STEP: "p + learning_rate * g"},),
    ),
    Mistake(
        "U2",
        "no learning rate",
        "How long is a step? The third argument says so.",
        edits=({_STEP: "p - g"},),
    ),
    Mistake(
        "U3",
        "multiplies in place of subtracting",
        "A step moves a weight by an amount that does not depend on the weight itself.",
        edits=({_STEP: "p * (1 - learning_rate * g)"},),
    ),
    Mistake(
        "U4",
        "bias not updated",
        "Every parameter moves, the biases too.",
        edits=tuple(
            {f"{_STEP} {_PAIRS}": f"p if {which} else {_STEP} {_NUMBERED}"}
            for which in ("i % 2", "i == 1", "i == 3")
        ),
    ),
    Mistake(
        "U5",
        "returns the step, not the new parameters",
        "This is how far to move. Where does the parameter end up?",
        edits=({_STEP: "-learning_rate * g"}, {_STEP: "learning_rate * g"}),
    ),
    Mistake(
        "U6",
        "gradients accumulated over the steps",
        "Each step uses the gradient at the present parameters only.",
        edits=(
            {
                "losses = []": "losses, total = [], [0 * p for p in parameters]",
                _GRADIENTS: f"{_GRADIENTS}\n"
                "    total = gradients = [t + g for t, g in zip(total, gradients)]",
            },
        ),
    ),
    Mistake(
        "U7",
        "learning rate fixed inside the function",
        "The caller chooses the learning rate. Does your function use the one it was given?",
        edits=tuple({_STEP: f"p - {rate} * g"} for rate in (0.01, 0.1)),
    ),
    Mistake(
        "U8",
        "gradient of the bias taken after the weights were updated",
        "All gradients of a step belong to the same parameters: take them together, then move.",
        edits=(
            {
                _UPDATE: "    for i in range(len(parameters)):\n"
                "        gradients = loss_and_gradients(parameters, x, one_hot)[1]\n"
                "        moved = parameters[i] - learning_rate * gradients[i]\n"
                "        parameters = (*parameters[:i], moved, *parameters[i + 1 :])"
            },
        ),
    ),
    Mistake(
        "U9",
        "changes the caller's array in place",
        "`-=` writes into the array that was passed in. The caller still needs the old one.",
        edits=({_STEP: "np.subtract(p, learning_rate * g, out=p)"},),
    ),
    Mistake(
        "U10",
        "does not use its arguments (a global, or an earlier cell's result)",
        "The answer stays the same when the arguments change. Which name comes from outside?",
    ),
    Mistake(
        "T1",
        "losses recorded at the wrong moments: one too few, or one too many",
        "Count them for steps = 1: the loss before the step, and the loss after it.",
        edits=(
            {_LAST: ""},
            {_RECORD: "", _UPDATE: f"{_UPDATE}\n    {_LAST}", _LAST: ""},
            {_LAST: f"{_LAST}\n{_LAST}"},
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
                _GRADIENTS: "    loss = loss_and_gradients(parameters, x, one_hot)[0]",
            },
        ),
    ),
)
