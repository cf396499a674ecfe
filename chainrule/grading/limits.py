"""How much of the machine one submission may use."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

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

    def plain(self) -> dict[str, float]:
        """As JSON can hold it; `of` makes the same limits of it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, float]) -> "Limits":
        return cls(**plain)  # type: ignore[arg-type]  # JSON leaves a whole number whole


INODES = 10_000  # files and folders that a submission may write
TERMINALS = 16
SAID = 20  # files that are named when they are left out
