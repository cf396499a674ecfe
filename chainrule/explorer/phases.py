"""The phases of both passes in the order in which they are walked through."""

ONE_LAYER = ("x", "logits", "probs", "loss", "grad_logits", "grad_W", "grad_b", "update")
TWO_LAYERS = (
    *("x", "hidden_pre", "hidden_act", "logits", "probs", "loss"),
    *("grad_logits", "grad_W2", "grad_b2", "grad_hidden_act", "grad_hidden_pre"),
    *("grad_W1", "grad_b1", "update"),
)


def phases(layers: int) -> tuple[str, ...]:
    """The phases of a network of one layer or two."""
    return ONE_LAYER if layers == 1 else TWO_LAYERS


def reached(name: str, phase: str, layers: int) -> bool:
    """Whether an array is computed when the computation stands at that phase."""
    order = phases(layers)
    return name not in order or order.index(name) <= order.index(phase)
