"""Watches over learner processes from the process that starts them.

A learner process is ended when the line to whoever asked for it closes, when it and what it started
hold too much memory, or are too many. How it ended is said on its line.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import records
from .limits import Limits

_LOOK_SECONDS = 0.05
_MEMORY_LOOKS = 5  # memory is looked at each so many looks: it takes longer


@dataclass(eq=False)
class _Ward:
    process: int
    handle: int  # a pidfd
    line: socket.socket
    place: str  # a folder to remove; "" if there is none
    pid_in_proc: int
    looks: int = 0
    reason: str = ""

    def fileno(self) -> int:
        return self.handle


class Guard:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.wards: list[_Ward] = []
        self.looked = time.monotonic()

    def watch(self, process: int, line: socket.socket, place: str) -> None:
        """From now on. place: a folder that goes with the process, or ""."""
        handle = os.pidfd_open(process)
        self.wards.append(_Ward(process, handle, line, place, _pid_in_proc(handle)))

    def until(self, control: socket.socket) -> bool:
        """Watch for a moment, or while there is nobody to watch; whether `control` can be read."""
        watched: list[Any] = [control, *self.wards, *(ward.line for ward in self.wards)]
        ready, _, _ = select.select(watched, [], [], _LOOK_SECONDS if self.wards else None)
        for ward in self.wards[:]:
            if ward in ready:
                self._ended(ward)
            elif ward.line in ready:
                self._end(ward, "ended")
        if time.monotonic() - self.looked >= _LOOK_SECONDS:
            for ward in self.wards[:]:
                self._look(ward)
            self.looked = time.monotonic()
        return control in ready

    def leave(self) -> None:
        """In a fork of the process that watches: the parent goes on."""
        for ward in self.wards:
            ward.line.close()
            os.close(ward.handle)

    def end_all(self) -> None:
        for ward in self.wards[:]:
            self._end(ward, "ended")

    def _look(self, ward: _Ward) -> None:
        ward.looks += 1
        found = descendants(ward.pid_in_proc)
        if len(found) > self.limits.processes:  # no other limit counts them where root starts us
            self._end(ward, "processes")
        elif ward.looks % _MEMORY_LOOKS == 0 and memory_of(found) > self.limits.memory_bytes:
            self._end(ward, "memory")

    def _end(self, ward: _Ward, reason: str) -> None:
        ward.reason = reason
        os.kill(ward.process, signal.SIGKILL)
        self._ended(ward)

    def _ended(self, ward: _Ward) -> None:
        self.wards.remove(ward)
        _, status = os.waitpid(ward.process, 0)
        os.close(ward.handle)
        if ward.place:
            shutil.rmtree(ward.place, ignore_errors=True)
        say(ward.line, {"reason": ward.reason, "status": status})
        ward.line.close()


def say(line: socket.socket, told: dict[str, Any]) -> None:
    """Say how a learner process has ended, to whoever still listens."""
    with contextlib.suppress(OSError):
        line.send(json.dumps(told).encode())


def _pid_in_proc(handle: int) -> int:
    # /proc can be of another PID namespace than ours: it then numbers the process differently.
    for row in Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines():
        if row.startswith("Pid:"):
            return int(row.split()[1])
    return -1


def ending(told: dict[str, Any], limits: Limits) -> tuple[str, str]:
    """Verdict and reason for the guard's word of how a learner process ended."""
    if told.get("reason") == "memory":
        return records.MEMORY, f"it used more than {limits.memory_bytes >> 20} MiB"
    if told.get("reason") == "processes":
        return records.CRASHED, f"it started more than {limits.processes} processes"
    if told.get("reason") == "confine":
        return records.CRASHED, f"the sandbox failed: {told.get('error')}"
    status = told.get("status")
    if not isinstance(status, int):
        return records.CRASHED, "it ended"
    number = status & 0x7F
    if number == signal.SIGXCPU:
        return records.TIME_OUT, f"it took {limits.notebook_seconds:g} s of computing"
    if number:
        return records.CRASHED, f"it was ended by {signal.Signals(number).name}"
    return records.CRASHED, f"it ended itself with exit status {status >> 8}"


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
