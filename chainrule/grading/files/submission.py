"""A submission as plain data, read from its folder without following any link.

Here a stranger's files are bytes, and nothing more: none is parsed. How many are looked at, read
and kept is bounded beforehand; what is beyond that is left out, and said.
"""

import errno
import fnmatch
import hashlib
import os
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ... import records
from ...records import Finding
from ..limits import SAID

ENTRIES = 20_000  # of all folders together, that are looked at
FILES = 2000
DEPTH = 20
NAME_BYTES = 1000  # of a path below the folder: it has to fit below autograded/ as well

_SHOWN = 200  # characters of a name
_ENDING = ".ipynb"
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass
class Submission:
    """What a learner handed in for one assignment.

    notebooks: name without .ipynb -> content. files: path -> content, all other files.
    digest: of all files, for telling versions of a submission apart. unreadable: why nothing of it
    could be read, or "".
    """

    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    digest: str = ""
    unreadable: str = ""

    def left_out(self, name: str, why: str) -> None:
        """Say that a file was left out; of many, only that there are more."""
        said = sum(found["kind"] == "file" for found in self.findings)
        if said < SAID:
            sentence = f"{records.plain(name, _SHOWN)} {why}: it was left out."
            self.findings.append(records.finding("file", sentence))
        elif said == SAID:
            self.findings.append(records.finding("file", "More files were left out."))


def read_submission(
    course: Path,
    folder: Path,
    ignore: Collection[str],
    most_bytes: int,
    notebooks: Iterable[str] = (),
) -> Submission:
    """Read the regular files of `folder`, which lies in `course`; all else becomes a finding.

    ignore: globs of names that nbgrader leaves out. most_bytes: of all files together.
    notebooks: names that are asked for; they come first, whatever lies beside them. Whatever goes
    wrong, that is the submission's own result: its `unreadable` says so.
    """
    found = Submission()
    try:
        _Reader(found, ignore, most_bytes).read(course, folder, notebooks)
        found.digest = _digest(found)
    except Exception as error:  # what nobody has foreseen of a stranger's folder
        return unreadable(error)
    return found


def unreadable(error: Exception) -> Submission:
    """What is left of a submission that nothing can be made of."""
    why = records.plain(f"The submission cannot be read ({error or type(error).__name__}).")
    return Submission(findings=[records.finding("file", why)], unreadable=why)


def leave_out_what_clashes(found: Submission, others: Iterable[str]) -> None:
    """Leave out the files in whose place the instructor has a folder, or the other way round.

    others: the paths that the instructor's files will have.
    """
    theirs = set(others)
    folders = {str(parent) for path in theirs for parent in Path(path).parents}
    for path in list(found.files):
        if path in folders or theirs.intersection(map(str, Path(path).parents)):
            del found.files[path]
            found.left_out(path, "is in the way of the assignment's own files")


def _digest(found: Submission) -> str:
    digest = hashlib.sha256()
    notebooks = {f"{name}{_ENDING}": content for name, content in found.notebooks.items()}
    for name, content in sorted({**found.files, **notebooks}.items()):
        for part in (name.encode("utf-8", "surrogateescape"), content):
            digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


class _Reader:
    """Reads into `found`. Folders are opened each from the one above: a link that takes a folder's
    place meanwhile is not followed, and no path is too long for the system.
    """

    def __init__(self, found: Submission, ignore: Collection[str], room: int) -> None:
        self.found, self.ignore, self.room = found, ignore, room
        self.entries, self.files = ENTRIES, FILES  # that may still come
        self.asked: set[str] = set()  # files that came first

    def read(self, course: Path, folder: Path, notebooks: Iterable[str]) -> None:
        outer, root = str(folder), f"{course}{os.sep}"
        while outer.startswith(root):
            if os.path.islink(outer):
                self.found.left_out(".", f"is reached by a link ({os.path.basename(outer)})")
                return
            outer = os.path.dirname(outer)
        try:
            place = os.open(folder, _FLAGS | os.O_DIRECTORY)
        except OSError as error:
            self.found.left_out(".", _cannot_be_read(error))
            return
        try:
            self._named(place, notebooks)
            self._folder(place, "", 0)
        finally:
            os.close(place)

    def _named(self, place: int, notebooks: Iterable[str]) -> None:
        for name in (f"{notebook}{_ENDING}" for notebook in sorted(notebooks)):
            try:
                mode = os.stat(name, dir_fd=place, follow_symlinks=False).st_mode
            except OSError:
                continue
            if not stat.S_ISDIR(mode) and not self._is_ignored(name):
                self.asked.add(name)
                self._file(place, name, name, mode)

    def _folder(self, place: int, above: str, depth: int) -> bool:
        """Read what is in an open folder; False: no more can be read at all."""
        listed = self._listed(place, above)
        for name, mode in listed:
            shown = above + name
            if stat.S_ISDIR(mode) or shown in self.asked:
                continue
            if not self.files:
                why = f"and what follows it is beyond the {FILES} files that are read"
                self.found.left_out(shown, why)
                return False
            self._file(place, name, shown, mode)
        return all(
            self._inner(place, name, above + name, depth + 1)
            for name, mode in listed
            if stat.S_ISDIR(mode)
        )

    def _inner(self, place: int, name: str, shown: str, depth: int) -> bool:
        if depth > DEPTH:
            self.found.left_out(shown, "is nested too deep")
            return True
        try:
            inner = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=place)
        except OSError as error:
            self.found.left_out(shown, _cannot_be_read(error))
            return True
        try:
            return self._folder(inner, f"{shown}/", depth)
        finally:
            os.close(inner)

    def _listed(self, place: int, above: str) -> list[tuple[str, int]]:
        """The names in a folder with their modes, notebooks first."""
        listed: list[tuple[str, int]] = []
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if self._is_ignored(entry.name):
                        continue
                    if not self.entries:
                        self.found.left_out(
                            f"What follows in {above or 'its folder'}",
                            f"is beyond the {ENTRIES} names that are looked at",
                        )
                        break
                    self.entries -= 1
                    listed.append((entry.name, _mode(entry)))
        except OSError as error:
            self.found.left_out(above.rstrip("/") or ".", _cannot_be_read(error))
        return sorted(listed, key=lambda one: (not one[0].endswith(_ENDING), one[0]))

    def _file(self, place: int, name: str, shown: str, mode: int) -> None:
        """Read one file, or say why not."""
        self.files -= 1
        content, fault = b"", ""
        if stat.S_ISLNK(mode):
            fault = "is a link"
        elif not stat.S_ISREG(mode):
            fault = "is no regular file"
        elif len(os.fsencode(shown)) > NAME_BYTES:
            fault = f"is a path of more than {NAME_BYTES} bytes"
        else:
            content, fault = _content(place, name, self.room)
        if fault:
            self.found.left_out(shown, fault)
            return
        self.room -= len(content)
        notebook = shown.removesuffix(_ENDING)
        if "/" not in shown and shown.endswith(_ENDING) and notebook:
            self.found.notebooks[notebook] = content
        else:
            self.found.files[shown] = content

    def _is_ignored(self, name: str) -> bool:
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.ignore)


def _mode(entry: os.DirEntry[str]) -> int:
    """What kind of file it is, asked of the folder alone where that knows it."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0


def _content(place: int, name: str, room: int) -> tuple[bytes, str]:
    """The content of a file of at most `room` bytes, and "" or why it is left out.

    It may have become another one since its folder was listed.
    """
    try:
        with os.fdopen(os.open(name, _FLAGS, dir_fd=place), "rb", buffering=0) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return b"", "is no regular file"
            if about.st_size > room:
                return b"", "is too large"
            chunks, left = [], room + 1
            while left > 0 and (chunk := file.read(min(left, max(about.st_size, 4096) + 1))):
                chunks.append(chunk)
                left -= len(chunk)
    except OSError as error:
        return b"", "is a link" if error.errno == errno.ELOOP else _cannot_be_read(error)
    return (b"".join(chunks), "") if left > 0 else (b"", "is too large")


def _cannot_be_read(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"
