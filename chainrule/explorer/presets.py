"""Networks to begin with, by name: the series' worked examples and small cases of interest."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chainrule.explorer.numbers import Numbers, numbers_of, tidy
from chainrule.networks.network import WORKED_EXAMPLES, Network, network


class Preset(NamedTuple):
    """A network with its title and learning rate."""

    title: str
    network: Network
    learning_rate: float = 0.01


# Weights and biases of a second layer.
_SMALL = [[0.6, -0.4], [-0.3, 0.5]], [0, 0.1]
_TWINS = [[0.4, -0.2], [0.4, -0.2]], [0, 0]

# Three examples through a small network: those of the notebook about activations.
_THREE = network(
    [[1, 2], [-1, 1], [2, -1]],
    [2, 0, 1],
    [[1.0, -1.0], [0.5, 1.0]],
    [0.25, -1.0],
    [[0.5, -0.5, 0.25], [-0.25, 0.5, 0.5]],
    [0.1, 0, -0.1],
    activation="sigmoid",
)
# Points in a plane: three groups, of which one point lies with the others, and four corners of
# which those across from each other are of one class, which no line can tell apart.
_GROUPS = [
    *([-0.1, -0.4], [-1.0, 0.7], [-1.4, 0.9], [-2.3, 0.9], [-1.7, 2.8]),
    *([1.4, 1.0], [1.1, 0.8], [0.7, 1.0], [1.6, 1.1], [1.8, 1.1]),
    *([0.2, -0.4], [0.5, -1.6], [0.1, -1.0], [1.3, -1.4], [0.1, -0.7]),
]
_CORNERS = [
    *([-1.3, -1.1], [-0.7, -0.8], [-1.0, -0.8], [-1.8, -0.7]),
    *([0.7, 0.5], [1.1, 1.2], [0.9, 0.7], [1.0, 1.0]),
    *([-0.6, 1.2], [-0.9, 1.3], [-1.1, 0.7], [-0.8, 1.2]),
    *([0.9, -1.2], [1.1, -1.7], [1.2, -0.9], [0.5, -1.0]),
]

PRESETS: Mapping[str, Preset] = {
    "720": Preset("720: one layer", WORKED_EXAMPLES["720"]),
    "710": Preset("710: one layer, saturated", WORKED_EXAMPLES["710"]),
    "740": Preset("740: two layers, saturated", WORKED_EXAMPLES["740"]),
    "small": Preset(
        "small: two layers",
        network([[1, 2]], [1], [[0.5, -0.5], [0.25, 0.75]], [0.1, -0.2], *_SMALL),
        0.1,
    ),
    "small_one_layer": Preset(
        "small: one layer",
        network([[1, -0.5]], [2], [[0.5, -0.2, 0.1], [0.3, 0.8, -0.6]], [0, 0.1, -0.1]),
        0.1,
    ),
    "dead_relu": Preset(
        "a dead ReLU",
        network([[1, 2]], [1], [[0.5, -1.0], [0.25, -0.5]], [0.1, -0.5], *_SMALL),
        0.1,
    ),
    "identical_units": Preset(
        "identical hidden units",
        network([[1, 2]], [1], [[0.5, 0.5], [0.25, 0.25]], [0.1, 0.1], *_TWINS),
        0.1,
    ),
    "zero_pre_activation": Preset(
        "a pre-activation of exactly 0",
        network([[1, 2]], [1], [[1.0, -1.0], [0.5, 0.5]], [0, 0], *_SMALL),
        0.1,
    ),
    "wide": Preset(
        "wider: 3, 4 and 3 units",
        network(
            [[1, -0.5, 2]],
            [0],
            [[0.5, -0.5, 0.2, 0.1], [0.25, 0.75, -0.4, 0.3], [0.3, -0.2, 0.6, -0.7]],
            [0.1, -0.2, 0, 0.3],
            [[0.6, -0.4, 0.2], [-0.3, 0.5, 0.1], [0.2, 0.1, -0.5], [0.7, -0.6, 0.4]],
            [0, 0.1, -0.1],
        ),
        0.1,
    ),
    "730": Preset("730: a batch of two", WORKED_EXAMPLES["730"]),
    "750": Preset("750: a batch, two layers", WORKED_EXAMPLES["750"]),
    "activations": Preset("three: other activations", _THREE, 0.5),
    "groups": Preset(
        "a plane: one layer",
        network(
            _GROUPS, [0] * 5 + [1] * 5 + [2] * 5, [[0.5, -0.5, 0.2], [-0.3, 0.1, 0.6]], [0, 0, 0]
        ),
        0.3,
    ),
    "corners": Preset(
        "a plane: two layers",
        network(
            _CORNERS,
            [0] * 8 + [1] * 8,
            [[-0.3, 0.9, -0.5], [-0.7, -1.0, 0.1]],
            [0, 0, 0],
            [[-0.7, 1.4], [-1.2, 0.9], [-0.8, 0.2]],
            [0, 0],
        ),
        0.5,
    ),
}


def beginning(
    start: str | Network, learning_rate: float | None = None, activation: str | None = None
) -> Numbers:
    """The numbers of a preset, by name, or of a network; ValueError where there are none such.

    The learning rate and the activation may be others than theirs.
    """
    if isinstance(start, str) and start not in PRESETS:
        raise ValueError(f"there is no preset {start!r}; there are {', '.join(PRESETS)}")
    preset = Preset("", start) if isinstance(start, Network) else PRESETS[start]
    rate = preset.learning_rate if learning_rate is None else learning_rate
    numbers = numbers_of(preset.network, rate)
    return tidy({**numbers, "activation": activation or numbers["activation"]})


def as_data() -> dict[str, dict[str, Any]]:
    """The presets as the page reads them."""
    return {
        name: {
            "title": preset.title,
            "numbers": numbers_of(preset.network, preset.learning_rate),
        }
        for name, preset in PRESETS.items()
    }
