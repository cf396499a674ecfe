"""What runs in the learner process: the learner's cells, and calls of the learner's functions.

Nothing that this process says is trusted. It answers one request of `messages` at a time; during a
call it may itself ask for a function that the test passed in.
"""

import ctypes
import os
import socket
import sys

from ..forks.isolated import be_silent
from ..limits import Limits
from ..shell.shell import KeepingShell, fresh_randomness, new_shell
from ..wall import values
from ..wall.messages import Cannot
from ..wall.wire import Closed, Wire
from .requests import Answers

_LAST_DESCRIPTOR = (1 << 32) - 1
_CLOSE_RANGE = 436  # the same number on every machine; Python may have been built without it
_syscall = ctypes.CDLL(None, use_errno=True).syscall
_shell: KeepingShell


def prepare() -> None:
    """Make the shell, before any learner: it takes longer than most submissions."""
    global _shell
    _shell = new_shell(output_bytes=0, namespace={"__name__": "__main__"})
    _shell.run("")


def serve(channel: socket.socket, limits: Limits) -> None:
    """Answer requests until the other side hangs up."""
    _shell.outputs.limit = limits.output_bytes
    wire = Wire(channel)
    answers = Answers(_shell, wire, limits)
    while True:
        try:
            message, buffers = wire.receive()
        except Closed:
            return
        try:
            wire.send(*answers.to(message, buffers))
        except values.CannotCross as error:
            cannot: Cannot = {"cannot": str(error)}
            wire.send(cannot)


def leave_no_trace_of_parent(channel: socket.socket, place: str) -> None:
    """Keep one descriptor, an own working folder, and other random numbers than the siblings."""
    be_silent()
    _close(3, channel.fileno() - 1)
    _close(channel.fileno() + 1, _LAST_DESCRIPTOR)
    os.makedirs(place, exist_ok=True)
    os.chdir(place)
    sys.path[:] = [place, *(p for p in sys.path if p)]
    fresh_randomness()


def _close(first: int, last: int) -> None:
    """Close these descriptors at once: one by one, the many that may be would take milliseconds."""
    if first <= last and _syscall(_CLOSE_RANGE, first, ctypes.c_uint(last), 0) != 0:
        os.closerange(first, min(last, 1 << 16) + 1)  # before Linux 5.9
