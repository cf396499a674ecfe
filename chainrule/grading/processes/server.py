"""Grading the submissions of one assignment: a template that is ready for it, and its forks."""

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase, BufferedRWPair
from typing import NoReturn

from ..forks.isolated import end_with_parent, in_words
from ..forks.warm import settle, warm
from ..plain_data import Failure, GradedSubmission, Job, Plan, Planned, Rehearsal
from ..sandbox.bubblewrap import Sandbox, fork_at
from ..shell.shell import KeepingShell
from ..trusted.assess import assess
from ..trusted.rehearse import do_what_was_asked
from ..wall.messages import Start

Answer = Failure | GradedSubmission
_SLACK_SECONDS = 30.0


def be_template(requests: socket.socket, sandbox: Sandbox, shell: KeepingShell) -> None:
    """Fork a server for each socket that comes in, until the other side hangs up."""
    stream = _next(requests)
    if stream is None:
        return
    try:
        first: Planned = json.loads(stream.readline())
        template = _Template(requests, stream, first["plan"], sandbox, shell)
        rehearsal = first["rehearsal"]
        if rehearsal is None or not template.serve_rehearsed(rehearsal):
            template.serve(sandbox.control)
    except BaseException as error:
        tell(stream, error)


def _next(requests: socket.socket) -> BufferedRWPair | None:
    _, descriptors, _, _ = socket.recv_fds(requests, 64, 1)
    if not descriptors:
        return None
    with socket.socket(fileno=descriptors[0]) as one:
        return one.makefile("rwb")


@dataclass
class _Template:
    """What servers of one assignment are forks of. stream: of the first of them."""

    requests: socket.socket
    stream: BufferedRWPair
    plan: Plan
    sandbox: Sandbox
    shell: KeepingShell

    def serve_rehearsed(self, found: Rehearsal) -> bool:
        """Serve in a fork that has imported what the notebooks import while they run.

        Returns when that is over. False where importing ends that fork or starts threads, which
        servers would lack: this process has to go on in its place.
        """
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            self._be_rehearsed(found, reader, writer)
        os.close(writer)
        ready = bool(select.select([reader], [], [], _SLACK_SECONDS)[0] and os.read(reader, 1))
        os.close(reader)
        if ready:
            self.requests.close()  # so that an end over there is seen at the other side
            self.stream.close()
        else:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return ready

    def _be_rehearsed(self, found: Rehearsal, reader: int, writer: int) -> NoReturn:
        try:
            end_with_parent()
            os.close(reader)
            before = _threads()
            warm([f"import {name}" for name in found["tests"]])
            do_what_was_asked(found["asked"])
            if _threads() == before:
                control = self.sandbox.warmer(found["learner"])
                os.write(writer, b"1")
                os.close(writer)
                self.serve(control)
        except OSError:
            pass  # the process in the sandbox is gone, which the next submission meets and says
        finally:
            os._exit(0)

    def serve(self, control: socket.socket) -> None:
        """Fork the servers. control: of the warm process that starts their learners' processes."""
        settle()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a server
        stream: BufferedRWPair | None = self.stream
        while stream is not None:
            try:
                child = os.fork()
            except OSError as error:
                tell(stream, error)
                child = -1
            if child == 0:
                self._be_server(stream, control)
            stream.close()
            stream = _next(self.requests)
            if stream is not None:
                stream.readline()  # the plan, once more
        with contextlib.suppress(ChildProcessError):
            os.wait()  # servers end with the process that they are forks of: it is the last to go

    def _be_server(self, stream: BufferedRWPair, control: socket.socket) -> NoReturn:
        end_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.requests.close()
        lifelines = [self.sandbox.control, control]  # they hang up when those processes end
        try:
            start = partial(fork_at, control, wait=self.sandbox.one_each)
            serve(self.plan, stream, start, lifelines, self.shell)
        except BaseException as error:
            tell(stream, error)
        finally:
            os._exit(0)


def _threads() -> int:
    """How many this process has: a fork takes only the one that forks along."""
    return len(os.listdir("/proc/self/task"))


def serve(
    plan: Plan,
    stream: BufferedRWPair,
    start: Start,
    lifelines: list[socket.socket],
    shell: KeepingShell,
) -> None:
    """Say that it is ready; then grade the jobs that come in, one a line, each answered by a line.

    The answer is a Failure where grading itself has failed.
    """
    gone = select.poll()
    for one in lifelines:
        gone.register(one, 0)  # to hear of hang-ups only
    _say(stream, {"ready": True})
    for line in stream:
        try:
            job: Job = json.loads(line) | {"plan": plan}
            answer: Answer = assess(job, start, shell)
        except BaseException as error:
            # No submission is read, run or looked at here in a way that may raise: it is our fault.
            answer = {"machinery": in_words(error)}
        if gone.poll(0):
            answer = {"machinery": "the warm process ended"}
        _say(stream, answer)


def tell(stream: BufferedIOBase, error: BaseException) -> None:
    """Say to whoever waits for a result that there will be none."""
    with contextlib.suppress(OSError, ValueError):  # nobody waits any more
        _say(stream, {"machinery": in_words(error)})


def _say(stream: BufferedIOBase, what: Mapping[str, object]) -> None:
    stream.write(json.dumps(what).encode() + b"\n")
    stream.flush()
