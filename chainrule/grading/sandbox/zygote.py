"""The warm process in the sandbox: it has imported what notebooks import, and forks per notebook.

What it is asked over its control socket, and what comes along, stands in `messages`.
"""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import NoReturn, assert_never

from ..forks.isolated import end_with_parent
from ..forks.warm import settle, use_huge_pages, warm
from ..limits import Limits
from ..wall.handed_files import Room
from ..wall.messages import BROKEN, READY, Control, NotConfined, WarmSetup, Warmth
from . import stand_ins
from .confine import close_in, fork_into_namespaces
from .counted_memory import count_shared_memory
from .guard import Guard, say
from .own_memory import find_shared_memory, make_shared_memory_own

_MESSAGE_BYTES = 1 << 22


def main() -> None:
    """`python -m chainrule.grading.sandbox.zygote FD`, in bubblewrap; FD is the control socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setup: WarmSetup = json.loads(control.recv(1 << 20))
    stand_ins.put_in_place()
    from .learner import prepare

    warm(setup["imports"])
    prepare()
    if setup["many"]:
        use_huge_pages()
    control.send(READY)
    _serve(control, Limits.of(setup["limits"]), setup["confined"])


def _serve(control: socket.socket, limits: Limits, confined: bool) -> None:
    """Fork when asked to: a learner process, or a process that is warmer; watch over the first."""
    settle()
    find_shared_memory()
    guard = Guard(limits, confined)
    while True:
        if not guard.until(control):
            continue
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 2)
        if not message:
            guard.end_all()
            return
        asked: Control = json.loads(message)
        if asked["do"] == "learner":
            wire, line = descriptors
            _start(guard, wire, socket.socket(fileno=line), Room(*asked["room"]))
            os.close(wire)
        elif asked["do"] == "warmer":
            (its_control,) = descriptors
            if os.fork() == 0:
                guard.leave()
                control.close()
                control, guard = _warmer(its_control), Guard(limits, confined)
            else:
                os.close(its_control)
        else:
            assert_never(asked)


def _start(guard: Guard, wire: int, line: socket.socket, room: Room) -> None:
    """Fork a learner process that the guard watches over."""
    limits, confined = guard.limits, guard.confined
    place = "/tmp/submission" if confined else tempfile.mkdtemp(prefix="chainrule-unsafe-")
    try:
        learner = fork_into_namespaces() if confined else os.fork()
    except OSError as error:
        _say_why(line, str(error))
        line.close()
        return
    if learner == 0:
        live(wire, line, place, limits, partial(_shut, limits if confined else None, room))
    guard.watch(learner, line, "" if confined else place)


def _shut(limits: Limits | None, room: Room) -> None:
    """Leave nothing that is shared with other forks. limits: of the sandbox, None outside of it."""
    os.setsid()  # a signal to its group, or its session, is for nobody else
    make_shared_memory_own()
    if limits is not None:
        close_in(limits, room)
        count_shared_memory()
    end_with_parent()


def live(
    wire: int, line: socket.socket, place: str, limits: Limits, shut: Callable[[], None]
) -> NoReturn:
    """Be a learner process. shut: puts up the walls, before anything of the learner's runs."""
    from .learner import leave_no_trace_of_parent, serve

    try:
        shut()
        channel = socket.socket(fileno=wire)
        leave_no_trace_of_parent(channel, place)
    except BaseException as error:  # no learner's code has run yet
        _say_why(line, f"{type(error).__name__}: {error}")
        os._exit(0)
    status = BROKEN
    try:
        serve(channel, limits)
        status = 0
    except OSError:  # the wire is gone, by the learner's doing or because all is over
        status = 0
    finally:
        os._exit(status)


def _say_why(line: socket.socket, error: str) -> None:
    """There is no process for a learner's code."""
    told: NotConfined = {"reason": "confine", "error": error}
    say(line, told)


def _warmer(descriptor: int) -> socket.socket:
    """Import what one assignment's notebooks import while they run, before any learner."""
    control = socket.socket(fileno=descriptor)
    more: Warmth = json.loads(control.recv(_MESSAGE_BYTES))
    warm([f"import {name}" for name in more["modules"]])
    settle()
    find_shared_memory()
    control.send(READY)
    return control


if __name__ == "__main__":
    main()
