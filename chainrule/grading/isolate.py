"""A function run in a fork of this process: what it does to memory and folder stays there."""

import contextlib
import ctypes
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
# Looked up here, once: in a fork, what is touched first is copied first.
_prctl = ctypes.CDLL(None).prctl


def in_fork(function: Callable[[], Any], place: str, seconds: float) -> Any:
    """What the function gives, as JSON, when it runs in a fork in the folder `place`.

    None if it does not come back in time, or ends its process.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            end_with_parent()
            os.close(reader)
            be_silent()
            os.chdir(place)
            sys.path[:] = [p for p in sys.path if p] + [place]
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    ends = time.monotonic() + seconds
    chunks = []
    try:
        while select.select([reader], [], [], max(0.0, ends - time.monotonic()))[0]:
            chunk = os.read(reader, 1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    try:
        return json.loads(b"".join(chunks))
    except ValueError:
        return None


@contextlib.contextmanager
def folder(files: dict[str, bytes]) -> Iterator[str]:
    """A new folder with these files, removed at the end."""
    place = tempfile.mkdtemp(prefix="chainrule-")
    try:
        for name, content in files.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def bound_memory(size: int) -> None:
    """Let this process map at most `size` bytes more."""
    bound = mapped_bytes() + size
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def mapped_bytes() -> int:
    """How much this process has mapped."""
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(statm, 100).split()[0]) * resource.getpagesize()
    finally:
        os.close(statm)


def be_silent() -> None:
    """Take standard input from nowhere, and put output nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)


def end_with_parent() -> None:
    """Have the kernel end this process when the one that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
