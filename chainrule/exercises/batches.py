"""The fourth exercise: N examples at once, through one layer and through two."""

from typing import Any

import numpy as np

from chainrule.exercises.draw import draw
from chainrule.exercises.form import (
    Exercise,
    Given,
    Property,
    Question,
    Shapes,
    Sizes,
    Special,
    asks,
)
from chainrule.networks import fresh
from chainrule.networks.network import ONE_LAYER, SPOKEN, TWO_LAYERS, WORKED_EXAMPLES
from chainrule.networks.taken_for import TAKEN_FOR


def forward(
    x: Any, one_hot: Any, W: Any = None, b: Any = None,
    W1: Any = None, b1: Any = None, W2: Any = None, b2: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """The pass in torch, of one layer or of two."""
    import torch

    steps = {}
    if W is None:
        steps["hidden_pre"] = x @ W1 + b1
        steps["hidden_act"] = torch.relu(steps["hidden_pre"])
        logits = steps["hidden_act"] @ W2 + b2
    else:
        logits = x @ W + b
    loss = torch.nn.functional.cross_entropy(logits, one_hot)
    return {**steps, "logits": logits, "probs": torch.softmax(logits, dim=1), "loss": loss}


def words(question: Question, given: Given) -> str:
    """What a function was run on."""
    weights = [given[name] for name in ("W", "W1", "W2") if name in given]
    units = " → ".join(str(size) for size in (len(weights[0]), *(one.shape[1] for one in weights)))
    count = len(given["x"])
    examples = f"{count} example{'s' * (count != 1)}"
    if question.arguments[0] == "logits":
        return f"fresh logits of {examples}"
    return f"{examples} and a fresh network of {units} units"


def drawn(rng: np.random.Generator, shapes: Shapes, sizes: Sizes) -> Given:
    """What the shapes say; where all sizes are alike, with an activation above 6."""
    given = draw(rng, shapes, sizes)
    return fresh.high(given) if "W1" in given and len(set(sizes.values())) == 1 else given


def far_apart(rng: np.random.Generator) -> list[Given]:
    """Rows of which one has logits near 1000 and another near -1000."""
    logits = rng.integers(-12, 13, size=(3, 4)) / 8 + np.array([[1000.0], [0.0], [-1000.0]])
    one_hot = np.eye(4)[rng.integers(0, 4, size=3)]
    return [{"x": logits, "W": np.eye(4), "b": np.zeros((1, 4)), "one_hot": one_hot}]


ONE = {"x": "N D", "W": "D C", "b": "1 C", "one_hot": "N C: one-hot"}
TWO = {
    "x": "N D",
    "W1": "D H",
    "b1": "1 H",
    "W2": "H C",
    "b2": "1 C",
    "one_hot": "N C: one-hot",
}
# No count of examples is that of anything else, but where all are alike; and one example is a
# batch, too.
SIZES = (
    ({"N": 4, "D": 2, "H": 5, "C": 3}, {"N": 2, "D": 3, "H": 5, "C": 4}),
    {"N": 3, "D": 3, "H": 3, "C": 3},
    {"N": 1, "D": 2, "H": 3, "C": 4},
)
ROWS = "rows far apart"


def _far(result: str) -> Property:
    return Property(ROWS, (result,), ROWS)


EXERCISE = Exercise(
    name="batches",
    place=4,
    shapes=(ONE, TWO),
    sizes=SIZES,
    draw=drawn,
    words=words,
    forward=forward,
    formulas=ONE_LAYER,
    spoken=SPOKEN,
    taken_for=TAKEN_FOR,
    worked={
        "the worked example 730": WORKED_EXAMPLES["730"].given,
        "the worked example 750": WORKED_EXAMPLES["750"].given,
    },
    special={ROWS: Special("rows that are far apart", far_apart)},
    questions=(
        asks("softmax", "logits", "probs", Property("value", ("probs",)), _far("probs")),
        asks(
            "cross_entropy",
            "logits, one_hot",
            "loss",
            Property("value", ("loss",)),
            _far("loss"),
            earlier="softmax",
            composition={"log_probs": "np.log(probs)"},
        ),
        asks(
            "backward_logits",
            "logits, one_hot",
            "grad_logits",
            Property("value", ("grad_logits",)),
            _far("grad_logits"),
            earlier="softmax",
        ),
        asks(
            "backward",
            "x, W, b, one_hot",
            "grad_W, grad_b",
            earlier="softmax, backward_logits",
        ),
        asks(
            "backward_two",
            "x, W1, b1, W2, b2, one_hot",
            "grad_W1, grad_b1, grad_W2, grad_b2",
            earlier="softmax, backward_logits",
            about=TWO_LAYERS,
        ),
    ),
)
