"""What an explorer shows where nothing moves: a picture and a table, as plain HTML.

Saved notebooks, nbconvert and nbgrader's feedback show it. The picture is an image in the page,
since SVG written into a notebook's output is taken out until the notebook is trusted.
"""

import base64
from collections.abc import Callable, Iterator
from html import escape

import numpy as np

from chainrule import blocks
from chainrule.networks.network import Network

# What stands in place of an array's values, by its name: "" where they are shown.
Withheld = Callable[[str], str]

POSITIVE, NEGATIVE = "#005A9C", "#B34700"
_COLUMN, _ROW, _BOX = 190, 64, 96
# Where a trusted notebook is opened anew, JupyterLab says below that it has no such widget.
_NO_WIDGET = (
    "<style>.jp-OutputArea:has(.chainrule-static) "
    ".jp-OutputArea-output.jupyter-widgets:not(:has(*)) { display: none; }</style>"
)
_STYLE = "font-family:sans-serif;font-size:13px"


def figure(value: float) -> str:
    """A number in at most ten characters, with a true minus."""
    return blocks.figure(float(value), minus="\N{MINUS SIGN}")


def html(
    network: Network, caption: str, withheld: Withheld, script: str = "", example: int = 0
) -> str:
    """The static page part: a caption, the picture, and the parameters with their gradients.

    The picture shows one example, the table all. The script may put something that moves in its
    place.
    """
    values = network.trace()
    image = base64.b64encode(_svg(network, values, withheld, example).encode()).decode()
    described = f"{caption}. The numbers stand in the table below."
    return (
        f'<div class="chainrule-static"><p>{escape(caption)}</p>'
        f'<img alt="{escape(described)}" src="data:image/svg+xml;base64,{image}">'
        f"{_table(network, values, withheld)}"
        f"<p>Run this cell to move the numbers.</p>{_NO_WIDGET}{script}</div>"
    )


def text(network: Network, caption: str, withheld: Withheld) -> str:
    """The same as plain text, for where HTML is not shown either."""
    values = network.trace()
    lines = [caption, "", f"{'name':<12}{'value':<40}gradient of the loss"]
    for name, gradient in _names(network):
        columns = _rows(values, name, withheld), _rows(values, gradient, withheld)
        for k in range(max(map(len, columns))):
            value, slope = (column[k] if k < len(column) else "" for column in columns)
            lines.append(f"{'' if k else name:<12}{value:<40}{slope}".rstrip())
    return "\n".join(lines)


def _table(network: Network, values: dict[str, np.ndarray], withheld: Withheld) -> str:
    rows = "".join(
        f'<tr><th scope="row">{name}</th><td>{"<br>".join(_rows(values, name, withheld))}</td>'
        f"<td>{'<br>'.join(_rows(values, gradient, withheld))}</td></tr>"
        for name, gradient in _names(network)
    )
    head = "<tr><th>name</th><th>value</th><th>gradient of the loss</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _names(network: Network) -> list[tuple[str, str]]:
    """The arrays in the order of the table, each with its gradient's name or ""."""
    parameters = [(name, f"grad_{name}") for name in network.names]
    hidden = ("hidden_pre", "hidden_act") if len(parameters) == 4 else ()
    computed = [(name, f"grad_{name}") for name in (*hidden, "logits")]
    return [("x", ""), *parameters, *computed, ("probs", ""), ("loss", "")]


def _rows(values: dict[str, np.ndarray], name: str, withheld: Withheld) -> list[str]:
    if not name:
        return [""]
    if mark := withheld(name):
        return [mark]
    return [" ".join(figure(entry) for entry in row) for row in np.atleast_2d(values[name])]


def _svg(network: Network, values: dict[str, np.ndarray], withheld: Withheld, example: int) -> str:
    layers = ["x", "logits"] if len(network.names) == 2 else ["x", "hidden_act", "logits"]
    tall = max(values[layer].shape[1] for layer in layers) * _ROW
    width = (len(layers) - 1) * _COLUMN + _BOX + 20
    parts: list[str] = []
    for k, weights in enumerate(network.parameters[::2]):
        parts += _edges(weights, 10 + k * _COLUMN + _BOX, tall)
    for k, layer in enumerate(layers):
        parts += _boxes(values, (layer, example), 10 + k * _COLUMN, tall, withheld)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}" '
        f'viewBox="0 0 {width} {tall}" style="{_STYLE}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _middle(index: int, count: int, tall: float) -> float:
    return tall * (index + 0.5) / count


def _edges(weights: np.ndarray, left: float, tall: float) -> Iterator[str]:
    right = left + _COLUMN - _BOX
    for (i, j), weight in np.ndenumerate(weights):
        y1, y2 = _middle(i, weights.shape[0], tall), _middle(j, weights.shape[1], tall)
        colour, dash = (NEGATIVE, ' stroke-dasharray="5 4"') if weight < 0 else (POSITIVE, "")
        yield (
            f'<line x1="{left:g}" y1="{y1:g}" x2="{right:g}" y2="{y2:g}" '
            f'stroke="{colour}" stroke-width="1.5"{dash}/>'
        )
        if weights.size > 9:
            continue
        x, y = left + (right - left) / 3, y1 + (y2 - y1) / 3
        label = figure(weight)
        wide = 8 * len(label) + 6
        yield (
            f'<rect x="{x - wide / 2:g}" y="{y - 9:g}" width="{wide}" height="17" fill="#fff"/>'
            f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle">{label}</text>'
        )


def _boxes(
    values: dict[str, np.ndarray],
    shown: tuple[str, int],
    left: float,
    tall: float,
    withheld: Withheld,
) -> Iterator[str]:
    layer, example = shown
    row = values[layer][example]
    for index, value in enumerate(row):
        y = _middle(index, len(row), tall)
        text = withheld(layer) or figure(value)
        yield (
            f'<rect x="{left:g}" y="{y - 21:g}" width="{_BOX}" height="42" rx="5" '
            'fill="#fff" stroke="#555"/>'
            f'<text x="{left + _BOX / 2:g}" y="{y - 5:g}" text-anchor="middle" fill="#555" '
            f'font-size="11">{layer}[{example},{index}]</text>'
            f'<text x="{left + _BOX / 2:g}" y="{y + 13:g}" text-anchor="middle">{text}</text>'
        )
