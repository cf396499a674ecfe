"""What of one learner's files is a submission: the notebooks, found by their cells, and the rest.

Whatever is not taken is said: what it was, and what was done.
"""

import datetime
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chainrule.grading.files import timestamp
from chainrule.grading.files.submission import FILES
from chainrule.grading.limits import SAID
from chainrule.records import plain

from .entries import Unreadable, is_archive, other_archive, unpacked
from .layouts import Handed, is_litter, newest, within
from .notebooks import Known, Match, NoNotebook, looks_like_one, read_cells, recognised

_NESTED = 3  # archives in archives that are opened


@dataclass
class Taken:
    """files: path -> content, {} where nothing can be graded. entry: the notebook's name in the
    archive. notes: sentences without their subject, the learner."""

    files: dict[str, bytes] = field(default_factory=dict)
    entry: str = ""
    when: datetime.datetime | None = None
    late: bool = False
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Say something; of very much only that there is more."""
        if len(self.notes) < SAID:
            self.notes.append(plain(sentence))
        elif len(self.notes) == SAID:
            self.notes.append("More of these files were left out.")


@dataclass
class _File:
    handed: Handed
    content: bytes
    match: Match | None = None
    fault: str = ""  # why it is no notebook, where it seems to be meant as one

    @property
    def path(self) -> str:
        return self.handed.path


def taken(
    handed: Sequence[Handed],
    known: Collection[Known],
    assignment: str | None,
    most_bytes: int,
) -> tuple[Taken, list[Match]]:
    """A learner's submission for an assignment, and all notebooks that were recognised.

    The newest attempt counts that has a notebook of the assignment.
    """
    found = Taken(late=any(one.late for one in handed))
    all_matches: list[Match] = []
    attempts = newest(handed)
    for number, attempt in enumerate(attempts):
        files = _files(attempt, most_bytes, found)
        matches = [match for one in files if (match := _recognise(one, known, assignment))]
        all_matches += matches
        ours = [match for match in matches if match.known.assignment == assignment]
        if ours:
            if number:
                found.note(
                    f"The newest attempt of {len(attempts)} has no notebook of {assignment}:"
                    " the newest that has one was taken."
                )
            found.when = max((one.when for one in attempt if one.when), default=None)
            _choose(files, assignment, known, found)
            return found, all_matches
        _say_why_not(files, assignment, found)
    if assignment is not None:
        found.note("Nothing was collected.")
    return found, all_matches


def _files(attempt: Sequence[Handed], most_bytes: int, found: Taken) -> list[_File]:
    """The files of an attempt, those in archives too, as far as there is room."""
    files: list[_File] = []
    waiting = [(one, 0) for one in reversed(attempt)]
    room, left = most_bytes, FILES
    while waiting:
        one, depth = waiting.pop()
        if is_litter(one.path):
            found.note(f"{one.path} is the computer's own and was left out.")
            continue
        if not left:
            found.note(f"{one.path} and what follows is beyond {FILES} files and was left out.")
            break
        left -= 1
        if one.typed:
            files.append(_File(one, b"", fault="is a text or a link typed on the page, no file"))
            continue
        try:
            content = one.entry.read(room)
            if not is_archive(one.path, content):
                room -= len(content)
                files.append(_File(one, content))
                continue
            if depth == _NESTED:
                raise Unreadable("is an archive in an archive in an archive")
            inner = unpacked(one.path, content, room)
        except Unreadable as error:
            found.note(f"{one.path} {error}: it was left out.")
            continue
        files_in_it = "one file" if len(inner) == 1 else f"{len(inner)} files"
        found.note(f"{one.path} was unpacked ({files_in_it}).")
        waiting += [(within(one, entry), depth + 1) for entry in reversed(inner[: left + 1])]
    return files


def _recognise(file: _File, known: Collection[Known], assignment: str | None) -> Match | None:
    if file.fault:
        return None
    start = file.content[:4].lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    meant = looks_like_one(file.path)
    if not meant and start not in (b"{", b"\xff", b"\xfe"):
        return None
    try:
        cells, text = read_cells(file.content)
    except NoNotebook as error:
        other = other_archive(file.content)
        file.fault = (f"is {other}" if other else str(error)) if meant else ""
        return None
    file.match = recognised(cells, known, assignment)
    if file.match is None:
        file.fault = "is a notebook, but none of this course: none of its cells is known"
    elif file.content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        file.content = text
    return file.match


def _say_why_not(files: Sequence[_File], assignment: str | None, found: Taken) -> None:
    if assignment is None:
        return
    for file in [file for file in files if not file.handed.typed] or files:
        if file.match is not None:
            found.note(f"{file.path} is the notebook of {file.match.known.assignment}.")
        elif file.fault:
            found.note(f"{file.path} {file.fault}.")
        elif other := other_archive(file.content):
            found.note(f"{file.path} is {other}, which is not opened: unpack it yourself.")
        else:
            found.note(f"{file.path} is no notebook.")


def _choose(
    files: Sequence[_File], assignment: str | None, known: Collection[Known], found: Taken
) -> None:
    """Put the notebooks under their own names, and the other files beside them."""
    base = ""
    used: list[_File] = []
    wanted = sorted(one.name for one in known if one.assignment == assignment)
    for name in wanted:
        here = [f for f in files if f.match and f.match.known.assignment == assignment]
        several = [f for f in here if f.match and f.match.known.name == name]
        if not several:
            found.note(f"{name}.ipynb is missing.")
            continue
        best = max(several, key=_worth)
        for other in several:
            if other is not best:
                same = "the same" if other.content == best.content else "less new or less answered"
                found.note(f"{other.path} is {name} once more, {same}: {best.path} was taken.")
        _say_how(best, name, found)
        found.files[f"{name}.ipynb"] = best.content
        if not found.entry:
            found.entry, base = best.handed.entry.name, best.path.rpartition("/")[0]
        used += several
    for file in files:
        if file not in used and not file.handed.typed:
            _put(file, f"{base}/" if base else "", found)


def _worth(file: _File) -> tuple[int, bool, int, list[int]]:
    """By which of several copies is taken: the newer one, unless nothing was answered in it."""
    answered = file.match.answered if file.match else 0
    copies = [int(digits) for digits in re.findall(r"\d+", file.path.rpartition("/")[2])]
    return (file.handed.rank if answered else 0, answered > 0, answered, copies)


def _say_how(file: _File, name: str, found: Taken) -> None:
    match = file.match
    if match is None:
        return
    if match.nameless:
        found.note(
            f"{file.path} has lost the marks of its cells, as in another editor: it was recognised"
            " by their text, and written answers may have to be looked for in it."
        )
    elif file.path.rpartition("/")[2] != f"{name}.ipynb":
        found.note(f"{file.path} was taken as {name}.ipynb, by its cells.")


def _put(file: _File, base: str, found: Taken) -> None:
    path = file.path.removeprefix(base)
    if file.match is not None:
        found.note(
            f"{file.path} is the notebook of {file.match.known.assignment}: it was left out."
        )
    elif file.fault:
        found.note(f"{file.path} {file.fault}: it was left out.")
    elif path.casefold() == timestamp.NAME:
        found.note(f"{file.path} would be taken for the time of handing in: it was left out.")
    elif other := other_archive(file.content):
        found.note(f"{file.path} is {other}, which is not opened: it was left out.")
    elif _clashes(path, found.files):
        found.note(f"{file.path} is there twice: the first was taken.")
    else:
        found.files[path] = file.content


def _clashes(path: str, files: Collection[str]) -> bool:
    """Whether a file, or a folder on the way to one, is there already."""
    ways = {path, *(path[: at.start()] for at in re.finditer("/", path))}
    return bool(ways & set(files)) or any(there.startswith(f"{path}/") for there in files)
