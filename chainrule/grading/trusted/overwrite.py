"""What a call has changed in its arguments, changed in the test's own objects too."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..wall.values import Encoder, Malformed, is_tensor

_REFILLED = (list, bytearray, dict, set)


def overwrite(olds: Sequence[Any], news: Sequence[Any]) -> None:
    """Give each of `olds`, mutable objects, the contents of its new one; the objects stay.

    What lies inside is taken as it is: where an object of the test's has only moved, `news` holds
    that object itself. Raises Malformed where the two are not of one kind; nothing is changed then.
    """
    if len(olds) != len(news):
        raise Malformed("other arguments came back")
    # All is looked at before any is written to: two arrays can share their numbers.
    changed = [pair for pair in zip(olds, news, strict=True) if _differ(*pair)]
    for old, new in changed:
        if isinstance(old, (list, bytearray)):
            old[:] = new
        elif isinstance(old, (dict, set)):
            old.clear()
            old.update(new)
        elif isinstance(old, deque):
            old.clear()
            old.extend(new)
        elif isinstance(old, np.ndarray):
            old[...] = new
        else:
            old.data.copy_(new.data)


def _written(value: Any) -> tuple[Any, list[bytes]]:
    encoder = Encoder()
    return encoder.encode(value), encoder.buffers


def _differ(old: Any, new: Any) -> bool:
    if is_tensor(old) and is_tensor(new):  # a Parameter comes back as a tensor
        if old.shape != new.shape or old.dtype != new.dtype:
            raise Malformed("an argument came back with another shape")
        return not bool((old.data == new.data).all())
    if type(old) is not type(new):
        raise Malformed("an argument came back as another type")
    if isinstance(old, (*_REFILLED, deque)):
        return True
    if not isinstance(old, np.ndarray):
        if _written(old) != _written(new):
            raise Malformed(f"a {type(old).__name__} was changed, of which the test keeps its own")
        return False
    if old.shape != new.shape or old.dtype != new.dtype:
        raise Malformed("an argument came back with another shape")
    differ = bool(old.tobytes() != new.tobytes())  # -0.0 is another number, NaN is the same
    if differ and not old.flags.writeable:
        raise Malformed("a read-only argument came back changed")
    return differ
