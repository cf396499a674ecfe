"""How a value that is made of plain ones crosses the wall."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Parts = list[Any]


class NotPlain(Exception):
    """The value is of a kind that crosses, but there is more to this one; the message names it."""


@dataclass(frozen=True)
class Kind:
    """How values of one type cross.

    library, name: of the type, where it is public. apart: what a value is made of; raises NotPlain.
    together: the value again; raises what the constructor does. changes: whether a call can change
    such a value.
    """

    library: str
    name: str
    apart: Callable[[Any], Parts]
    together: Callable[..., Any]
    changes: bool = False
