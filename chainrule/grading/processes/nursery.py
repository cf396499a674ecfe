"""The process whose forks do the grading: it has imported what notebooks import.

It has a warm process in the sandbox, and forks a template for each assignment, which gets ready for
it and forks its servers; each notebook runs in a fork of its server, and its learner's cells in a
fork of the process in the sandbox. No state passes from one submission to the next.
"""

import json
import os
import signal
import socket
import sys
from typing import NoReturn

from ..errors import NoSandbox
from ..forks.isolated import be_silent, end_with_parent, in_words
from ..forks.warm import use_huge_pages, warm
from ..plain_data import Setup
from ..sandbox.bubblewrap import ENVIRONMENT, Sandbox
from ..sandbox.probe import held
from ..shell.shell import KeepingShell, new_shell
from ..wall.messages import ONE_EACH, READY
from .server import be_template, tell
from .worker import KEPT

Key = tuple[str, bool]  # of a template: the digest of its plan, and whether it has a rehearsal
_KEPT_VARIABLES = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLBACKEND"),
    "PYTHONBREAKPOINT",
)
_REQUEST_BYTES = 4096
_SEND_SECONDS = 10.0


def main() -> None:
    """`python -m chainrule.grading.processes.nursery FD`: the setup comes in on standard input.

    FD is the control socket. On it this process says that it is ready; then each request on it is
    `[plan_digest, rehearsed]` with a socket for a server: see `server.serve`.
    """
    end_with_parent()
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in _KEPT_VARIABLES:
        os.environ[name] = ENVIRONMENT[name]
    os.environ["NBGRADER_EXECUTION"] = ENVIRONMENT["NBGRADER_EXECUTION"]
    shell = new_shell(output_bytes=0)
    setup = sys.stdin.readline()
    if not setup:
        return
    try:
        Nursery(json.loads(setup), control, shell).serve()
    except NoSandbox as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"the process that starts servers failed ({in_words(error)})")


class Nursery:
    """Raises NoSandbox."""

    def __init__(self, setup: Setup, control: socket.socket, shell: KeepingShell) -> None:
        self.control, self.shell = control, shell
        self.sandbox = Sandbox(setup)
        warm(setup["imports"])
        if setup["many"]:
            use_huge_pages()
        self.sandbox = held(self.sandbox)
        self.templates: dict[Key, socket.socket] = {}

    def serve(self) -> None:
        control = self.control
        control.send(ONE_EACH if self.sandbox.one_each else READY)
        be_silent()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a template
        while True:
            request, descriptors, _, _ = socket.recv_fds(control, _REQUEST_BYTES, 1)
            if not request:
                os.killpg(0, signal.SIGKILL)  # the other side hung up: all is over
            digest, rehearsed = json.loads(request)
            self._hand_on((digest, rehearsed), descriptors[0])
            os.close(descriptors[0])

    def _hand_on(self, key: Key, descriptor: int) -> None:
        """Give a server's socket to the template of its assignment, a new one if that has ended."""
        try:
            self.templates[key] = self._handed_on(self.templates.pop(key, None), key, descriptor)
        except OSError as error:
            with socket.socket(fileno=os.dup(descriptor)) as waits:
                tell(waits.makefile("wb"), error)
        while len(self.templates) > KEPT:  # the last one used is the last one to go
            self.templates.pop(next(iter(self.templates))).close()

    def _handed_on(
        self, template: socket.socket | None, key: Key, descriptor: int
    ) -> socket.socket:
        """The template that has taken it. Raises OSError where there can be none."""
        if template is not None:
            try:
                socket.send_fds(template, [b"server"], [descriptor])
                return template
            except OSError:
                template.close()
        template = self._template(descriptor)
        socket.send_fds(template, [b"server"], [descriptor])
        return template

    def _template(self, descriptor: int) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_SEND_SECONDS)
        with theirs:
            if os.fork() == 0:
                self._be_template(theirs, ours, descriptor)
        return ours

    def _be_template(
        self, requests: socket.socket, ours: socket.socket, descriptor: int
    ) -> NoReturn:
        try:
            end_with_parent()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # A copy that stays open here would hide the end of the process at the other side.
            for other in (self.control, ours, *self.templates.values()):
                other.close()
            os.close(descriptor)
            be_template(requests, self.sandbox, self.shell)
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
