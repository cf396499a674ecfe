"""Memory of several processes, measured in a fork: the kernel lets whoever reads it wait.

That can last as long as these change their memory all the time, as a fork bomb does.
"""

import os
import select
import signal
import time

from ..forks import process_tree
from ..forks.isolated import end_with_parent

_SECONDS = 3.0


class Measure:
    """Begins at once; to be closed."""

    def __init__(self, processes: dict[int, list[int]]) -> None:
        self.ends = time.monotonic() + _SECONDS
        self.reader, writer = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            try:
                end_with_parent()
                os.write(writer, str(process_tree.memory_of(processes)).encode())
            finally:
                os._exit(0)
        os.close(writer)

    def result(self) -> float | None:
        """Bytes, or None as long as it is not known; what does not become known is too much."""
        if select.select([self.reader], [], [], 0)[0]:
            return float(os.read(self.reader, 100) or "inf")
        return float("inf") if time.monotonic() > self.ends else None

    def close(self) -> None:
        os.close(self.reader)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
