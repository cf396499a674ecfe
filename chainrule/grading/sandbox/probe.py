"""Does the sandbox hold? Tried from inside, before the first submission."""

import os
import socket
import time

from ..errors import NoSandbox
from ..forks.process_tree import tasks_below
from ..limits import Limits
from ..wall.messages import Faults, Probe
from ..wall.wire import Closed, Wire
from .bubblewrap import Sandbox

_SECONDS = 30


def held(sandbox: Sandbox) -> Sandbox:
    """The sandbox, once it is warm and seen to hold; or the slower kind, where only that does.

    Raises NoSandbox, with what was wrong with the one that was tried first.
    """
    try:
        sandbox.wait()
        if sandbox.setup["confined"]:
            probe(sandbox)
        return sandbox
    except NoSandbox as error:
        sandbox.close()
        if not sandbox.setup["confined"]:
            raise
        other = Sandbox(sandbox.setup, one_each=True)
        try:
            other.wait()
            probe(other)
            return other
        except NoSandbox:
            other.close()
        raise error from None


def probe(sandbox: Sandbox) -> None:
    """Try the walls. Raises NoSandbox."""
    setup = sandbox.setup
    with socket.create_server(("127.0.0.1", 0)) as server:
        channel, line = sandbox.fork()
        with channel, line:
            ends = time.monotonic() + _SECONDS
            request: Probe = {
                "do": "probe",
                "port": server.getsockname()[1],
                "out_of_sight": setup["out_of_sight"],
                "shown": [*map(str, [*sandbox.view.shown, *sandbox.view.links])],
                "process": os.getpid(),
                "counted": sandbox.one_each,
                "memory": Limits.of(setup["limits"]).memory_bytes,
            }
            try:
                wire = Wire(channel)
                wire.send(request, deadline=ends)
                answer: Faults
                answer, _ = wire.receive(ends)
                answer["faults"] += _users(sandbox)  # while that process is there
            except (Closed, OSError):
                line.settimeout(5)
                raise NoSandbox(f"a process in the sandbox ended: {_last_word(line)}") from None
    if answer["faults"]:
        raise NoSandbox(f"it does not hold: {'; '.join(answer['faults'])}")


def _last_word(line: socket.socket) -> str:
    try:
        return line.recv(1 << 16).decode()
    except OSError:
        return "it did not say why"


def _users(sandbox: Sandbox) -> list[str]:
    """Learners' code must not be root of this machine, whatever it is called inside."""
    if sandbox.user is None:
        return []
    # bubblewrap's own two stay whose they are, and what starts them where there is one for each.
    ours = [*tasks_below(sandbox.process.pid)][3 if sandbox.one_each else 2 :]
    users = {os.stat(f"/proc/{process}").st_uid for process in ours}
    wrong = users & {os.getuid()} if sandbox.one_each else users - {sandbox.user}
    return [f"it runs as the user {user} of this machine" for user in wrong]
