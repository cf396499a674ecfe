"""What a process has started, whether that goes on, what it holds and has used: read from /proc."""

import contextlib
import os
from pathlib import Path

FEW = 8  # processes and threads; honest code starts hardly more
_STOPPED = "T"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_OWN_AND_CHILDRENS = slice(11, 15)  # seconds of computing, in what follows the name in `stat`


def tasks_below(process: int) -> dict[int, list[int]]:
    """A process and all that it and its descendants have started, each with its threads."""
    found: dict[int, list[int]] = {}
    waiting = [process]
    while waiting:
        one = waiting.pop()
        found[one], children = _tasks_and_children(one)
        waiting += children
    return found


def any_stopped(process: int, depth: int = 2) -> bool:
    """Whether this process is stopped, or one of ours that it or its descendants have started.

    One that is says nothing, and ends nothing, for ever; what is silent for another reason is
    noticed by time, later. What a learner's process starts does not count: learners may stop that
    themselves. The learner's process itself does: nothing inside of a PID namespace can stop its
    first process. depth: so many PID namespaces within ours are learners'.
    """
    waiting = [process]
    outermost = len(numbers_of(f"/proc/{process}"))
    while waiting:
        one = waiting.pop()
        state, numbers = _state_and_numbers(f"/proc/{one}")
        inside = len(numbers) - outermost  # 1: in bubblewrap, 2: in a learner's own namespace
        if inside >= depth and numbers[-1] != 1:
            continue
        if state == _STOPPED:
            return True
        _, children = _tasks_and_children(one)
        waiting += children
    return False


def most_memory_of(processes: dict[int, list[int]]) -> int:
    """Bytes that these hold at most: what several share is counted for each.

    Quicker than what follows, which has to wait for a process that is changing its memory.
    """
    total = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, LookupError):
            total += int(_read(f"/proc/{process}/statm").split()[1]) * _PAGE
            rows = _rows(f"/proc/{process}/status")
            total += 1024 * (rows.get("VmPTE", 0) + rows.get("VmSwap", 0))
    return total


def memory_of(processes: dict[int, list[int]]) -> int:
    """Bytes that these hold, pages that several share counted in parts, swapped ones as well."""
    total = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, LookupError):
            try:
                rows = _rows(f"/proc/{process}/smaps_rollup")
                total += 1024 * (rows["Pss"] + rows["SwapPss"])
            except PermissionError:  # it is not dumpable: what it shares counts whole then
                total += int(_read(f"/proc/{process}/statm").split()[1]) * _PAGE
            total += 1024 * _rows(f"/proc/{process}/status").get("VmPTE", 0)
    return total


def sockets_of(process: int) -> int:
    """How many sockets are in use in its network namespace, those that no descriptor names too."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_read(f"/proc/{process}/net/sockstat").split()[2])
    return 0


def computing_of(processes: dict[int, list[int]]) -> float:
    """Seconds that these have computed, and those of their children that were waited for."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(OSError, ValueError):
            fields = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
            total += sum(map(int, fields[_OWN_AND_CHILDRENS])) / _TICKS
    return total


def waited_for_core(process: int) -> float:
    """Seconds that a process could have run and did not, for want of a core.

    Of the one that waited longest among it and what it has started. Of many only its own waiting
    counts: they wait for one another. 0 where the kernel does not say.
    """
    found = tasks_below(process)
    if sum(map(len, found.values())) > FEW:
        found = {process: [process]}
    longest = 0
    for one, tasks in found.items():
        for task in tasks:
            with contextlib.suppress(OSError, ValueError, IndexError):
                told = _read(f"/proc/{one}/task/{task}/schedstat").split()
                longest = max(longest, int(told[1]))
    return longest / 1e9


def is_stopped(process: int) -> bool:
    """Whether somebody has stopped it (SIGSTOP)."""
    state, _ = _state_and_numbers(f"/proc/{process}")
    return state == _STOPPED


def numbers_of(task: str) -> list[int]:
    """What a thread is called in the PID namespaces that it is in, from that of /proc inwards.

    task: its folder in /proc. Empty if it has just ended.
    """
    _, numbers = _state_and_numbers(task)
    return numbers


def _tasks_and_children(process: int) -> tuple[list[int], list[int]]:
    """Its threads, and the processes that they have started; of one that ends, what can be read."""
    tasks: list[int] = []
    children: list[int] = []
    with contextlib.suppress(OSError, ValueError):
        tasks = [int(task) for task in os.listdir(f"/proc/{process}/task")]
        for task in tasks:
            children += map(int, _read(f"/proc/{process}/task/{task}/children").split())
    return tasks, children


def _state_and_numbers(task: str) -> tuple[str, list[int]]:
    """The letter of its state, and what it is called as in `numbers_of`. task: its folder."""
    state = ""
    with contextlib.suppress(OSError):
        for row in _read(f"{task}/status").splitlines():
            if row.startswith("State:"):
                state = row.split()[1]
            elif row.startswith("NSpid:"):
                return state, [int(number) for number in row.split()[1:]]
    return state, []


def _rows(path: str) -> dict[str, int]:
    """The rows `name: number ...`."""
    rows = (line.split(":", 1) for line in _read(path).splitlines() if ":" in line)
    words = ((name, rest.split()) for name, rest in rows)
    return {name: int(first[0]) for name, first in words if first and first[0].isdigit()}


def _read(path: str) -> str:
    return Path(path).read_text(errors="replace")
