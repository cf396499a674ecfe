"""The numbers of an explorer as plain data, and what may be wrong with them.

`page/state.js` has the same rules in the same words; a test holds the two together.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

from chainrule.networks.network import PARAMETER_NAMES, Network, network

LARGEST = 1_000_000
MOST_UNITS = 6
NUMBERS = ("x", "target", "parameters", "learning_rate")

Rows = list[list[float]]


class Numbers(TypedDict):
    """x: one row. parameters: the rows of W, b or of W1, b1, W2, b2."""

    x: Rows
    target: int
    parameters: list[Rows]
    learning_rate: float


def numbers_of(example: Network, learning_rate: float) -> Numbers:
    """A network of one example as plain data. Raises ValueError for more than one example."""
    if len(example.x) != 1:
        raise ValueError(f"the explorer shows 1 example, x has {len(example.x)} rows")
    return {
        "x": example.x.tolist(),
        "target": int(example.target[0]),
        "parameters": [array.tolist() for array in example.parameters],
        "learning_rate": float(learning_rate),
    }


def network_of(numbers: Numbers) -> Network:
    """The network of such data."""
    return network(numbers["x"], [numbers["target"]], *numbers["parameters"])


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
    target, rate = numbers["target"], numbers["learning_rate"]
    if target not in range(wide):
        raise ValueError(f"target is {target}, the classes are 0 to {wide - 1}")
    if not isinstance(rate, int | float) or not 0 < rate <= 1000:
        raise ValueError(f"learning_rate is {rate}, it must be above 0 and at most 1000")
    return {
        "x": arrays[0],
        "target": int(target),
        "parameters": arrays[1:],
        "learning_rate": float(rate),
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
    if len(array) != expected:
        raise ValueError(f"{name} has {len(array)} rows, expected {expected}")
    if name.startswith("b") and columns != wide:
        raise ValueError(f"{name} has {columns} numbers, expected {wide}")
    if columns > MOST_UNITS:
        raise ValueError(f"{name} has {columns} columns, at most {MOST_UNITS} are shown")
