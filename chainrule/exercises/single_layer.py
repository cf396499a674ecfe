"""The first exercise: one layer, softmax and cross-entropy, forward and back."""

from typing import Any

from chainrule.exercises.form import Exercise, Given, Property, Question, Special, asks
from chainrule.networks import fresh
from chainrule.networks.network import ONE_LAYER, SPOKEN, WORKED_EXAMPLES
from chainrule.networks.taken_for import TAKEN_FOR


def forward(x: Any, W: Any, b: Any, one_hot: Any) -> dict[str, Any]:
    """The pass in torch."""
    import torch

    logits = x @ W + b
    loss = torch.nn.functional.cross_entropy(logits, one_hot)
    return {"logits": logits, "probs": torch.softmax(logits, dim=1), "loss": loss}


def words(question: Question, given: Given) -> str:
    """What a function was run on."""
    return fresh.words(question.arguments, given)


LARGE = "very large values"
SPECIAL = {
    "large logits": Special(LARGE, lambda rng: fresh.given(fresh.large(rng))),
    # Elsewhere a probability of 0 costs right answers, whose way leads over its logarithm.
    "large and spread logits": Special(
        LARGE, lambda rng: fresh.given([*fresh.large(rng), *fresh.spread(rng)])
    ),
    "hopeless target": Special("a hopeless target", lambda rng: fresh.given(fresh.hopeless(rng))),
}

EXERCISE = Exercise(
    name="single_layer",
    place=1,
    shapes={"x": "N D", "W": "D C", "b": "1 C", "one_hot": "N C: one-hot"},
    sizes=(fresh.DIFFERING, fresh.sizes(*fresh.SQUARE), fresh.UNIT[2]),
    draw=fresh.drawn,
    words=words,
    forward=forward,
    formulas=ONE_LAYER,
    spoken=SPOKEN,
    taken_for=TAKEN_FOR,
    worked={"the worked example 720": WORKED_EXAMPLES["720"].given},
    special=SPECIAL,
    questions=(
        asks(
            "softmax",
            "logits",
            "probs",
            Property("value", ("probs",)),
            Property("large logits", ("probs",), "large and spread logits"),
        ),
        asks(
            "cross_entropy",
            "logits, one_hot",
            "loss",
            Property("value", ("loss",)),
            Property("large logits", ("loss",), "large logits"),
            Property("hopeless target", ("loss",), "hopeless target"),
            earlier="softmax",
            composition={"log_probs": "np.log(probs)"},
        ),
        asks(
            "backward_logits",
            "logits, one_hot",
            "grad_logits",
            Property("value", ("grad_logits",)),
            Property("large logits", ("grad_logits",), "large logits"),
            earlier="softmax",
        ),
        asks(
            "backward",
            "x, W, b, one_hot",
            "grad_W, grad_b",
            earlier="softmax, backward_logits",
        ),
    ),
)
