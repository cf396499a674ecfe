"""One at a time in a course: two who grade, collect or release at once would take turns.

The kernel gives the lock back when its process ends, however it ends. nbgrader's own commands and
Formgrader only wait for it where they write what grading writes.
"""

import contextlib
import datetime
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from ...records import plain
from .kept import FOLDER

_NAME = "lock"


@contextlib.contextmanager
def held(course: Path, what: str, say: Callable[[str], None]) -> Iterator[None]:
    """Be the only one in the course; wait for another, and say for whom.

    what: the command, as others will read it. Where no file can be made, nothing is waited for:
    then nothing can be written there at all.
    """
    try:
        file = _opened(course / FOLDER)
    except OSError:
        yield
        return
    with open(file, "r+b", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{_holder(lock.read(2000))} in this course: waiting until that has ended.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(OSError):  # on a full disk nobody is told who it is
            lock.seek(0)
            lock.truncate()
            lock.write(_about(what))
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                lock.truncate(0)


def _opened(folder: Path) -> int:
    """The lock's file, which everybody who may work in the course can open."""
    folder.mkdir(exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    file = os.open(folder / _NAME, flags, 0o666)
    with contextlib.suppress(OSError):  # another user's has been seen to already
        os.fchmod(file, 0o666)
    return file


def _about(what: str) -> bytes:
    since = datetime.datetime.now().strftime("%H:%M")
    try:
        who = getpass.getuser()
    except (KeyError, OSError):  # a user number without a name
        who = str(os.getuid())
    told = {"who": who, "host": socket.gethostname(), "process": os.getpid()}
    return json.dumps({**told, "since": since, "what": what}).encode()


def _holder(written: bytes) -> str:
    try:
        told = json.loads(written)
        who = "{who} (process {process} on {host}) has been at `{what}` since {since}"
        return plain(who.format(**told))
    except (ValueError, KeyError, TypeError, AttributeError):  # it has only just begun
        return "Somebody else is at work"
