"""A learner process that bubblewrap has started for itself alone: it imports, and closes in."""

import json
import os
import resource
import socket
import sys
from dataclasses import replace

from ..forks.isolated import end_with_parent
from ..forks.warm import warm
from ..limits import Limits
from ..wall.handed_files import Room
from ..wall.messages import READY, AloneSetup
from . import stand_ins
from .confine import close_in_alone
from .counted_memory import count_shared_memory
from .zygote import live

_MESSAGE_BYTES = 1 << 22


def main() -> None:
    """`python -m chainrule.grading.sandbox.alone WIRE LINE BEGAN`, descriptors of sockets.

    On the last it is told what to be, and says that from here on a learner's code runs.
    """
    wire, line, began = (int(number) for number in sys.argv[1:])
    told_over = socket.socket(fileno=began)
    end_with_parent()
    told: AloneSetup = json.loads(told_over.recv(_MESSAGE_BYTES))
    limits, room = Limits.of(told["limits"]), Room(*told["room"])
    stand_ins.put_in_place()
    from .learner import prepare

    warm(told["imports"])
    prepare()

    def shut() -> None:
        if os.getsid(0) != os.getpid():
            os.setsid()
        used = resource.getrusage(resource.RUSAGE_SELF)  # which is no learner's doing
        seconds = limits.notebook_seconds + used.ru_utime + used.ru_stime
        close_in_alone(replace(limits, notebook_seconds=seconds), room)
        count_shared_memory()
        told_over.send(READY)

    live(wire, socket.socket(fileno=line), "/tmp/submission", limits, shut)


if __name__ == "__main__":
    main()
