"""What the last expression of a test is worth."""

import math
import numbers
from enum import Enum
from typing import Any


def as_points(value: Any) -> float | None:
    """The number that a test ended in; None for anything else, which gives all the points."""
    kind = type(value)  # an object of the learner's is not asked what it is
    # A name that stands for a number, as an exit code is, was not meant as one.
    if kind is bool or issubclass(kind, Enum) or not issubclass(kind, numbers.Real):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.inf


def is_number_in_disguise(value: Any) -> bool:
    """An array or a tensor of one entry: a mark that was computed with what a learner returned."""
    of = type(value).__module__.partition(".")[0]
    if of == "numpy":
        numeric = getattr(getattr(value, "dtype", None), "kind", "") in "iufc"
        return numeric and value.size == 1 and not isinstance(value, numbers.Real)
    return bool(of == "torch" and hasattr(value, "numel") and value.numel() == 1)
