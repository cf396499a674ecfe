"""The catalogue of mistakes that learners make: for each an id, a name, a hint, and what it
computes.

A mistake in a network is a table of formulas that take the place of right ones
(`chainrule.network`); where a learner could type it in several ways, there are several variants,
the plainest first. A mistake in an update is a table of edits to the lines of a right program.
Hints ask or remind; none holds the answer.
"""

from dataclasses import dataclass

from chainrule.formulas import Formulas

# Weights, bias, what goes in, and the gradient that comes back, of each layer.
LAYERS = (
    ("W2", "b2", "hidden_act", "grad_logits"),
    ("W1", "b1", "x", "grad_hidden_pre"),
    ("W", "b", "x", "grad_logits"),
)


@dataclass(frozen=True, eq=False)
class Mistake:
    """One mistake. `variants` are replaced formulas, `edits` are replaced lines of an update."""

    id: str
    name: str
    hint: str
    variants: tuple[Formulas, ...] = ()
    edits: tuple[Formulas, ...] = ()


def _layers(kind: str, template: str) -> tuple[Formulas, ...]:
    """One wrong formula for each layer's weights or bias, then for both layers at once."""
    single = [
        {f"grad_{W if kind == 'weights' else b}": template.format(W=W, b=b, input=inp, grad=grad)}
        for W, b, inp, grad in LAYERS
    ]
    return (*single, single[0] | single[1])


def weights(template: str) -> tuple[Formulas, ...]:
    return _layers("weights", template)


def biases(template: str) -> tuple[Formulas, ...]:
    return _layers("biases", template)


def instead(name: str, *formulas: str) -> tuple[Formulas, ...]:
    return tuple({name: formula} for formula in formulas)


RELU = (
    Mistake(
        "A1",
        "no ReLU mask",
        "A unit with a negative pre-activation passes nothing forward. What can it pass back?",
        instead("grad_hidden_pre", "grad_hidden_act", "grad_hidden_act * (hidden_act >= 0)"),
    ),
    Mistake(
        "A2",
        "ReLU applied to the gradient",
        "The gate is set by the sign of the pre-activation, not by the sign of the gradient.",
        instead("grad_hidden_pre", "np.maximum(grad_hidden_act, 0)"),
    ),
    Mistake(
        "A3",
        "multiplied by the activation in place of ReLU's slope",
        "Where ReLU is open its slope is one number, however large the activation is.",
        instead("grad_hidden_pre", "grad_hidden_act * hidden_act"),
    ),
    Mistake(
        "A4",
        "upstream gradient dropped",
        "The slope of ReLU is only the local gradient. What does the chain rule do with it?",
        instead("grad_hidden_pre", "(hidden_pre > 0) * 1.0"),
    ),
    Mistake(
        "A5",
        "slope 1 at a pre-activation of 0",
        "This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
        instead("grad_hidden_pre", "grad_hidden_act * (hidden_pre >= 0)"),
    ),
    Mistake(
        "A6",
        "slope 1/2 at a pre-activation of 0",
        "This course, like PyTorch, says what the slope of ReLU is exactly at 0. Look it up.",
        instead(
            "grad_hidden_pre", "grad_hidden_act * ((hidden_pre > 0) + 0.5 * (hidden_pre == 0))"
        ),
    ),
    Mistake(
        "A7",
        "ReLU mask upside down",
        "Which units let the signal through on the way forward, and which do in your mask?",
        instead("grad_hidden_pre", "grad_hidden_act * (hidden_pre < 0)"),
    ),
    Mistake(
        "A8",
        "the slope of another activation (sigmoid's)",
        "h(1 - h) is the slope of the sigmoid. These hidden units use ReLU.",
        instead("grad_hidden_pre", "grad_hidden_act * hidden_act * (1 - hidden_act)"),
    ),
)

PRODUCTS = (
    Mistake(
        "B1",
        "pre-activation where the activation belongs",
        "What does the second layer multiply by W2: the numbers before ReLU, or after it?",
        instead("grad_W2", "hidden_pre.T @ grad_logits"),
    ),
    Mistake(
        "B2",
        "result transposed",
        "A gradient has exactly the shape of its parameter: one row for each input.",
        weights("{grad}.T @ {input}"),
    ),
    Mistake(
        "B3",
        "no transpose: the shapes of the product do not fit",
        "Write down the shapes of both factors. Which product has the parameter's shape?",
        weights("{input} @ {grad}"),
    ),
    Mistake(
        "B4",
        "elementwise product in place of a matrix product",
        "Every input meets every output. `*` pairs only equal positions.",
        weights("{input} * {grad}"),
    ),
    Mistake(
        "B5",
        "the layer's own output in place of its input",
        "What is each weight of this layer multiplied by on the way forward?",
        instead("grad_W1", "hidden_act.T @ grad_hidden_pre"),
    ),
    Mistake(
        "B6",
        "ReLU mask used for only one of W1, b1",
        "Both parameters of the first layer get their gradient through the same ReLU.",
        (
            {"grad_W1": "x.T @ grad_hidden_act"},
            {"grad_b1": "grad_hidden_act.sum(axis=0, keepdims=True)"},
        ),
    ),
    Mistake(
        "C1",
        "W2 not transposed on the way back",
        "Forward, W2 takes H numbers to C. Which way round does the gradient go?",
        instead("grad_hidden_act", "grad_logits @ W2"),
    ),
    Mistake(
        "C2",
        "the wrong layer's weights",
        "Which weights lie between the hidden activations and the logits?",
        instead("grad_hidden_act", "grad_logits @ W1.T"),
    ),
    Mistake(
        "C3",
        "W2 updated before it is used",
        "All gradients belong to the parameters that the forward pass used. Update last.",
        instead(
            "grad_hidden_act",
            *(f"grad_logits @ (W2 - {rate} * grad_W2).T" for rate in (0.1, 0.01, 1.0)),
        ),
    ),
)

MEANS = (
    Mistake(
        "D1",
        "not divided by the number of examples",
        "The loss is a mean over the examples. Its gradient is one too.",
        instead("grad_logits", "probs - one_hot"),
    ),
    Mistake(
        "D2",
        "divided twice by the number of examples",
        "The mean over the examples is taken once. Where is it already?",
        instead("grad_logits", "(probs - one_hot) / len(one_hot) / len(one_hot)"),
    ),
    Mistake(
        "D3",
        "mean over all entries",
        "The loss is a sum over classes and a mean over examples only. What did you divide by?",
        instead("grad_logits", "(probs - one_hot) / one_hot.size"),
    ),
    Mistake(
        "D4",
        "weights averaged, bias summed",
        "The gradient of the bias belongs to the same mean loss as that of the weights.",
        biases("len({grad}) * {grad}.sum(axis=0, keepdims=True)"),
    ),
)

LOGITS = (
    Mistake(
        "E1",
        "sign turned round",
        "Raise the target's logit a little: does the loss rise or fall? Compare your sign.",
        instead("grad_logits", "(one_hot - probs) / len(one_hot)"),
    ),
    Mistake(
        "E2",
        "one-hot target forgotten",
        "A gradient that never looks at the target cannot know which class is right.",
        instead("grad_logits", "probs / len(one_hot)"),
    ),
    Mistake(
        "E3",
        "class number in place of the one-hot row",
        "Only one of the classes is the target. A class number changes all of them alike.",
        instead("grad_logits", "(probs - one_hot.argmax(axis=1)[:, None]) / len(one_hot)"),
    ),
    Mistake(
        "E4",
        "logits in place of probabilities",
        "Follow the forward pass: what happens to the logits before the loss sees them?",
        instead("grad_logits", "(logits - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E5",
        "log-probabilities in place of probabilities",
        "The logarithm belongs to the loss. Is it still there once you have differentiated?",
        instead("grad_logits", "(log_probs - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E6",
        "stops at the gradient of the probabilities",
        "This is the slope of the loss with respect to probs. One step is left: through softmax.",
        instead("grad_logits", "-one_hot / probs / len(one_hot)"),
    ),
    Mistake(
        "E7",
        "one softmax slope too many",
        "Softmax and cross-entropy together are already differentiated. What is the extra factor?",
        instead("grad_logits", "(probs - one_hot) * probs * (1 - probs) / len(one_hot)"),
    ),
    Mistake(
        "E8",
        "only the diagonal of softmax's Jacobian",
        "Each logit moves every probability, not only its own. Look at the classes that got 0.",
        instead("grad_logits", "-one_hot * (1 - probs) / len(one_hot)"),
    ),
    Mistake(
        "E9",
        "a factor 2, as if the loss were a squared error",
        "Where would a 2 come from? There is no square in cross-entropy.",
        instead("grad_logits", "2 * (probs - one_hot) / len(one_hot)"),
    ),
    Mistake(
        "E10",
        "hard decision in place of probabilities",
        "The loss depends on how sure the network is, not only on which class wins.",
        instead(
            "grad_logits",
            "(np.eye(one_hot.shape[1])[logits.argmax(axis=1)] - one_hot) / len(one_hot)",
        ),
    ),
)

SOFTMAX = (
    Mistake(
        "F1",
        "softmax applied twice",
        "Probabilities are not logits: feeding them to softmax again flattens them.",
        (
            {
                "once": "exps / exps.sum(axis=1, keepdims=True)",
                "probs": "np.exp(once) / np.exp(once).sum(axis=1, keepdims=True)",
                "log_probs": "once - np.log(np.exp(once).sum(axis=1, keepdims=True))",
            },
        ),
    ),
    Mistake(
        "F2",
        "softmax down the columns",
        "Each row is one example, and its probabilities sum to 1. Which axis did you sum over?",
        (
            {
                "exps": "np.exp(logits - logits.max(axis=0, keepdims=True))",
                "probs": "exps / exps.sum(axis=0, keepdims=True)",
                "log_probs": "np.log(probs)",
            },
        ),
    ),
    Mistake(
        "F3",
        "softmax over the whole matrix",
        "Each row is one example, and its probabilities sum to 1 on their own.",
        (
            {
                "exps": "np.exp(logits - logits.max())",
                "probs": "exps / exps.sum()",
                "log_probs": "logits - logits.max() - np.log(exps.sum())",
            },
        ),
    ),
)

BIASES = (
    Mistake(
        "G1",
        "bias summed over the classes in place of the examples",
        "There is one bias for each output. Which axis has to stay?",
        biases("{grad}.sum(axis=1)") + biases("{grad}.sum(axis=1, keepdims=True)"),
    ),
    Mistake(
        "G2",
        "bias not summed over the examples",
        "One bias serves every example, so each example adds to its gradient.",
        biases("{grad}"),
    ),
    Mistake(
        "G3",
        "bias averaged again",
        "The mean is already in the gradient that comes back.",
        biases("{grad}.mean(axis=0, keepdims=True)"),
    ),
    Mistake(
        "G4",
        "bias summed over everything",
        "There is one bias for each output. A single number cannot be their gradient.",
        biases("{grad}.sum()"),
    ),
    Mistake(
        "G5",
        "bias given the weights' product",
        "The bias is added, not multiplied by an input. What is its local gradient?",
        biases("({input}.T @ {grad}).sum(axis=0, keepdims=True)"),
    ),
)

LOSSES = (
    Mistake(
        "L1",
        "loss without the minus sign",
        "The logarithm of a probability is never positive. What should a loss be?",
        instead("loss", "(one_hot * log_probs).sum() / len(one_hot)"),
    ),
    Mistake(
        "L2",
        "probability in place of its logarithm",
        "A target with probability near 0 must cost far more than 1.",
        instead(
            "loss",
            "-(one_hot * probs).sum() / len(one_hot)",
            "1 - (one_hot * probs).sum() / len(one_hot)",
        ),
    ),
    Mistake(
        "L3",
        "loss averaged over the classes",
        "Only the target's term counts, and the mean is over examples. What did you divide by?",
        instead("loss", "-(one_hot * log_probs).mean()"),
    ),
    Mistake(
        "L4",
        "another base of logarithm",
        "Cross-entropy here uses the natural logarithm.",
        instead(
            "loss",
            "-(one_hot * log_probs).sum() / len(one_hot) / np.log(2)",
            "-(one_hot * log_probs).sum() / len(one_hot) / np.log(10)",
        ),
    ),
    Mistake(
        "L5",
        "overflow: exp of a large number",
        "exp(1000) is infinite. Which change of all logits leaves the probabilities as they are?",
        instead("shifted", "logits"),
    ),
    Mistake(
        "L6",
        "the logarithm of a probability that has become 0",
        "exp(-800) is 0 in floating point. Can you have the logarithm without taking exp first?",
        (
            {"log_probs": "np.log(probs)"},
            {"loss": "-np.log((one_hot * probs).sum(axis=1)).sum() / len(one_hot)"},
        ),
    ),
)

FORWARD = (
    Mistake(
        "W1",
        "no ReLU in the forward pass",
        "Between the two layers stands a nonlinearity. Where is it in your function?",
        instead("hidden_act", "hidden_pre"),
    ),
    Mistake(
        "W2",
        "ReLU on the logits as well",
        "Logits may be negative. ReLU belongs to the hidden layer only.",
        instead("logits", "np.maximum(hidden_act @ W2 + b2, 0)", "np.maximum(x @ W + b, 0)"),
    ),
    Mistake(
        "W3",
        "bias left out",
        "Each layer adds its bias to the product. Count the arguments that you used.",
        (
            {"hidden_pre": "x @ W1"},
            {"logits": "hidden_act @ W2"},
            {"hidden_pre": "x @ W1", "logits": "hidden_act @ W2"},
            {"logits": "x @ W"},
        ),
    ),
    Mistake(
        "W4",
        "probabilities returned in place of logits",
        "The forward pass stops before softmax; the loss takes it from there.",
        (
            {
                "unshifted": "hidden_act @ W2 + b2",
                "unscaled": "np.exp(unshifted - unshifted.max(axis=1, keepdims=True))",
                "logits": "unscaled / unscaled.sum(axis=1, keepdims=True)",
            },
        ),
    ),
)

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

CATALOGUE = {
    mistake.id: mistake
    for group in (RELU, PRODUCTS, MEANS, LOGITS, SOFTMAX, BIASES, LOSSES, FORWARD, UPDATES)
    for mistake in group
}
