"""`mmap.mmap(-1, ...)` for learners: memory of a file, in a folder of bounded size.

The filter of system calls refuses the kind without a file, which no limit would count.
"""

import mmap
import os
from typing import Any

_PLACE = "/dev/shm"


class _Mmap(mmap.mmap):
    def __new__(
        cls, fileno: int, length: int, flags: int = mmap.MAP_SHARED, *rest: Any, **more: Any
    ) -> "_Mmap":
        if fileno != -1 or not flags & mmap.MAP_SHARED:
            return super().__new__(cls, fileno, length, flags, *rest, **more)
        file = os.open(_PLACE, os.O_TMPFILE | os.O_RDWR, 0o600)
        try:
            os.ftruncate(file, length)
            flags &= ~mmap.MAP_ANONYMOUS
            return super().__new__(cls, file, length, flags, *rest, **more)
        finally:
            os.close(file)


_Mmap.__name__ = _Mmap.__qualname__ = "mmap"


def count_shared_memory() -> None:
    """From here on, in this process."""
    mmap.mmap = _Mmap  # type: ignore[misc]
