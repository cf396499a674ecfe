"""Grades one submission after the other, with a server for each assignment."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any

from .errors import NoSandbox

KEPT = 3  # servers of a worker at a time, and templates of a nursery
Planned = tuple[dict[str, Any], str]  # the plan of an assignment, and its digest


class WorkerDied(Exception):
    """A process ended while it graded this submission; the message says how."""


class Nursery:
    """The process that servers are forks of (`nursery`). It starts, and waits for `begin`.

    One that ends is started again when the next server is asked for; `life` counts them.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._setup: dict[str, Any] = {}
        self.life = 0
        self._start()

    def _start(self) -> None:
        self.life += 1
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "chainrule.grading.nursery", str(theirs.fileno())],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for the one who collects the results
        )
        theirs.close()
        self._ready, self._why = False, ""
        self._ahead: dict[str, Server] = {}

    def begin(self, setup: dict[str, Any], ahead: Iterable[Planned] = ()) -> None:
        """Say what is to be graded; `setup` as in a job.

        ahead: plans and digests of the first assignments, whose rehearsals begin now.
        """
        self._setup = setup
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(setup).encode() + b"\n")
            self._process.stdin.flush()
        with contextlib.suppress(WorkerDied):
            for plan, digest in ahead:
                self._ahead[digest] = self._asked(plan, digest, True)

    def server(self, plan: dict[str, Any], digest: str, rehearse: bool) -> "Server":
        """A new server for an assignment. Raises NoSandbox, WorkerDied."""
        with self._lock:
            if self.ended():
                self.close()
                self._start()
                self.begin(self._setup)
            self._wait()
            ready = self._ahead.pop(digest, None) if rehearse else None
            return ready or self._asked(plan, digest, rehearse)

    def _asked(self, plan: dict[str, Any], digest: str, rehearse: bool) -> "Server":
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                request = json.dumps([digest, rehearse]).encode()
                socket.send_fds(self._control, [request], [theirs.fileno()])
        except OSError:
            raise WorkerDied("the process that starts servers ended") from None
        return Server(ours, plan)

    def ended(self) -> bool:
        """Whether it was ready, and is no more."""
        return self._ready and self._process.poll() is not None

    def close(self) -> None:
        """End it, and all that it has started."""
        self._process.kill()
        self._process.wait()
        self._control.close()
        for server in self._ahead.values():
            server.close()
        for pipe in (self._process.stdin, self._process.stderr):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]

    def _wait(self) -> None:
        """Return when it is ready. Raises NoSandbox."""
        if not self._ready and not self._why:
            with contextlib.suppress(ConnectionResetError):
                self._ready = self._control.recv(64) == b"ready"
        if not self._ready:
            assert self._process.stderr is not None
            said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
            self._why = self._why or (said or ["the process that starts servers ended"])[-1]
            raise NoSandbox(self._why)


class Server:
    """Grades submissions of one assignment (`server.serve`)."""

    def __init__(self, channel: socket.socket, plan: dict[str, Any]) -> None:
        with channel:
            self.stream = channel.makefile("rwb")
        self._say(plan)

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """Raises WorkerDied."""
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            self._say({key: value for key, value in job.items() if key != "plan"})
            answer = self.stream.readline()
        if not answer:
            raise WorkerDied("the process that graded it ended")
        graded: dict[str, Any] = json.loads(answer)
        if "machinery" in graded:
            raise WorkerDied(graded["machinery"])
        return graded

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.stream.close()

    def _say(self, what: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.stream.write(json.dumps(what).encode() + b"\n")
            self.stream.flush()


class Worker:
    """Grades with servers of its own."""

    def __init__(self, nursery: Nursery) -> None:
        self.nursery = nursery
        self.life = nursery.life
        self.servers: dict[tuple[str, bool], Server] = {}

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """See `grade_submission`. Raises NoSandbox, WorkerDied."""
        if self.nursery.ended() or self.life != self.nursery.life:
            self._forget()  # they ended with the process that they were forks of
        key = job["plan_digest"], job["rehearse"]
        server = self.servers.pop(key, None) or self.nursery.server(job["plan"], *key)
        try:
            graded = server.grade(job)
        except WorkerDied:
            server.close()
            raise
        self.servers[key] = server  # the last one used is the last one to go
        while len(self.servers) > KEPT:
            self.servers.pop(next(iter(self.servers))).close()
        self.life = self.nursery.life
        return graded

    def _forget(self) -> None:
        for server in self.servers.values():
            server.close()
        self.servers = {}


def grade_submission(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one submission, in any process: what an executor's workers run.

    job: `{"student", "assignment", "plan", "plan_digest", "rehearse", "digest", "findings",
    "notebooks": {name: base64}, "files": {path: base64}, "setup": {"imports", "limits", "confined",
    "many", "out_of_sight"}}`.
    Returns `{"student", "assignment", "notebooks": {name: {"text", "results", "findings",
    "answered"}}}`: the autograded notebook, records as in `records`, and the grade ids of the cells
    that the learner has changed. Raises NoSandbox, WorkerDied.
    """
    global _worker, _setup
    if _worker is None or _setup != job["setup"]:
        if _worker is not None:
            _worker.nursery.close()
        _worker, _setup = Worker(Nursery()), job["setup"]
        _worker.nursery.begin(_setup)
    return _worker.grade(job)


_worker: Worker | None = None
_setup: dict[str, Any] = {}
