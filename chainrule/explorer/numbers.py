"""The numbers of an explorer as plain data, and what may be wrong with them.

`page/model/state.js` has the same rules in the same words; a test holds the two together.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from chainrule.networks.network import ACTIVATIONS, PARAMETER_NAMES, Network, network

LARGEST = 1_000_000
MOST_UNITS = 6
MOST_EXAMPLES = 24
NUMBERS = ("x", "target", "parameters", "learning_rate", "activation")

Rows = list[list[float]]


class Numbers(TypedDict):
    """x: a row an example. target: the example's class, a list of classes where there are several.

    parameters: the rows of W, b or of W1, b1, W2, b2. activation: a name of `ACTIVATIONS`.
    """

    x: Rows
    target: int | list[int]
    parameters: list[Rows]
    learning_rate: float
    activation: str


def numbers_of(example: Network, learning_rate: float) -> Numbers:
    """A network as plain data."""
    classes = example.target.tolist()
    return {
        "x": example.x.tolist(),
        "target": classes[0] if len(classes) == 1 else classes,
        "parameters": [array.tolist() for array in example.parameters],
        "learning_rate": float(learning_rate),
        "activation": example.activation,
    }


def targets(numbers: Numbers) -> list[int]:
    """The class of each example."""
    target = numbers["target"]
    return target if isinstance(target, list) else [target]


def network_of(numbers: Numbers) -> Network:
    """The network of such data."""
    activation = numbers["activation"]
    return network(numbers["x"], targets(numbers), *numbers["parameters"], activation=activation)


def tidy(numbers: Mapping[str, Any]) -> Numbers:
    """The numbers as plain data. Raises ValueError, in one line, for the first thing wrong."""
    parameters = numbers["parameters"]
    if not isinstance(parameters, list | tuple) or len(parameters) not in PARAMETER_NAMES:
        found = len(parameters) if isinstance(parameters, list | tuple) else repr(parameters)
        raise ValueError(f"parameters must be 2 or 4 arrays, not {found}")
    names = ("x", *PARAMETER_NAMES[len(parameters)])
    arrays = [
        _rows(name, value) for name, value in zip(names, (numbers["x"], *parameters), strict=True)
    ]
    wide = 0
    for name, array in zip(names, arrays, strict=True):
        _check_shape(name, array, wide)
        wide = len(array[0])
    target = _target(numbers["target"], len(arrays[0]), wide)
    rate, activation = numbers["learning_rate"], numbers["activation"]
    if not isinstance(rate, int | float) or not 0 < rate <= 1000:
        raise ValueError(f"learning_rate is {rate}, it must be above 0 and at most 1000")
    if activation not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise ValueError(f"activation is {activation}, it must be one of {known}")
    return {
        "x": arrays[0],
        "target": target,
        "parameters": arrays[1:],
        "learning_rate": float(rate),
        "activation": activation,
    }


def has_entry(values: Mapping[str, np.ndarray], entry: str) -> bool:
    """Whether the values have such an array ("loss") or such an entry of one ("W1[0,1]")."""
    match = re.fullmatch(r"(\w+)(?:\[(\d+),(\d+)\])?", entry)
    if not match or match[1] not in values:
        return False
    if match[2] is None:
        return True
    array = values[match[1]]
    return array.ndim == 2 and int(match[2]) < array.shape[0] and int(match[3]) < array.shape[1]


def _rows(name: str, value: Any) -> Rows:
    """An array, tensor or nested list as rows of floats; a flat one is one row.

    Raises ValueError where it is none.
    """
    value = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{name} is not an array of rows of numbers")
    if not any(isinstance(row, list | tuple) or hasattr(row, "tolist") for row in value):
        value = [value]
    nested = []
    for i, row in enumerate(value):
        row = row.tolist() if hasattr(row, "tolist") else row
        if not isinstance(row, list | tuple) or not row:
            raise ValueError(f"{name} is not an array of rows of numbers")
        nested.append([_number(f"{name}[{i},{j}]", entry) for j, entry in enumerate(row)])
    return nested


def _target(value: Any, count: int, wide: int) -> int | list[int]:
    """The class of the only example, or a list of each one's.

    Raises ValueError where there are too many or too few, or where one is no class.
    """
    value = value.tolist() if hasattr(value, "tolist") else value
    many = isinstance(value, list | tuple)
    classes = list(value) if many else [value]
    if len(classes) != count:
        raise ValueError(f"target has length {len(classes)}, x has {count} rows")
    for n, one in enumerate(classes):
        if one not in range(wide):
            name = f"target[{n}]" if many else "target"
            raise ValueError(f"{name} is {one}, the classes are 0 to {wide - 1}")
    return int(classes[0]) if count == 1 else [int(one) for one in classes]


def _number(name: str, entry: Any) -> float:
    try:
        value = float(entry)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} is not a finite number")
    if abs(value) > LARGEST:
        raise ValueError(f"{name} is {value:.12g}, the largest size is {LARGEST}")
    return value


def _check_shape(name: str, array: Rows, wide: int) -> None:
    columns = len(array[0])
    for i, row in enumerate(array):
        if len(row) != columns:
            raise ValueError(f"row {i} of {name} has {len(row)} numbers, row 0 has {columns}")
    expected = wide if name.startswith("W") else 1
    if name == "x":
        if len(array) > MOST_EXAMPLES:
            words = f"x has {len(array)} rows, at most {MOST_EXAMPLES} are shown"
            raise ValueError(words)
    elif len(array) != expected:
        raise ValueError(f"{name} has {len(array)} rows, expected {expected}")
    if name.startswith("b") and columns != wide:
        raise ValueError(f"{name} has {columns} numbers, expected {wide}")
    if columns > MOST_UNITS:
        raise ValueError(f"{name} has {columns} columns, at most {MOST_UNITS} are shown")
