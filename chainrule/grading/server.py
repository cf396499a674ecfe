"""Grading the submissions of one assignment: a template that has rehearsed it, and its forks."""

import contextlib
import json
import os
import socket
from typing import Any

from .assess import assess
from .isolate import end_with_parent
from .limits import Limits
from .rehearse import rehearse, threads
from .sandbox import Sandbox, Start
from .settle import settle
from .shell import KeepingShell
from .trouble import Machinery

Stream = Any  # what socket.makefile gives for reading and writing


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
    plan = json.loads(stream.readline())
    start = sandbox.fork
    if rehearsing:
        start = _rehearsed(plan, sandbox, limits, shell) or start
    settle()
    while stream is not None:
        if os.fork() == 0:
            end_with_parent()
            requests.close()
            try:
                serve(plan, stream, start, shell)
            finally:
                os._exit(0)
        stream.close()
        stream = _next(requests)
        if stream is not None:
            stream.readline()  # the plan, once more
    with contextlib.suppress(ChildProcessError):
        while True:  # servers end with the process that they are forks of
            os.wait()


def _next(requests: socket.socket) -> Stream | None:
    _, descriptors, _, _ = socket.recv_fds(requests, 64, 1)
    if not descriptors:
        return None
    with socket.socket(fileno=descriptors[0]) as one:
        return one.makefile("rwb")


def _rehearsed(
    plan: dict[str, Any], sandbox: Sandbox, limits: Limits, shell: KeepingShell
) -> Start | None:
    """Rehearse, and return what starts learner processes from then on.

    Where that ends this process, or starts threads, which forks would lack, a fork from before goes
    on in its place; there this returns None.
    """
    waiting, done = os.pipe()
    before = threads()
    if os.fork() == 0:
        os.close(done)
        if os.read(waiting, 1):
            os._exit(0)
        os.close(waiting)
        return None
    os.close(waiting)
    modules = rehearse(shell, plan, limits)
    if threads() != before:
        os._exit(0)
    os.write(done, b"1")
    os.close(done)
    os.wait()
    in_sight = [notebook["in_sight"] for notebook in plan["notebooks"].values()]
    return sandbox.warmer(modules, in_sight)


def serve(plan: dict[str, Any], stream: Stream, start: Start, shell: KeepingShell) -> None:
    """Grade the jobs that come in, one a line, and answer each with a line."""
    for line in stream:
        try:
            graded = assess(json.loads(line) | {"plan": plan}, start, shell)
        except Machinery as machinery:
            graded = {"machinery": machinery.reason}
        stream.write(json.dumps(graded).encode() + b"\n")
        stream.flush()
