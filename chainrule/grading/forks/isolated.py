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
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from ..wall.trouble import Machinery
from .process_tree import any_stopped
from .warm import forget_those_beside

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 1.0
# Looked up here, once: in a fork, what is touched first is copied first.
_prctl = ctypes.CDLL(None).prctl


Given = TypeVar("Given")


@dataclass(frozen=True)
class Ended:
    """A fork gave nothing back, and this is why, as a clause: "was ended by SIGKILL"."""

    why: str


def in_fork(
    function: Callable[[], Given],
    place: str,
    seconds: float,
    look: Callable[[int], str] = lambda child: "",
) -> Given | Ended:
    """What the function gives, which JSON can hold, when it runs in a fork in the folder `place`.

    `Ended` if it does not come back in time, is stopped, ends its process, or raises. look: is
    asked once a second, while nothing is heard of the process, and says why to give it up, or "".
    Raises Machinery where it raises that, and OSError where there can be no fork.
    """
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        raise
    if child == 0:
        _be_fork(function, place, reader, writer)
    os.close(writer)
    gone = False
    try:
        said, why = _heard(reader, child, seconds, look)
        if not why and not said.endswith(_END):
            why, gone = _how_it_ended(child)
    finally:
        os.close(reader)
        if not gone:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if why:
        return Ended(why)
    text = said[1:].decode(errors="replace").strip()
    if said[:1] == _MACHINERY:
        raise Machinery(text)
    if said[:1] != _GIVEN:
        return Ended(f"failed ({text})")
    given: Given = json.loads(text)
    return given


_GIVEN, _RAISED, _MACHINERY, _END = b"+", b"-", b"!", b"\n"


def _be_fork(function: Callable[[], object], place: str, reader: int, writer: int) -> NoReturn:
    try:
        end_with_parent()
        os.close(reader)
        be_silent()
        os.chdir(place)
        # As a notebook has it: a module beside it is found before one that is installed.
        sys.path[:] = [place, *(p for p in sys.path if p)]
        beside = [*Path(place).glob("*.py"), *Path(place).glob("*/__init__.py")]
        forget_those_beside(path.relative_to(place).as_posix() for path in beside)
        said = _GIVEN + json.dumps(function()).encode()
    except Machinery as error:
        said = _MACHINERY + error.reason.encode(errors="replace")
    except BaseException as error:
        # A fault of ours: what the cells of a notebook raise is caught where they run.
        said = _RAISED + in_words(error).encode(errors="replace")
    try:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(said + _END)
    finally:
        os._exit(0)


def _heard(
    reader: int, child: int, seconds: float, look: Callable[[int], str]
) -> tuple[bytes, str]:
    """All that the fork says, and why it was given up if it was."""
    ends = time.monotonic() + seconds
    chunks: list[bytes] = []
    while True:
        left = ends - time.monotonic()
        if not select.select([reader], [], [], max(0.0, min(left, _LOOK_SECONDS)))[0]:
            if any_stopped(child):
                return b"", "was stopped"
            if why := look(child):
                return b"", why
            if left <= 0:
                return b"", f"did not come back within {seconds:g} s"
            continue
        chunk = os.read(reader, 1 << 20)
        if not chunk:
            return b"".join(chunks), ""
        chunks.append(chunk)


def _how_it_ended(child: int) -> tuple[str, bool]:
    """The end of a fork that has said nothing; and whether it has ended at all."""
    handle = os.pidfd_open(child)
    try:
        ended = bool(select.select([handle], [], [], _LOOK_SECONDS)[0])
    finally:
        os.close(handle)
    if not ended:
        return "closed what it should have answered on", False
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        return f"was ended by {name}", True
    return "ended without a word", True


def in_words(error: BaseException) -> str:
    """An exception as a reason: a sentence of ours as it is, any other with its type."""
    if isinstance(error, Machinery):
        return error.reason
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(filter(None, [str(error.filename or ""), error.strerror]))
    return f"{type(error).__name__}: {error}"


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
