"""What the kernel does not bound in a sandbox of bubblewrap's making, counted from outside."""

import os
from typing import Literal

from ..limits import INODES, TERMINALS

_FOLDERS = ("tmp", "dev/shm")


def too_many(process: int) -> Literal["", "files", "terminals"]:
    """Of which there are too many in the sandbox of a process, if of any; process: as in /proc."""
    root = f"/proc/{process}/root"
    try:
        if len(os.listdir(f"{root}/dev/pts")) > TERMINALS + 1:  # and the one that makes them
            return "terminals"
        for folder in _FOLDERS:
            about = os.statvfs(f"{root}/{folder}")
            if about.f_files - about.f_ffree > INODES:
                return "files"
    except OSError:  # it has just ended
        pass
    return ""
