"""What a learner's process can see of the file system, as such a process itself says."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SECONDS = 30
_OWN = {"/tmp": "its own, empty", "/dev/shm": "its own, empty", "/proc": "its own processes"}


def in_sight(course_dir: Path) -> list[list[str]]:
    """Paths and what they are, where submissions of this course are graded.

    Raises CourseError, NoSandbox.
    """
    from . import gradebook
    from .course import open_course
    from .jobs import Jobs, out_of_sight
    from .limits import Limits
    from .probe import probe
    from .sandbox import Sandbox

    course = open_course(course_dir)
    imports: list[str] = []
    hidden = out_of_sight(course)
    if assignments := sorted({name for _, name in course.submitted(None, None)}):
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            maker = Jobs(course, book, assignments, confined=True, say=lambda line: None)
        imports = maker.setup["imports"]
    sandbox = Sandbox(imports, Limits(), confined=True, many=False, out_of_sight=hidden)
    try:
        sandbox.wait()
        probe(sandbox, Limits(), hidden)
        return _asked(sandbox)
    finally:
        sandbox.close()


def _asked(sandbox: Any) -> list[list[str]]:
    import time

    from .errors import NoSandbox
    from .wire import Closed, Wire

    channel, line = sandbox.fork()
    with channel, line:
        wire, ends = Wire(channel), time.monotonic() + _SECONDS
        try:
            wire.send({"do": "in_sight"}, deadline=ends)
            answer, _ = wire.receive(ends)
        except Closed:  # it has no /proc that would list the mounts
            raise NoSandbox("a process in the sandbox could not say what it sees") from None
    seen: list[list[str]] = answer["seen"]
    return seen


def seen() -> list[list[str]]:
    """Each mount, and each entry of the folders that lead to one; asked in the sandbox."""
    mounts = _mounts()
    return sorted([path, what] for path, what in _entries("/", mounts))


def _mounts() -> dict[str, tuple[str, bool]]:
    """Path -> the kind of file system that was mounted there last, and whether it is read-only."""
    found = {}
    for row in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = row.partition(" - ")
        path, options = left.split()[4:6]
        path = path.encode().decode("unicode_escape")  # a space is \\040 there
        found[path] = right.split()[0], "ro" in options.split(",")
    return found


def _entries(folder: str, mounts: dict[str, tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """What is in a folder of the sandbox's own, and what is covered in the machine's."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        below = [mount for mount in mounts if mount.startswith(f"{path}/")]
        kind, read_only = mounts.get(path, ("", True))
        if os.path.islink(path):
            yield path, f"leads to {os.readlink(path)}"
        elif path in _OWN:
            yield path, _OWN[path]
        elif kind == "tmpfs" or not kind:
            if not below or path in mounts:
                yield path, "the sandbox's own" if below else "empty"
            yield from _entries(path, mounts) if os.path.isdir(path) else ()
        elif path.startswith("/dev/"):
            yield path, "a device"
        else:
            yield path, "read-only" if read_only else "can be written to"
            for mount in below:
                covered = not os.path.isdir(mount) or mounts[mount][0] == "tmpfs"
                yield mount, "covered" if covered else "read-only"
