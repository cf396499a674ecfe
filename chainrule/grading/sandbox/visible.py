"""What this process can see of the file system; asked in the sandbox."""

import os
from collections.abc import Iterator
from pathlib import Path

_OWN = {"/tmp": "its own, empty", "/dev/shm": "its own, empty", "/proc": "its own processes"}


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
