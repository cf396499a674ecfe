"""What a test may do with an object of the learner's that stays in the learner's process."""

import operator
from collections.abc import Callable
from typing import Any

from ..wall.messages import Operation


def _taken(iterator: Any) -> list[Any]:
    """The next value in a list; an empty one at the end: that is no error that would cross."""
    for value in iterator:
        return [value]
    return []


OPERATIONS: dict[Operation, Callable[..., Any]] = {
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "len": len,
    "getitem": operator.getitem,
    "setitem": operator.setitem,
    "delitem": operator.delitem,
    "contains": operator.contains,
    "iter": iter,
    "next": _taken,
    "bool": bool,
    "str": str,
    "repr": repr,
    "format": format,
    "isinstance": isinstance,
    "issubclass": issubclass,
}
