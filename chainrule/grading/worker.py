"""The processes that grade submissions.

A process that has imported what notebooks import, and that has a warm process in the sandbox, forks
a server for each assignment, which rehearses that assignment; each notebook runs in a fork of its
server, and its learner's cells in a fork of the process in the sandbox. No state passes from one
submission to the next.
"""

import contextlib
import json
import os
import signal
import socket
import sys
from typing import Any, BinaryIO

from .assess import assess
from .errors import NoSandbox
from .isolate import be_silent, end_with_parent
from .limits import Limits
from .probe import probe
from .rehearse import rehearse, threads
from .sandbox import ENVIRONMENT, Sandbox
from .settle import settle, use_huge_pages
from .shell import KeepingShell, new_shell
from .zygote import warm

_KEPT = 3  # assignments that are ready at a time


class WorkerDied(Exception):
    """A process ended while it graded this submission; the message says how."""


def grade_submission(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one submission.

    job: `{"student", "assignment", "plan", "plan_digest", "rehearse", "digest", "findings",
    "notebooks": {name: base64}, "files": {path: base64}, "setup": {"imports", "limits",
    "confined", "out_of_sight"}}`.
    Returns `{"student", "assignment", "notebooks": {name: {"text", "results", "findings",
    "answered"}}}`: the autograded notebook, records as in `records`, and the grade ids of the cells
    that the learner has changed. Raises NoSandbox, WorkerDied.
    """
    global _process
    if _process is None or _process.setup != job["setup"]:
        close()
        _process = _Process(job["setup"])
    return json.loads(_process.grade(job))


class _Process:
    """This process, warm for one setup. Raises NoSandbox."""

    def __init__(self, setup: dict[str, Any]) -> None:
        global _shell
        self.setup = setup
        self.limits = Limits(**setup["limits"])
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLBACKEND"):
            os.environ[name] = ENVIRONMENT[name]
        os.environ["NBGRADER_EXECUTION"] = ENVIRONMENT["NBGRADER_EXECUTION"]
        self.sandbox = Sandbox(setup["imports"], self.limits, setup["confined"])
        warm(setup["imports"])
        _shell = _shell or new_shell(self.limits.output_bytes)
        use_huge_pages()
        self.sandbox.wait()
        if setup["confined"]:
            probe(self.sandbox, self.limits, setup["out_of_sight"])
        self.servers: dict[tuple[str, bool], _Server] = {}

    def grade(self, job: dict[str, Any]) -> bytes:
        """The result as a line of JSON. Raises WorkerDied."""
        key = job["plan_digest"], job["rehearse"]
        server = self.servers.pop(key, None) or self._server(job)
        try:
            answer = server.grade(job)
        except WorkerDied:
            server.close()
            raise
        self.servers[key] = server  # the last one used is the last one to go
        while len(self.servers) > _KEPT:
            self.servers.pop(next(iter(self.servers))).close()
        return answer

    def _server(self, job: dict[str, Any]) -> "_Server":
        server = _Server(job["plan"], job["rehearse"], self.sandbox, self.limits)
        if server.ready:
            return server
        server.close()
        return _Server(job["plan"], False, self.sandbox, self.limits)

    def close(self) -> None:
        for server in self.servers.values():
            server.close()
        self.sandbox.close()


class _Server:
    """A fork of this process that grades the submissions of one assignment."""

    def __init__(self, plan: dict, rehearsing: bool, sandbox: Sandbox, limits: Limits) -> None:
        jobs, ours = os.pipe()
        theirs, results = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            try:
                end_with_parent()
                be_silent()
                os.close(ours)
                os.close(theirs)
                with os.fdopen(jobs, "rb") as lines, os.fdopen(results, "wb") as out:
                    _serve_assignment(plan, rehearsing, sandbox, limits, lines, out)
            finally:
                os._exit(0)
        os.close(jobs)
        os.close(results)
        self.jobs, self.results = os.fdopen(ours, "wb"), os.fdopen(theirs, "rb")
        self.ready = self.results.readline() == b"ready\n"

    def grade(self, job: dict[str, Any]) -> bytes:
        """The result as a line of JSON. Raises WorkerDied."""
        lean = {key: value for key, value in job.items() if key != "plan"}
        answer = b""
        with contextlib.suppress(BrokenPipeError):
            self.jobs.write(json.dumps(lean).encode() + b"\n")
            self.jobs.flush()
            answer = self.results.readline()
        if not answer:
            raise WorkerDied("the process that graded it ended")
        return answer

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.jobs.close()
        self.results.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def _serve_assignment(
    plan: dict, rehearsing: bool, sandbox: Sandbox, limits: Limits, jobs: BinaryIO, out: BinaryIO
) -> None:
    assert _shell is not None
    before = threads()
    start = sandbox.fork
    if rehearsing:
        modules = rehearse(_shell, plan, limits)
        in_sight = [notebook["in_sight"] for notebook in plan["notebooks"].values()]
        start = sandbox.warmer(modules, in_sight)
    settle()
    # A fork would lack the threads that a rehearsal started.
    out.write(b"ready\n" if threads() == before else b"not forkable\n")
    out.flush()
    for line in jobs:
        job = json.loads(line) | {"plan": plan}
        out.write(json.dumps(assess(job, start, _shell)).encode() + b"\n")
        out.flush()


_process: _Process | None = None
_shell: KeepingShell | None = None


def close() -> None:
    """End what this process has started."""
    global _process
    if _process is not None:
        _process.close()
        _process = None


def main() -> None:
    """`python -m chainrule.grading.worker FD...`: the setup comes in on standard input.

    For each socket, a fork of this process takes jobs from it, one a line, and answers with
    results. A job whose plan has come before on its socket does without.
    """
    end_with_parent()
    process = None
    try:
        process = _Process(json.loads(sys.stdin.readline()))
    except NoSandbox as error:
        sys.exit(str(error))
    channels = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    for channel in channels:
        if os.fork() == 0:
            end_with_parent()
            be_silent()
            for other in channels:
                if other is not channel:
                    other.close()
            _serve_channel(channel, process)
            os._exit(0)
        channel.close()
    sys.stdin.read()  # until the other side hangs up
    process.sandbox.close()
    os._exit(0)


def _serve_channel(channel: socket.socket, process: _Process) -> None:
    plans: dict[str, dict[str, Any]] = {}
    with channel.makefile("rwb") as lines:
        for line in lines:
            job = json.loads(line)
            plans.setdefault(job["plan_digest"], job.get("plan", {}))
            lines.write(process.grade(job | {"plan": plans[job["plan_digest"]]}))
            lines.flush()


if __name__ == "__main__":
    main()
