"""Grades one submission after the other, with a server for each assignment.

Whatever fails here is no result: `WorkerDied` says what it was, and all that may have had a part in
it is ended and started anew, once for all workers.
"""

import contextlib
import fcntl
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from multiprocessing.util import Finalize
from typing import Any

from ..errors import GradingError, NoSandbox
from ..forks.isolated import in_words
from ..forks.process_tree import any_stopped
from ..limits import PATIENCE, RUNS
from ..plain_data import GradedSubmission, Job, Planned, Setup
from ..wall.messages import ONE_EACH, READY
from .lines import Broken, Lines

KEPT = 3  # servers of a worker at a time, and templates of a nursery
# Met only when something is wrong, and then generous: starting takes seconds, on a cold disk more.
_START_SECONDS = 120.0
_SLACK_SECONDS = 30.0
_SEND_SECONDS = 10.0
_STARTS = 2
_FILES, _MANY_FILES = 512, 4096  # a learner's process may have 256; many jobs need more
_PLANNED = set(Planned.__annotations__)  # these keys of a job are said once
_QUICK_SECONDS = 0.5  # what is stopped makes wait for longer than this


class WorkerDied(Exception):
    """Grading itself failed at this submission; the message says how, as a clause."""


class NurseryHandle:
    """The process that servers are forks of (`nursery`). It starts, and waits for `begin`.

    Where it, or what it has started, fails, `renew` ends all of it and starts another one; `life`
    counts them. Raises NoSandbox where no process can be started, GradingError where it could not
    do its work.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._setup: Setup | None = None
        self.life = 0
        self.one_each = False  # the slower sandbox is all that there is (`sandbox.one_each`)
        self._closed = False
        _allow_files()
        self._start()

    def _start(self) -> None:
        self.life += 1
        self._ready = False
        self._ahead: dict[str, ServerHandle] = {}
        path = os.pathsep.join(p for p in sys.path if p)
        try:
            # What is written for a while lies in here, and goes with it, however that ends.
            self._folder = tempfile.mkdtemp(prefix="chainrule-")
            # A file takes any length, where a pipe that nobody reads yet would fill.
            self._said = os.fdopen(os.memfd_create("said"), "rb")
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "chainrule.grading.processes.nursery",
                        str(theirs.fileno()),
                    ],
                    env=os.environ | {"PYTHONPATH": path, "TMPDIR": self._folder},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=self._said,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for the one who collects the results
                )
            assert self._process.stdin is not None
            fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, 1 << 20)
        except OSError as error:
            raise NoSandbox(f"no process can be started ({in_words(error)})") from None
        self._control.settimeout(_SEND_SECONDS)

    def begin(self, setup: Setup, ahead: Iterable[tuple[Planned, str]] = ()) -> None:
        """Say what is to be graded; `setup` as in a job.

        ahead: the first assignments, with the digests of their plans: getting ready begins now.
        """
        self._setup = setup
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(setup).encode() + b"\n")
            self._process.stdin.flush()
        with contextlib.suppress(WorkerDied):
            for planned, digest in ahead:
                self._ahead[digest] = self._asked(planned, digest)

    def server(self, planned: Planned, digest: str) -> "ServerHandle":
        """A new server for an assignment. Raises NoSandbox, WorkerDied."""
        with self._lock:
            for start in range(_STARTS):
                try:
                    self._wait()
                    break
                except NoSandbox:  # what fails twice is no accident
                    if self._closed or start + 1 == _STARTS:
                        raise
                    self.renew(self.life)
            ready = self._ahead.pop(digest, None) if planned["rehearsal"] is not None else None
            return ready or self._asked(planned, digest)

    def _asked(self, planned: Planned, digest: str) -> "ServerHandle":
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise WorkerDied(f"no server can be asked for ({in_words(error)})") from None
        try:
            with theirs:
                request = json.dumps([digest, planned["rehearsal"] is not None]).encode()
                socket.send_fds(self._control, [request], [theirs.fileno()])
        except OSError:
            ours.close()
            raise WorkerDied(self.fault() or "the process that starts servers is silent") from None
        return ServerHandle(ours, planned, self)

    def fault(self) -> str:
        """What is wrong with it, or with what it has started, as a clause; "" if it is well."""
        if self._process.poll() is not None:
            return "the process that starts servers ended"
        if any_stopped(self._process.pid, 1 if self.one_each else 2):
            return "a process of the grader was stopped"
        return ""

    def renew(self, life: int, setup: Setup | None = None) -> None:
        """End all of it, and start anew, if nobody has done so since it was in this life.

        setup: of the jobs to come, if it is another. Raises NoSandbox.
        """
        with self._lock:
            if life == self.life and not self._closed:
                self._end()
                self._start()
                if begun := setup or self._setup:
                    self.begin(begun)

    def close(self) -> None:
        """End it, and all that it has started, for good."""
        self._closed = True
        self._process.kill()  # whoever waits for it now, and holds the lock, gives up
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)  # takes what is stopped, too
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_SEND_SECONDS)
        for server in self._ahead.values():
            server.close()
        self._ahead.clear()
        self._control.close()
        self._said.close()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr]
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        """Return when it is ready. Raises NoSandbox."""
        ends = time.monotonic() + _START_SECONDS
        self._control.settimeout(1)
        while not self._ready:
            try:
                said = self._control.recv(64)
            except TimeoutError:
                why = self.fault()
                if not why and time.monotonic() < ends:
                    continue
                raise NoSandbox(why or "the process that starts servers is silent") from None
            except OSError:
                said = b""
            self._ready = said in (READY, ONE_EACH)
            self.one_each = said == ONE_EACH
            if not self._ready:
                raise NoSandbox(self._last_word())
        self._control.settimeout(_SEND_SECONDS)

    def _last_word(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_SEND_SECONDS)
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        return (said or ["the process that starts servers ended"])[-1]


def _allow_files() -> None:
    """Let this process and its children open as many files as they need. Raises GradingError."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MANY_FILES if most == resource.RLIM_INFINITY else most
    if most < _FILES:
        raise GradingError(
            f"Grading opens up to {_FILES} files at a time, and only {most} are allowed here: "
            f"ulimit -n {_FILES} in a new shell, or whoever looks after this machine, allows more."
        )
    if now != resource.RLIM_INFINITY and now < min(most, _MANY_FILES):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, _MANY_FILES), hard))


class ServerHandle:
    """Grades submissions of one assignment (`server.serve`), in one life of the nursery."""

    def __init__(self, channel: socket.socket, planned: Planned, nursery: NurseryHandle) -> None:
        self.life, self._nursery = nursery.life, nursery
        self._lines = Lines(channel)
        self._lines.say(planned)
        self._ready = False
        self._notebooks = len(planned["plan"]["notebooks"])

    def grade(self, job: Job) -> GradedSubmission:
        """Raises WorkerDied."""
        limits = job["setup"]["limits"]
        of_a_cell, of_a_notebook = limits["cell_seconds"], limits["notebook_seconds"]
        began = time.monotonic()
        try:
            self._lines.say({key: value for key, value in job.items() if key not in _PLANNED})
            if not self._ready:
                self._answer(2 * _SLACK_SECONDS)
                self._ready = True
                began = time.monotonic()
            of_all = PATIENCE * (of_a_notebook + of_a_cell)
            seconds = self._notebooks * (of_all + 2 * _SLACK_SECONDS)
            runs = RUNS if job["last_try"] else 1
            graded: GradedSubmission = self._answer(runs * seconds + _SLACK_SECONDS)
        except Broken as broken:
            raise WorkerDied(f"the process that grades {broken}") from None
        if time.monotonic() - began > _QUICK_SECONDS:
            self._look()
        return graded

    def close(self) -> None:
        self._lines.close()

    def _answer(self, seconds: float) -> Any:
        answer = self._lines.hear(seconds, self._look)
        if not isinstance(answer, dict):
            raise Broken("broke off what it said")
        if "machinery" in answer:
            raise WorkerDied(str(answer["machinery"]))
        return answer

    def _look(self) -> None:
        if self.life != self._nursery.life:
            raise WorkerDied("the process that starts servers ended")
        if fault := self._nursery.fault():
            raise WorkerDied(fault)


class Worker:
    """Grades with servers of its own."""

    def __init__(self, nursery: NurseryHandle) -> None:
        self.nursery = nursery
        self.life = nursery.life
        self.servers: dict[tuple[str, bool], ServerHandle] = {}

    def grade(self, job: Job) -> GradedSubmission:
        """See `grade_submission`. Raises NoSandbox, WorkerDied."""
        planned: Planned = {"plan": job["plan"], "rehearsal": job["rehearsal"]}
        key = job["plan_digest"], job["rehearsal"] is not None
        if self.life != self.nursery.life:
            self._forget()  # they ended with the process that they were forks of
        life = self.life = self.nursery.life
        server = self.servers.pop(key, None)
        try:
            server = server or self.nursery.server(planned, job["plan_digest"])
            life = server.life
            graded = server.grade(job)
        except WorkerDied:
            if server is not None:
                server.close()
            self.nursery.renew(life)
            raise
        self.servers[key] = server  # the last one used is the last one to go
        while len(self.servers) > KEPT:
            self.servers.pop(next(iter(self.servers))).close()
        return graded

    def alone(self, job: Job) -> GradedSubmission:
        """The same in a new nursery, with a new sandbox. Raises NoSandbox, WorkerDied."""
        self.nursery.renew(self.nursery.life, job["setup"])
        return self.grade(job)

    def close(self) -> None:
        """End the servers, and the nursery."""
        self.nursery.close()
        self._forget()

    def _forget(self) -> None:
        for server in self.servers.values():
            server.close()
        self.servers = {}


def grade_submission(job: Job) -> GradedSubmission:
    """Grade one submission, in any process: what an executor's workers run.

    Raises NoSandbox, WorkerDied.
    """
    global _worker, _setup
    if _worker is None or _setup != job["setup"]:
        if _worker is not None:
            _worker.close()
        _worker, _setup = Worker(NurseryHandle()), job["setup"]
        _worker.nursery.begin(_setup)
        Finalize(None, _worker.close, exitpriority=0)
    return _worker.grade(job)


_worker: Worker | None = None
_setup: Setup | None = None
