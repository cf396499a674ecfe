"""What goes between the trusted side and the sandbox: how one is started, and what is said."""

import socket
from collections.abc import Callable

# Starts a learner process; returns its wire, and the line to the guard that watches over it.
Start = Callable[..., tuple[socket.socket, socket.socket]]
ASKED = b"?"  # on that line, from outside: are you there?
BROKEN = 70  # exit status of a learner process in which our own code has raised an exception
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")  # all that is kept of a display
