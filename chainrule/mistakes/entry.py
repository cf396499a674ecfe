"""What an entry of the catalogue is, and how wrong formulas are written down."""

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
    """A wrong gradient of the weights, in each layer."""
    return _layers("weights", template)


def biases(template: str) -> tuple[Formulas, ...]:
    """A wrong gradient of the bias, in each layer."""
    return _layers("biases", template)


def instead(name: str, *formulas: str) -> tuple[Formulas, ...]:
    """Formulas of which each takes the place of the right one."""
    return tuple({name: formula} for formula in formulas)
