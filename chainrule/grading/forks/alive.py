"""Whether processes of ours are stopped: one that is says nothing, and ends nothing, for ever.

It is noticed by its state, from outside and at once; what is silent for another reason is noticed
by time, later.
"""

import os
from pathlib import Path


def any_stopped(process: int) -> bool:
    """Whether this process is stopped, or one of ours that it or its descendants have started.

    What a learner's process starts does not count: learners may stop that themselves. The learner's
    process itself does: nothing inside of a PID namespace can stop its first process.
    """
    waiting = [process]
    outermost = len(_state_and_numbers(process)[1])
    while waiting:
        one = waiting.pop()
        state, numbers = _state_and_numbers(one)
        inside = len(numbers) - outermost  # 1: in bubblewrap, 2: in a learner's own namespace
        if inside >= 2 and numbers[-1] != "1":
            continue
        if state == "T":
            return True
        waiting += _children(one)
    return False


def _state_and_numbers(process: int) -> tuple[str, list[str]]:
    """A process's state, and its numbers in the PID namespaces from ours inwards."""
    state: str = ""
    numbers: list[str] = []
    try:
        with open(f"/proc/{process}/status", "rb", buffering=0) as file:
            text = file.read(4096).decode(errors="replace")
    except OSError:  # it has just ended
        return state, numbers
    for row in text.splitlines():
        if row.startswith("State:"):
            state = row.split()[1]
        elif row.startswith("NSpid:"):
            numbers = row.split()[1:]
            break
    return state, numbers


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            text = Path(f"/proc/{process}/task/{task}/children").read_text()
            found += map(int, text.split())
    except OSError:
        pass
    return found
