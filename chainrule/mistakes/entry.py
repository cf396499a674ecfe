"""What an entry of the catalogue is, and how wrong formulas are written down."""

from chainrule.exercises.form import Formulas
from chainrule.exercises.form import Mistake as Mistake

# Of each layer: which one it is, what goes in, and the gradient that comes back.
LAYERS = (
    ("2", "hidden_act", "grad_logits"),
    ("1", "x", "grad_hidden_pre"),
    ("", "x", "grad_logits"),
)


def weights(template: str) -> tuple[Formulas, ...]:
    """A wrong gradient of the weights: in each layer, and in both of two.

    template: a formula of `{input}`, what goes into the layer, and `{grad}`, what comes back.
    """
    return _layers("grad_W", template)


def biases(template: str) -> tuple[Formulas, ...]:
    """The same for the bias."""
    return _layers("grad_b", template)


def instead(name: str, *formulas: str) -> tuple[Formulas, ...]:
    """Formulas of which each takes the place of the right one."""
    return tuple({name: formula} for formula in formulas)


def _layers(name: str, template: str) -> tuple[Formulas, ...]:
    single = [
        {f"{name}{layer}": template.format(input=input, grad=grad)} for layer, input, grad in LAYERS
    ]
    return (*single, single[0] | single[1])
