"""The process that grades submissions, one after the other.

It has imported what notebooks import. For each assignment it keeps a fork of itself, which has
rehearsed that assignment; each notebook runs in a fork of that, and its learner's cells in a fork
of the process in the sandbox. No state passes from one submission to the next.
"""

import contextlib
import json
import os
import signal
import sys
from typing import Any, BinaryIO

from .assess import assess
from .isolate import be_silent, end_with_parent
from .limits import Limits
from .probe import probe
from .rehearse import rehearse, threads
from .sandbox import ENVIRONMENT, Sandbox
from .shell import KeepingShell, new_shell
from .zygote import warm

_KEPT = 3  # assignments that are ready at a time


class WorkerDied(Exception):
    """A process ended while it graded this submission; the message says how."""


def grade_submission(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one submission.

    job: `{"student", "assignment", "plan", "imports", "rehearse", "limits", "confined",
    "out_of_sight", "digest", "findings", "notebooks": {name: base64}, "files": {path: base64},
    "master": {path: base64}}`.
    Returns `{"student", "assignment", "notebooks": {name: {"notebook", "results", "answered"}}}`:
    the autograded notebook, records as in `records`, and the grade ids of the cells that the
    learner has changed. Raises NoSandbox, WorkerDied.
    """
    global _process
    setup = json.dumps([job["imports"], job["limits"], job["confined"]])
    if _process is None or _process.setup != setup:
        close()
        _process = _Process(setup, job)
    return _process.grade(job)


class _Process:
    """This process, warm for one set of imports."""

    def __init__(self, setup: str, job: dict[str, Any]) -> None:
        global _shell
        self.setup = setup
        self.limits = Limits(**job["limits"])
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MPLBACKEND"):
            os.environ[name] = ENVIRONMENT[name]
        os.environ["NBGRADER_EXECUTION"] = ENVIRONMENT["NBGRADER_EXECUTION"]
        self.sandbox = Sandbox(job["imports"], self.limits, job["confined"])
        warm(job["imports"])
        _shell = _shell or new_shell(self.limits.output_bytes)
        self.sandbox.wait()
        if job["confined"]:
            probe(self.sandbox, self.limits, job["out_of_sight"])
        self.servers: dict[str, _Server] = {}

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        key = json.dumps([job["plan"], job["rehearse"]])
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
        server = _Server(job, self.sandbox, self.limits)
        if server.ready:
            return server
        server.close()
        return _Server(job | {"rehearse": False}, self.sandbox, self.limits)

    def close(self) -> None:
        for server in self.servers.values():
            server.close()
        self.sandbox.close()


class _Server:
    """A fork of this process that grades the submissions of one assignment."""

    def __init__(self, job: dict[str, Any], sandbox: Sandbox, limits: Limits) -> None:
        jobs, ours = os.pipe()
        theirs, results = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            try:
                os.close(ours)
                os.close(theirs)
                self._serve(job, sandbox, limits, os.fdopen(jobs, "rb"), os.fdopen(results, "wb"))
            finally:
                os._exit(0)
        os.close(jobs)
        os.close(results)
        self.jobs, self.results = os.fdopen(ours, "wb"), os.fdopen(theirs, "rb")
        self.ready = self.results.readline() == b"ready\n"

    def _serve(
        self, job: dict, sandbox: Sandbox, limits: Limits, jobs: BinaryIO, results: BinaryIO
    ) -> None:
        end_with_parent()
        be_silent()
        assert _shell is not None
        before = threads()
        if job["rehearse"]:
            sandbox.warm(rehearse(_shell, job["plan"], limits))
        forkable = threads() == before  # a fork would lack the threads that a rehearsal started
        results.write(b"ready\n" if forkable else b"not forkable\n")
        results.flush()
        for line in jobs:
            results.write(json.dumps(assess(json.loads(line), sandbox, _shell)).encode() + b"\n")
            results.flush()

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        try:
            self.jobs.write(json.dumps(job).encode() + b"\n")
            self.jobs.flush()
            answer = self.results.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            raise WorkerDied("the process that graded it ended")
        return json.loads(answer)

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.jobs.close()
        self.results.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


_process: _Process | None = None
_shell: KeepingShell | None = None


def close() -> None:
    """End what this process has started."""
    global _process
    if _process is not None:
        _process.close()
        _process = None


def main() -> None:
    """`python -m chainrule.grading.worker`: a job a line comes in, a result a line goes out."""
    end_with_parent()
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    errors = os.dup(2)
    be_silent()
    try:
        for line in jobs:
            answer = {"graded": grade_submission(json.loads(line))}
            results.write(json.dumps(answer).encode() + b"\n")
            results.flush()
        close()
    except Exception as error:
        os.write(errors, f"{type(error).__name__}: {error}\n".encode())
        sys.exit(1)


if __name__ == "__main__":
    main()
