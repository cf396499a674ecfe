"""A course of several accounts (`c.CourseDirectory.groupshared`): the group may write everywhere.

An account's umask takes that right away from whatever it makes.
"""

import contextlib
import os
import stat
from pathlib import Path

FOLDER, FILE = 0o2775, 0o664  # as nbgrader's


def share(*folders: Path) -> None:
    """Let the group write to these folders, and to those below them.

    What is another account's stays: that account has shared it, or else nobody can.
    """
    for folder in folders:
        for place, _, _ in os.walk(folder):
            _change(Path(place), FOLDER)


def share_file(path: Path) -> None:
    """The same for one file."""
    _change(path, FILE)


def share_gradebook(db_url: str) -> None:
    """The same for a gradebook that is a file."""
    if db_url.startswith("sqlite:///"):
        share_file(Path(db_url.removeprefix("sqlite:///").partition("?")[0]))


def _change(path: Path, mode: int) -> None:
    with contextlib.suppress(OSError):
        if stat.S_IMODE(path.stat().st_mode) & mode != mode:
            path.chmod(mode)
