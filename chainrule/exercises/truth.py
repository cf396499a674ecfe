"""The truth: what torch makes of an exercise's forward pass, in float64.

Nothing here is written by hand, so that an error in the right formulas cannot hide. torch is
imported at the first call: it takes about a second, and `import chainrule` does not pay it.
"""

import inspect
from typing import Any

import numpy as np

from chainrule.exercises.draw import is_float
from chainrule.exercises.form import Exercise, Given, Shapes


def trace(exercise: Exercise, shapes: Shapes, given: Given) -> dict[str, Any]:
    """Every intermediate by name, what it began with too, and each one's gradient as `grad_<name>`.

    given: as drawn for this table of shapes. Bundles are tuples. Raises what `forward` raises.
    """
    found = dict(given)
    _bundle(found, shapes)
    if exercise.forward is not None:
        found |= _by_torch(exercise, shapes, given)
        _bundle(found, shapes)
    return found


def _by_torch(exercise: Exercise, shapes: Shapes, given: Given) -> dict[str, Any]:
    import torch

    values: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, np.ndarray | float) and is_float(shapes.get(name, ": 1")):
            value = np.array(value)
        if isinstance(value, np.ndarray):
            tensor = torch.from_numpy(value.copy())
            values[name] = tensor.requires_grad_() if is_float(shapes.get(name, "")) else tensor
        else:
            values[name] = value
    leaves = {name: one for name, one in values.items() if isinstance(one, torch.Tensor)}
    _bundle(values, shapes)
    assert exercise.forward is not None
    taken = inspect.signature(exercise.forward).parameters
    returned = dict(exercise.forward(**{name: values[name] for name in taken}))
    for one in returned.values():
        if isinstance(one, torch.Tensor) and one.requires_grad and not one.is_leaf:
            one.retain_grad()
    loss = returned.get("loss")
    if isinstance(loss, torch.Tensor) and loss.requires_grad:
        loss.backward()
    found: dict[str, Any] = {name: as_numpy(one) for name, one in returned.items()}
    for name, one in {**leaves, **returned}.items():
        if name != "loss" and isinstance(one, torch.Tensor) and one.grad is not None:
            found[f"grad_{name}"] = one.grad.numpy()
    return found


def as_numpy(value: Any) -> Any:
    """A tensor as an array, in tuples and lists too; a number as an array without axes."""
    if isinstance(value, tuple | list):
        return tuple(as_numpy(one) for one in value)
    if hasattr(value, "detach"):
        return np.asarray(value.detach().numpy())
    return np.asarray(value)


def _bundle(values: dict[str, Any], shapes: Shapes) -> None:
    """Add the bundles whose members are there."""
    for name, members in shapes.items():
        if isinstance(members, tuple) and all(member in values for member in members):
            values[name] = tuple(values[member] for member in members)
