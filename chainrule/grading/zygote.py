"""The warm process in the sandbox: it has imported what notebooks import, and forks per notebook.

Over its control socket it gets, for each learner process, two file descriptors: the wire, for the
learner process itself, and a line to its guard. The guard is a fork that shares no memory with
what it guards: it ends the learner process when the line closes or too much memory is in use, and
says on the line how the learner process ended.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from .limits import Limits

_LOOK_SECONDS = 0.05
_MEMORY_LOOKS = 5  # memory is looked at each so many looks: it takes longer
_MESSAGE_BYTES = 1 << 22


def main() -> None:
    """`python -m chainrule.grading.zygote FD`, in bubblewrap; FD is the control socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards are not waited for
    setup = json.loads(control.recv(1 << 20))
    warm(setup["imports"])
    from .learner import prepare

    prepare()
    control.send(b"ready")
    _serve(control, Limits(**setup["limits"]), setup["confined"])


def _serve(control: socket.socket, limits: Limits, confined: bool) -> None:
    """Fork when asked to: a learner process with its guard, or a process that is warmer."""
    gc.collect()
    gc.freeze()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            if len(descriptors) == 2:
                wire, line = descriptors
                _guard(wire, socket.socket(fileno=line), limits, confined)
            else:
                _serve(_warmer(socket.socket(fileno=descriptors[0]), limits), limits, confined)
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _warmer(control: socket.socket, limits: Limits) -> socket.socket:
    """Import and run what one assignment's notebooks show to everybody, before any learner."""
    from .learner import rehearse

    more = json.loads(control.recv(_MESSAGE_BYTES))
    warm([f"import {name}" for name in more["modules"]])
    rehearse(more["notebooks"], limits)
    control.send(b"ready")
    return control


def warm(imports: list[str]) -> None:
    """Run these import statements; a notebook that needs one that fails will say so itself."""
    for statement in imports:
        with contextlib.suppress(Exception):
            exec(statement, {})
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _guard(wire: int, line: socket.socket, limits: Limits, confined: bool) -> None:
    """Start the learner process and watch over it; does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reason = ""
    place = "/tmp/submission" if confined else tempfile.mkdtemp(prefix="chainrule-unsafe-")
    try:
        if confined:
            from . import confine

            confine.leave_parent_namespaces()
        learner = os.fork()
        if learner == 0:
            line.close()
            _live(wire, place, limits, confined)
        os.close(wire)
        handle = os.pidfd_open(learner)
        pid, looks = _pid_in_proc(handle), 0
        while True:
            watched: list[Any] = [handle, line]
            ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS)
            if handle in ready:
                break
            looks += 1
            found = descendants(pid)
            if line in ready:
                reason = "ended"
            elif len(found) > limits.processes:  # no other limit counts them where root starts us
                reason = "processes"
            elif looks % _MEMORY_LOOKS == 0 and memory_of(found) > limits.memory_bytes:
                reason = "memory"
            if reason:
                os.kill(learner, signal.SIGKILL)
                break
        _, status = os.waitpid(learner, 0)
        told: dict[str, Any] = {"reason": reason, "status": status}
    except OSError as error:
        told = {"reason": "confine", "error": str(error)}
    try:
        if not confined:
            shutil.rmtree(place, ignore_errors=True)
        line.send(json.dumps(told).encode())
    finally:
        os._exit(0)


def _live(wire: int, place: str, limits: Limits, confined: bool) -> None:
    from .learner import serve

    try:
        if confined:
            from . import confine

            confine.close_in(limits)
        serve(socket.socket(fileno=wire), place, limits)
    finally:
        os._exit(0)


def _pid_in_proc(handle: int) -> int:
    # /proc can be of another PID namespace than ours: it then numbers the process differently.
    for row in Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines():
        if row.startswith("Pid:"):
            return int(row.split()[1])
    return -1


def descendants(process: int) -> list[int]:
    """A process and all that it and its descendants have started."""
    found, waiting = [], [process]
    while waiting:
        found.append(waiting.pop())
        with contextlib.suppress(OSError, ValueError):  # it has just ended
            for task in os.listdir(f"/proc/{found[-1]}/task"):
                children = Path(f"/proc/{found[-1]}/task/{task}/children").read_text()
                waiting += map(int, children.split())
    return found


def memory_of(processes: list[int]) -> int:
    """Bytes that these processes hold, pages that several share counted in parts."""
    total = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError):
            for row in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                if row.startswith("Pss:"):
                    total += int(row.split()[1]) * 1024
    return total


if __name__ == "__main__":
    main()
