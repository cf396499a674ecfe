"""A learner's backward function, asked about the numbers on the screen and marked by entry."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.explorer.run import NotAnswered, call
from chainrule.network import Network

TOLERANCE = 1e-6  # relative to the largest true entry


def gradients_by(backward: Callable[..., Any], network: Network) -> tuple[np.ndarray, ...]:
    """The gradients of the parameters as the function gives them, in order, as float arrays.

    Raises NotAnswered where the function gives no such thing; shapes are not looked at.
    """
    given = tuple(array.copy() for array in (network.x, *network.parameters, network.one_hot))
    returned = call(backward, given)
    name = getattr(backward, "__name__", "the function")
    wanted = ", ".join(f"grad_{parameter}" for parameter in network.names)
    if returned is None:
        raise NotAnswered(f"{name} returned None, expected {wanted}")
    if not isinstance(returned, tuple | list) or len(returned) != len(network.names):
        count = len(returned) if isinstance(returned, tuple | list) else 1
        raise NotAnswered(
            f"{name} returned {count} values, expected {len(network.names)}: {wanted}"
        )
    return tuple(_array(f"grad_{n}", v) for n, v in zip(network.names, returned, strict=True))


def _array(name: str, value: Any) -> np.ndarray:
    value = value.detach() if hasattr(value, "detach") else value
    try:
        return np.array(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise NotAnswered(f"{name} is {type(value).__name__}, not an array of numbers") from error


def marks(backward: Callable[..., Any], network: Network) -> dict[str, Any]:
    """The marks as plain data: message, and by gradient what was given and whether it is right."""
    result: dict[str, Any] = {"message": "", "yours": {}, "right": {}}
    name = getattr(backward, "__name__", "the function")
    try:
        given = gradients_by(backward, network)
    except NotAnswered as problem:
        return result | {"message": f"{problem}."}
    truth = network.trace()
    lines, right, count = [], 0, 0
    for parameter, yours in zip(network.names, given, strict=True):
        gradient = f"grad_{parameter}"
        true = truth[gradient]
        count += true.size
        if yours.shape != true.shape:
            lines.append(f"{gradient} has shape {yours.shape}, expected {true.shape}")
            continue
        with np.errstate(invalid="ignore"):
            good = np.abs(yours - true) <= TOLERANCE * np.abs(true).max()
        right += int(good.sum())
        result["yours"][gradient] = [[_plain(entry) for entry in row] for row in yours.tolist()]
        result["right"][gradient] = good.tolist()
    lines.insert(0, f"{name}: {right} of {count} entries are right")
    return result | {"message": ". ".join(lines) + "."}


def _plain(entry: float) -> float | str:
    return entry if math.isfinite(entry) else str(entry)
