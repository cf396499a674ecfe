"""The second exercise: two layers with ReLU between them, and the whole pass back."""

from typing import Any

from chainrule.exercises.form import Exercise, Given, Property, Question, Special, asks
from chainrule.networks import fresh
from chainrule.networks.network import SPOKEN, TWO_LAYERS, WORKED_EXAMPLES
from chainrule.networks.taken_for import TAKEN_FOR


def forward(x: Any, W1: Any, b1: Any, W2: Any, b2: Any, one_hot: Any) -> dict[str, Any]:
    """The pass in torch."""
    import torch

    hidden_pre = x @ W1 + b1
    hidden_act = torch.relu(hidden_pre)
    logits = hidden_act @ W2 + b2
    loss = torch.nn.functional.cross_entropy(logits, one_hot)
    return {"hidden_pre": hidden_pre, "hidden_act": hidden_act, "logits": logits, "loss": loss}


def words(question: Question, given: Given) -> str:
    """What a function was run on."""
    return fresh.words(question.arguments, given)


AT_0 = "pre-activation 0"

EXERCISE = Exercise(
    name="multi_layer",
    place=2,
    shapes={
        "x": "N D",
        "W1": "D H",
        "b1": "1 H",
        "W2": "H C",
        "b2": "1 C",
        "one_hot": "N C: one-hot",
    },
    sizes=(fresh.DIFFERING, fresh.sizes(*fresh.SQUARE), fresh.UNIT[4]),
    draw=fresh.drawn,
    words=words,
    forward=forward,
    formulas=TWO_LAYERS,
    spoken=SPOKEN,
    taken_for=TAKEN_FOR,
    worked={"the worked example 740": WORKED_EXAMPLES["740"].given},
    special={
        AT_0: Special("a pre-activation of exactly 0", lambda rng: fresh.given(fresh.zero(rng)))
    },
    questions=(
        asks("forward", "x, W1, b1, W2, b2", "hidden_pre, hidden_act, logits"),
        asks("backward_output", "hidden_act, grad_logits", "grad_W2, grad_b2"),
        asks(
            "backward_hidden",
            "grad_logits, W2",
            "grad_hidden_act",
            Property("grad_hidden_act", ("grad_hidden_act",)),
        ),
        asks(
            "backward_relu",
            "grad_hidden_act, hidden_pre",
            "grad_hidden_pre",
            Property("value", ("grad_hidden_pre",)),
            Property("slope at 0", ("grad_hidden_pre",), AT_0),
        ),
        asks(
            "backward",
            "x, W1, b1, W2, b2, one_hot",
            "grad_W1, grad_b1, grad_W2, grad_b2",
            Property("grad_W1", ("grad_W1",)),
            Property("grad_b1", ("grad_b1",)),
            Property("grad_W2", ("grad_W2",)),
            Property("grad_b2", ("grad_b2",)),
            Property("slope at 0", ("grad_W1", "grad_b1"), AT_0),
            earlier="forward, backward_output, backward_hidden, backward_relu",
        ),
    ),
)
