"""Grading the submissions of one assignment: a template that has rehearsed it, and its forks."""

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from io import BufferedIOBase, BufferedRWPair

from ..forks.isolated import Ended, end_with_parent, folder, in_fork, in_words
from ..forks.warm import settle, warm
from ..limits import Limits
from ..plain_data import Failure, GradedSubmission, Job, Plan
from ..sandbox.bubblewrap import Sandbox
from ..shell.rehearse import do_what_was_asked, rehearse, threads
from ..shell.shell import KeepingShell
from ..trusted.assess import assess
from ..wall.messages import Start

Answer = Failure | GradedSubmission
_SLACK_SECONDS = 30.0


def be_template(
    requests: socket.socket,
    rehearsing: bool,
    sandbox: Sandbox,
    limits: Limits,
    shell: KeepingShell,
) -> None:
    """Fork a server for each socket that comes in, until the other side hangs up."""
    stream = _next(requests)
    if stream is None:
        return
    try:
        plan = json.loads(stream.readline())

        def fork_servers(start: Start) -> None:
            _fork_servers(requests, stream, plan, sandbox, start, shell)

        if not rehearsing or not _in_a_rehearsed_fork(
            fork_servers, (requests, stream), plan, sandbox, limits, shell
        ):
            fork_servers(sandbox.fork)
    except BaseException as error:
        tell(stream, error)


def _next(requests: socket.socket) -> BufferedRWPair | None:
    _, descriptors, _, _ = socket.recv_fds(requests, 64, 1)
    if not descriptors:
        return None
    with socket.socket(fileno=descriptors[0]) as one:
        return one.makefile("rwb")


def _in_a_rehearsed_fork(
    fork_servers: Callable[[Start], None],
    handed_on: tuple[socket.socket, BufferedRWPair],
    plan: Plan,
    sandbox: Sandbox,
    limits: Limits,
    shell: KeepingShell,
) -> bool:
    """Fork the servers in a fork that has imported what the notebooks import while they run.

    Returns when that is over. False where importing ends that fork, does not come back, or starts
    threads, which servers would lack: this process has to go on in its place.
    """
    notebooks = plan["notebooks"].values()
    seconds = sum(len(notebook["rehearsal"]) for notebook in notebooks) * (limits.cell_seconds + 1)
    with folder({}) as place:
        found = in_fork(lambda: rehearse(shell, plan, limits), place, seconds + _SLACK_SECONDS)
    if isinstance(found, Ended):
        return False
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            end_with_parent()
            os.close(reader)
            before = threads()
            warm([f"import {name}" for name in found["modules"]])
            do_what_was_asked(found["asked"])
            if threads() == before:
                start = sandbox.warmer(found["modules"])
                os.write(writer, b"1")
                os.close(writer)
                fork_servers(start)
        except OSError:
            pass  # the process in the sandbox is gone, which the next submission meets and says
        finally:
            os._exit(0)
    os.close(writer)
    rehearsed = bool(select.select([reader], [], [], _SLACK_SECONDS)[0] and os.read(reader, 1))
    os.close(reader)
    if rehearsed:
        for one in handed_on:  # so that an end over there is seen at the other side
            one.close()
    else:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return rehearsed


def _fork_servers(
    requests: socket.socket,
    stream: BufferedRWPair | None,
    plan: Plan,
    sandbox: Sandbox,
    start: Start,
    shell: KeepingShell,
) -> None:
    settle()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a server
    while stream is not None:
        try:
            child = os.fork()
        except OSError as error:
            tell(stream, error)
            child = -1
        if child == 0:
            end_with_parent()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            try:
                serve(plan, stream, start, _lifelines(sandbox, start), shell)
            except BaseException as error:
                tell(stream, error)
            finally:
                os._exit(0)
        stream.close()
        stream = _next(requests)
        if stream is not None:
            stream.readline()  # the plan, once more
    with contextlib.suppress(ChildProcessError):
        os.wait()  # servers end with the process that they are forks of: it is the last to go


def _lifelines(sandbox: Sandbox, start: Start) -> list[socket.socket]:
    """The sockets to the processes that start learners: they hang up when those end."""
    warmer = [one for one in getattr(start, "args", ()) if isinstance(one, socket.socket)]
    return [sandbox.control, *warmer]


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
