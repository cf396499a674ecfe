"""Watches over learner processes from the process that starts them.

A learner process is ended when the line to whoever asked for it closes, when it and what it started
hold too much memory, have computed too long, or are too many. On its line the guard says which
process it is, says so again whenever asked, and in the end how it ended.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..forks import process_tree
from ..limits import Limits
from ..wall.messages import GuardSaid, WhyEnded
from . import uncounted
from .memory_use import Measure

_LOOK_SECONDS = 0.05
_MEMORY_LOOKS = 5  # memory is looked at each so many looks: it takes longer


@dataclass(eq=False)
class _Ward:
    process: int
    handle: int  # a pidfd
    line: socket.socket
    place: str  # a folder to remove; "" if there is none
    pid_in_proc: int
    began: socket.socket | None = None  # says when it has begun; None: it has
    wrapped: bool = False  # the process is bubblewrap, which ends as what is in it does
    computed: float = 0.0  # seconds before it began
    looks: int = 0
    heavy: bool = False  # it may soon hold too much: looked at each time
    measure: Measure | None = None
    lowered: set[int] = field(default_factory=set)

    def fileno(self) -> int:
        return self.handle


class Guard:
    """confined: each learner process is the first of namespaces of its own."""

    def __init__(self, limits: Limits, confined: bool) -> None:
        self.limits, self.confined = limits, confined
        self.wards: list[_Ward] = []
        self.dying: list[_Ward] = []  # killed, which can take as long as the machine is busy
        self.looked = time.monotonic()
        self.depth = len(process_tree.numbers_of("/proc/self"))  # how deep our PID namespace is

    def watch(
        self, process: int, line: socket.socket, place: str, began: socket.socket | None = None
    ) -> None:
        """From now on. place: a folder that goes with the process, or "".

        began: where the process is bubblewrap, says when a learner's process has begun in it.
        """
        handle = os.pidfd_open(process)
        ward = _Ward(process, handle, line, place, _pid_in_proc(handle), began, began is not None)
        self.wards.append(ward)
        if began is None:
            say(line, {"process": ward.pid_in_proc})

    def _begins(self, ward: _Ward) -> None:
        """From here on it is a learner's process; unless what was to be one has ended."""
        assert ward.began is not None
        if ward.began.recv(64):
            *_, ward.pid_in_proc = [*process_tree.tasks_below(ward.process)][:2]
            ward.computed = process_tree.computing_of({ward.pid_in_proc: []})
            ward.began.close()
            ward.began = None
            say(ward.line, {"process": ward.pid_in_proc})
        else:
            self._end(ward, "ended")

    def until(self, control: socket.socket) -> bool:
        """Watch for a moment, or while there is nobody to watch; whether `control` can be read."""
        lines = [ward.line for ward in self.wards]
        starting = [ward.began for ward in self.wards if ward.began is not None]
        watched: list[Any] = [control, *self.wards, *lines, *starting, *self.dying]
        ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS if self.wards else None)
        for ward in self.wards[:]:
            if ward in ready:
                self._ended(ward)
            elif ward.line in ready:
                self._asked(ward)
            elif ward.began is not None and ward.began in ready:
                self._begins(ward)
        for ward in self.dying[:]:
            if ward in ready:
                self.dying.remove(ward)
                self._reap(ward)
        if time.monotonic() - self.looked >= _LOOK_SECONDS:
            for ward in self.wards[:]:
                if ward.began is None:
                    self._look(ward)
            self.looked = time.monotonic()
        return control in ready

    def leave(self) -> None:
        """In a fork of the process that watches: the parent goes on."""
        for ward in self.wards:
            ward.line.close()
        for ward in self.wards + self.dying:
            os.close(ward.handle)

    def end_all(self) -> None:
        for ward in self.wards[:]:
            self._end(ward, "ended")

    def _asked(self, ward: _Ward) -> None:
        try:
            asked = ward.line.recv(64, socket.MSG_DONTWAIT)
        except OSError:
            asked = b""
        if asked and ward.began is None:
            say(ward.line, {"process": ward.pid_in_proc})
        elif asked:
            pass  # it is told when it begins
        else:  # whoever asked for it has hung up
            self._end(ward, "ended")

    def _look(self, ward: _Ward) -> None:
        ward.looks += 1
        found = process_tree.tasks_below(ward.pid_in_proc)
        count = sum(map(len, found.values()))
        if len(found) > self.limits.processes:  # no other limit counts them where root starts us
            self._end(ward, "processes")
            return
        if ward.wrapped and (too_many := uncounted.too_many(ward.pid_in_proc)):
            self._end(ward, too_many)
            return
        if count > process_tree.FEW:
            self._let_others_go_first(ward, found)
        held = self._held(ward, found, alone=count == 1)
        if held > self.limits.memory_bytes:
            self._end(ward, "memory")
        elif ward.looks % _MEMORY_LOOKS == 0:
            seconds = process_tree.computing_of(found) - ward.computed
            if seconds > self.limits.notebook_seconds:
                self._end(ward, "computing")

    def _held(self, ward: _Ward, found: dict[int, list[int]], alone: bool) -> float:
        """Bytes of memory, as far as this is the time to look; else 0."""
        if ward.measure is not None:
            measured = ward.measure.result()
            if measured is not None:
                ward.measure.close()
                ward.measure = None
            return self._in_sockets(ward) + measured if measured else 0
        if ward.looks % _MEMORY_LOOKS and not (alone and ward.heavy):
            return 0
        sockets = self._in_sockets(ward)
        ward.heavy = sockets + process_tree.most_memory_of(found) > self.limits.memory_bytes / 2
        if not ward.heavy:
            return 0
        if alone:
            return sockets + process_tree.memory_of(found)
        ward.measure = Measure(found)
        return sockets

    def _in_sockets(self, ward: _Ward) -> int:
        # Where its network is its own, all sockets of that are.
        return process_tree.sockets_of(ward.pid_in_proc) * _SOCKET_BYTES if self.confined else 0

    def _let_others_go_first(self, ward: _Ward, found: dict[int, list[int]]) -> None:
        """Of many processes, each gets the least of a core's time while others want it.

        All but the first process, which is as any learner's that starts none.
        """
        for process, tasks in found.items():
            for task in () if process == ward.pid_in_proc else tasks:
                numbers = (
                    ()
                    if task in ward.lowered
                    else process_tree.numbers_of(f"/proc/{process}/task/{task}")
                )
                if len(numbers) >= self.depth > 0:
                    ward.lowered.add(task)
                    with contextlib.suppress(OSError):
                        number = numbers[self.depth - 1]
                        os.setpriority(os.PRIO_PROCESS, number, 19)

    def _end(self, ward: _Ward, reason: WhyEnded) -> None:
        """Nobody waits until it has ended: that takes the longer, the more it has started."""
        os.kill(ward.process, signal.SIGKILL)
        self.wards.remove(ward)
        self.dying.append(ward)
        self._say_how(ward, reason, signal.SIGKILL)

    def _ended(self, ward: _Ward) -> None:
        """By itself, or from outside."""
        self.wards.remove(ward)
        self._say_how(ward, "", self._reap(ward))

    def _reap(self, ward: _Ward) -> int:
        with contextlib.suppress(ProcessLookupError):  # it leads a group; not yet, if it was early
            os.killpg(ward.process, signal.SIGKILL)
        _, status = os.waitpid(ward.process, 0)
        os.close(ward.handle)
        if ward.measure is not None:
            ward.measure.close()
        if ward.place:
            shutil.rmtree(ward.place, ignore_errors=True)
        return _of_what_was_in_it(status) if ward.wrapped else status

    def _say_how(self, ward: _Ward, reason: WhyEnded, status: int) -> None:
        if ward.began is None:
            say(ward.line, {"reason": reason, "status": status, "confined": self.confined})
        else:  # after what it may have said itself
            say(ward.line, {"reason": "confine", "error": "its process ended before it began"})
            ward.began.close()
        ward.line.close()


def _of_what_was_in_it(status: int) -> int:
    """bubblewrap ends with what its process did: as a shell says it, where that was a signal."""
    code = os.waitstatus_to_exitcode(status)
    return code - 128 if code > 128 else status


def say(line: socket.socket, told: GuardSaid) -> None:
    """Say something of a learner process, to whoever still listens."""
    with contextlib.suppress(OSError):
        line.send(json.dumps(told).encode())


def _pid_in_proc(handle: int) -> int:
    # /proc can be of another PID namespace than ours: it then numbers the process differently.
    for row in Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines():
        if row.startswith("Pid:"):
            return int(row.split()[1])
    return -1


def _most_in_a_socket() -> int:
    """Bytes that one socket may have on their way; the kernel doubles what is asked for."""
    try:
        return 2 * int(Path("/proc/sys/net/core/wmem_max").read_text())
    except (OSError, ValueError):
        return 2 * 212_992  # as the kernel has it where nobody has changed it


_SOCKET_BYTES = _most_in_a_socket()
