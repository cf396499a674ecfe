"""A submission as plain data, read from its folder without following any link."""

import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import records

FILES = 2000
DEPTH = 20


@dataclass
class Submission:
    """What a learner handed in for one assignment.

    notebooks: name without .ipynb -> content. files: path -> content, all other files.
    digest: of all files, for telling versions of a submission apart.
    """

    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)
    digest: str = ""


def read_submission(course: Path, folder: Path, ignore: list[str], most_bytes: int) -> Submission:
    """Read the regular files of `folder`, which lies in `course`; all else becomes a finding.

    ignore: globs of names that nbgrader leaves out. most_bytes: of all files together.
    """
    found = Submission()
    room = most_bytes
    for path, fault in _regular_files(course, folder, ignore):
        name = path.relative_to(folder).as_posix()
        content = None
        if not fault:
            content, fault = _content(path, room)
        if fault or content is None:
            found.findings.append(records.finding("file", f"{name} {fault}: it was left out."))
            continue
        room -= len(content)
        if path.suffix == ".ipynb" and path.parent == folder:
            found.notebooks[path.stem] = content
        else:
            found.files[name] = content
    digest = hashlib.sha256()
    for name, content in sorted({**found.files, **_named(found.notebooks)}.items()):
        for part in (name.encode("utf-8", "surrogateescape"), content):
            digest.update(len(part).to_bytes(8, "little") + part)
    found.digest = digest.hexdigest()
    return found


def _named(notebooks: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.ipynb": content for name, content in notebooks.items()}


def _regular_files(course: Path, folder: Path, ignore: list[str]) -> list[tuple[Path, str]]:
    """The paths below `folder`, each with "" or why it is no file to read."""
    for outer in [folder, *folder.parents]:
        if outer == course or not outer.is_relative_to(course):
            break
        if outer.is_symlink():
            return [(folder / ".", f"is reached by a link ({outer.name})")]
    paths: list[tuple[Path, str]] = []
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                listed = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            paths.append((place, _unreadable(error)))
            continue
        for entry in listed:
            path = Path(entry.path)
            if any(fnmatch.fnmatch(entry.name, pattern) for pattern in ignore):
                continue
            if len(paths) >= FILES:
                return [*paths, (path, f"is beyond the {FILES} files that are read")]
            if entry.is_symlink():
                paths.append((path, "is a link"))
            elif entry.is_dir(follow_symlinks=False):
                if depth < DEPTH:
                    waiting.append((path, depth + 1))
                else:
                    paths.append((path, "is nested too deep"))
            else:
                fine = entry.is_file(follow_symlinks=False)
                paths.append((path, "" if fine else "is no regular file"))
    return paths


def _unreadable(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"


def leave_out_what_clashes(found: Submission, others: Iterable[str]) -> None:
    """Leave out the files in whose place the instructor has a folder, or the other way round.

    others: the paths that the instructor's files will have.
    """
    folders = {str(parent) for path in others for parent in Path(path).parents}
    for path in list(found.files):
        above = {str(parent) for parent in Path(path).parents}
        if path in folders or above & set(others):
            del found.files[path]
            words = f"{path} is in the way of the assignment's own files: it was left out."
            found.findings.append(records.finding("file", words))


def _content(path: Path, room: int) -> tuple[bytes | None, str]:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return None, _unreadable(error)
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            return None, "is no regular file"
        if about.st_size > room:
            return None, "is too large"
        return file.read(room), ""
