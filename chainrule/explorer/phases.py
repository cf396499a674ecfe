"""The phases of both passes in the order in which they are walked through."""

from collections.abc import Sized

ONE_LAYER = ("x", "logits", "probs", "loss", "grad_logits", "grad_W", "grad_b", "update")
TWO_LAYERS = (
    *("x", "hidden_pre", "hidden_act", "logits", "probs", "loss"),
    *("grad_logits", "grad_W2", "grad_b2", "grad_hidden_act", "grad_hidden_pre"),
    *("grad_W1", "grad_b1", "update"),
)


def phases(parameters: Sized) -> tuple[str, ...]:
    """The phases of a network with these parameters, 2 or 4 of them."""
    return ONE_LAYER if len(parameters) == 2 else TWO_LAYERS


def reached(name: str, phase: str, parameters: Sized) -> bool:
    """Whether an array is computed when the computation stands at that phase."""
    order = phases(parameters)
    return name not in order or order.index(name) <= order.index(phase)
