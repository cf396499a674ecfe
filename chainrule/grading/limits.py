"""How much of the machine one submission may use."""

from dataclasses import asdict, dataclass
from typing import Any

MIB = 1024 * 1024
RUNS = 5  # of a notebook, the most, where nobody else tries again
# What a process waits for a core does not count; by the clock it may take so many times its limit.
PATIENCE = 8


@dataclass(frozen=True)
class Limits:
    """Bounds for one notebook of one submission; all processes that it starts count together."""

    cell_seconds: float = 30.0  # each cell, and each test with the calls that it makes
    notebook_seconds: float = 120.0  # the whole notebook, restarts included
    memory_bytes: int = 2048 * MIB
    disk_bytes: int = 64 * MIB  # /tmp, and /dev/shm again
    processes: int = 64  # and threads
    output_bytes: int = MIB  # of each cell, as kept in the autograded notebook
    submission_bytes: int = 100 * MIB  # of all the files handed in

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


SAID = 20  # files that are named when they are left out
