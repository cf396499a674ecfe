"""A sandbox for each learner process, started from outside: where no fork can close itself in.

Some machines let bubblewrap make namespaces, and nothing within it: AppArmor's profile of
bubblewrap, root in a container or a user namespace that can have no other. There each learner
process is one that bubblewrap starts and that imports all anew, which takes seconds. What the
kernel does not bound then, files and terminals, the guard counts.
"""

import json
import os
import socket
import subprocess
import sys
from typing import assert_never

from ..errors import NoSandbox
from ..forks.isolated import end_with_parent
from ..limits import Limits
from ..plain_data import Setup
from ..wall.handed_files import Room
from ..wall.messages import READY, AloneSetup, Control, NotConfined
from .bubblewrap import environment, new_user, python, wall
from .guard import Guard, say
from .sight import View, view

_MESSAGE_BYTES = 1 << 22


def main() -> None:
    """`python -m chainrule.grading.sandbox.one_each FD`; FD is the control socket.

    It is asked as the warm process of `zygote` is.
    """
    end_with_parent()
    control = socket.socket(fileno=int(sys.argv[1]))
    setup: Setup = json.loads(control.recv(_MESSAGE_BYTES))
    sight = view(setup["imports"], setup["out_of_sight"])
    control.send(READY)
    guard = Guard(Limits.of(setup["limits"]), confined=True)
    while True:
        if not guard.until(control):
            continue
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 2)
        if not message:
            guard.end_all()
            return
        asked: Control = json.loads(message)
        if asked["do"] == "learner":
            wire, line = (socket.socket(fileno=number) for number in descriptors)
            with wire:
                _start(guard, setup, sight, wire, line, Room(*asked["room"]))
        elif asked["do"] == "warmer":
            os.close(descriptors[0])  # there is none: who asked for it uses this one
        else:
            assert_never(asked)


def _start(
    guard: Guard, setup: Setup, sight: View, wire: socket.socket, line: socket.socket, room: Room
) -> None:
    """Start a learner process that the guard watches over."""
    began, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    told: AloneSetup = {"imports": setup["imports"], "limits": setup["limits"], "room": room}
    with theirs:
        try:
            before = wall(sight, new_user(), guard.limits.disk_bytes + room.size)
            process = subprocess.Popen(
                before + python("alone", wire, line, theirs),
                env=environment(),
                cwd="/",
                pass_fds=[one.fileno() for one in (wire, line, theirs)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except (NoSandbox, OSError) as error:
            refused: NotConfined = {"reason": "confine", "error": str(error)}
            say(line, refused)
            line.close()
            began.close()
            return
    process.returncode = 0  # it is the guard that waits for it
    began.send(json.dumps(told).encode())
    guard.watch(process.pid, line, "", began)


if __name__ == "__main__":
    main()
