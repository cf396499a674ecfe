"""One value against the truth: its type, its shape, then its numbers, and where they differ."""

import math
import sys
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.blocks import as_number

# Relative to the largest true entry. A right formula in float32 misses 1e-6 in 4 to 19 of 100
# cases.
RTOL = {np.dtype("float64"): 1e-6, np.dtype("float32"): 1e-4, np.dtype("float16"): 1e-2}
MOST_AXES = 8  # of what is returned as lists


@dataclass(frozen=True)
class Difference:
    """What is wrong with a value, in a sentence; where: the entries that differ."""

    kind: Literal["type", "shape", "not finite", "value"]
    message: str
    yours: np.ndarray | None = None
    where: tuple[tuple[int, ...], ...] = ()


def as_array(value: Any) -> np.ndarray | None:
    """A number, list, array or tensor as an array of real numbers; None for anything else."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, list | tuple) and not _is_flat_enough(value):
        return None
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if array.dtype == object:
        # A list of 0-dimensional tensors, or of arrays of one shape.
        try:
            array = np.array([np.asarray(as_array(item), dtype=float) for item in value])
        except (TypeError, ValueError):
            return None
    if array.dtype.kind in "biu":
        return array.astype(float)
    return array if array.dtype.kind == "f" else None


def _is_flat_enough(value: Any, deep: int = 0) -> bool:
    """Whether lists lie in lists a few times only: one that holds itself has no end."""
    if not isinstance(value, list | tuple):
        return True
    return deep < MOST_AXES and all(_is_flat_enough(one, deep + 1) for one in value[:1])


def as_plain(array: np.ndarray) -> Any:
    """The array as JSON's own types; numbers that are not finite as "nan", "inf", "-inf"."""

    def plain(item: Any) -> Any:
        return [plain(one) for one in item] if isinstance(item, list) else as_number(item)

    return plain(array.tolist())


def difference(value: Any, true: np.ndarray, name: str = "the result") -> Difference | None:
    """How a value differs from the true one; None where it does not.

    Every kind of value may come in, and none raises. true: of any shape, in float64. name: how
    messages call the value.
    """
    if value is None:
        return Difference("type", f"{name} is None; it should be an array of shape {true.shape}.")
    yours = as_array(value)
    if yours is None:
        kind = type(value).__name__
        if isinstance(value, np.ndarray):
            kind = f"array of {value.dtype}"
        return Difference(
            "type", f"{name} is of type {kind}; it should hold real numbers, of shape {true.shape}."
        )
    if yours.shape != true.shape:
        words = f"{name} has shape {yours.shape}; it should be {true.shape}."
        return Difference("shape", f"{words}{_likely(name, yours.shape, true.shape)}", yours)
    atol, finite = _tolerance(yours, true)
    if finite:
        near = np.abs(yours - true) <= atol
    else:
        near = np.isclose(yours, true, rtol=0, atol=atol, equal_nan=True)
    if near.all():
        return None
    if finite and not np.isfinite(yours).all():
        found = "NaN" if np.isnan(yours).any() else "an infinite value"
        where = _indices(~np.isfinite(yours))
        return Difference("not finite", f"{name} holds {found}.", yours, where)
    off = ~near
    count = int(off.sum())
    entries = f"{count} of {off.size} entries {'is' if count == 1 else 'are'} wrong (marked *)"
    words = f"{name}: {entries if off.size > 1 else 'the value is wrong'}."
    return Difference("value", words, yours, _indices(off))


def same(yours: np.ndarray, other: np.ndarray) -> bool:
    """Whether two values are the same numbers, whatever their shapes.

    An overflow counts as one value: the way of writing decides whether it ends as NaN or infinite.
    """
    if yours.size != other.size:
        return False
    yours, other = yours.ravel(), other.ravel()
    atol, finite = _tolerance(yours, other)
    if not finite:
        where = np.isfinite(other)
        if not np.array_equal(np.isfinite(yours), where):
            return False
        yours, other = yours[where], other[where]
    return bool((np.abs(yours - other) <= atol + 1e-15).all())


def _tolerance(yours: np.ndarray, true: np.ndarray) -> tuple[float, bool]:
    """The absolute difference that is accepted: by the largest true entry that is finite, and by
    the precision of what was returned. And whether all true entries are finite."""
    largest = float(np.abs(true).max(initial=0.0))
    finite = math.isfinite(largest)
    if not finite:
        largest = float(np.abs(true[np.isfinite(true)]).max(initial=0.0))
    return RTOL.get(yours.dtype, 1e-6) * largest, finite


def _indices(mask: np.ndarray) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(i) for i in index) for index in np.argwhere(mask))


def _likely(name: str, yours: tuple[int, ...], true: tuple[int, ...]) -> str:
    """The likely reason for a wrong shape, as a sentence; nothing where there is none."""
    if yours == true[::-1]:
        return " It looks transposed."
    if yours == ():
        return " It looks summed over everything."
    if set(yours) == {1} and len(true) == 2:
        return " It looks summed over the wrong axis."
    if len(true) == 2 and true[0] == 1:
        if yours == true[1:]:
            return " The row axis is lost: keepdims=True keeps it in a sum, [0] drops it."
        if len(yours) == 2 and yours[1] == true[1] and name.rstrip("12").endswith("b"):
            return " It has one row for each input: a bias has a single row."
    if true == ():
        return " It should be a single number: sum over the classes, mean over the examples."
    if len(yours) > len(true):
        return f" It has {len(yours)} axes in place of {len(true)}."
    if len(yours) < len(true):
        return " An axis is lost."
    if yours[0] != true[0] and yours[1:] == true[1:]:
        one, more = ("entry", "entries") if len(true) == 1 else ("row", "rows")
        return f" It has {yours[0]} {one if yours[0] == 1 else more} in place of {true[0]}."
    return ""
