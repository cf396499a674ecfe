"""`chainrule collect`: a learning platform's archive into `submitted/`.

What is graded of a learner is always whole: a submission is written beside the old one and takes
its place in one step. An older one is never put in place of a newer, and one that is replaced is
kept under `collected/replaced/`.
"""

import contextlib
import datetime
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbgrader.api import Gradebook, Student

from chainrule.grading.errors import CourseError
from chainrule.grading.files import gradebook, lock, shared, timestamp
from chainrule.grading.files.course import Course, open_course
from chainrule.records import plain

from . import collected
from .entries import Entry, opened
from .layouts import Handed, Person, Zone, sort
from .names import Platform
from .notebooks import Known, assignment_of, released
from .people import Class, Learner, enter
from .taken import Taken, taken

_TELLING = 20  # learners whose notebooks say which assignment an archive is of


@dataclass
class Collected:
    """What came of an archive. lines: what was not as it should be, by learner."""

    platform: Platform
    assignment: str
    new: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def summary(self) -> str:
        count = len(self.new) + len(self.unchanged) + len(self.without)
        return (
            f"{self.assignment}, from {self.platform}: {count} learners, {len(self.new)} collected,"
            f" {len(self.unchanged)} as they were, {len(self.without)} with nothing to grade."
        )


def collect(
    course_dir: str | Path,
    archives: Sequence[str | Path],
    platform: Platform | None = None,
    assignment: str | None = None,
    zone: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Collected:
    """Put what is in archives or folders of a platform into `submitted/`.

    platform: found out by the names of the files where it is not given. assignment: the one that
    most notebooks are of. zone: of the platform's times where they name none, as in
    `Europe/Berlin`; this machine's by default. say: called while another is waited for. Raises
    CourseError, ArchiveError, LayoutError.
    """
    course = open_course(Path(course_dir))
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock.held(course.root, "chainrule collect", say))
        directory = course.directory
        book = stack.enter_context(gradebook.opened(directory.db_url, directory.course_id))
        known = released(book)
        if not known:
            raise CourseError(
                "The gradebook knows no exercise yet, so that no notebook can be told by its cells:"
                " run `chainrule release` first."
            )
        if assignment is not None and assignment not in {one.assignment for one in known}:
            there = ", ".join(sorted({one.assignment for one in known}))
            raise CourseError(f"There is no assignment {assignment!r}; released are: {there}.")
        entries: list[Entry] = []
        for archive in archives:
            entries += stack.enter_context(opened(Path(archive)))
        found, files = sort(entries, platform, _zone(zone))
        people: dict[Person, list[Handed]] = defaultdict(list)
        for one in files.handed:
            people[one.person].append(one)
        chosen = assignment or _assignment(list(people.values()), known, course)
        made = Collected(found, chosen)
        made.lines += [
            f"{plain(entry.name, 200)} names no learner as {found} does: it was left out."
            for entry in files.others
        ]
        _collect(course, book, known, people, made)
        return made


def _zone(name: str | None) -> Zone:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = f"There is no time zone {name!r}; one is called Europe/Berlin, for example."
        raise CourseError(words) from None


def _assignment(people: list[list[Handed]], known: list[Known], course: Course) -> str:
    """The assignment that an archive is of, told by the notebooks of the first learners."""
    told = []
    for handed in people:
        _, matches = taken(handed, known, None, course.limits.submission_bytes)
        told += matches[:1]
        if len(told) == _TELLING:
            break
    if chosen := assignment_of(told):
        return chosen
    there = ", ".join(sorted({one.assignment for one in known}))
    raise CourseError(
        f"None of the {len(people)} learners handed in a notebook of this course: nothing was"
        f" collected. --assignment says which one it is meant to be ({there})."
    )


def _collect(
    course: Course,
    book: Gradebook,
    known: list[Known],
    people: dict[Person, list[Handed]],
    made: Collected,
) -> None:
    rows = collected.read(course.root, made.assignment)
    earlier = {(row.name, row.number): row.learner for row in rows.values()}
    students = {one.id: one for one in book.db.query(Student)}
    group = Class(students.values(), made.platform, earlier)
    learners = group.know(list(people))
    for person, handed in people.items():
        learner = learners[person]
        found, _ = taken(handed, known, made.assignment, course.limits.submission_bytes)
        lists = {"new": made.new, "unchanged": made.unchanged, "without": made.without}
        lists[_put(course, learner.id, made.assignment, found)].append(learner.id)
        if found.late and found.when is None:
            found.note(
                "LATE, and the platform does not say by how much: counted as in time until a"
                " timestamp.txt says when."
            )
        shown = learner.id if learner.name in ("", learner.id) else f"{learner.name} ({learner.id})"
        if found.notes:
            made.lines.append(f"{plain(shown, 200)}: {' '.join(found.notes)}")
        rows[learner.id] = _row(made.platform, person, learner, found, rows.get(learner.id))
    # What a platform calls somebody is kept before the gradebook learns of them: a run that is
    # ended here and begun again comes to the same.
    collected.write(course.root, made.assignment, rows)
    for learner in group.new.values():
        book.db.add(enter(students, learner))
    book.db.commit()


def _row(
    platform: Platform,
    person: Person,
    learner: Learner,
    found: Taken,
    before: collected.Row | None,
) -> collected.Row:
    """before: of the last time; what was collected then stays where nothing comes now."""
    stays = before if before is not None and not found.files else None
    return collected.Row(
        learner=learner.id,
        platform=platform,
        name=person.name or learner.name,
        number=person.number,
        email=person.email or learner.email,
        time=stays.time if stays else _written(found.when) if found.when else "",
        late=stays.late if stays else "LATE" if found.late else "",
        entry=stays.entry if stays else found.entry,
        notes=" ".join(found.notes),
    )


def _put(
    course: Course, learner: str, assignment: str, found: Taken
) -> Literal["new", "unchanged", "without"]:
    """Put a submission in its place, unless it is there already or a newer one is."""
    if not found.files:
        return "without"
    contents = dict(found.files)
    if found.when is not None:
        contents[timestamp.NAME] = f"{_written(found.when)}\n".encode()
    place = course.place(course.directory.submitted_directory, learner, assignment)
    there = _there(place)
    if there == contents:
        return "unchanged"
    before, _ = timestamp.read(there.get(timestamp.NAME, b"")[: timestamp.MOST_BYTES + 1])
    if before is not None and found.when is not None:
        when = found.when.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
        if when < before.replace(tzinfo=None):
            found.note(f"What is in submitted/ is newer ({before} UTC): it stays.")
            return "unchanged"
    _write(course, place, contents, course.root / collected.FOLDER / "replaced", learner)
    return "new"


def _there(place: Path) -> dict[str, bytes]:
    """The files of the submission that is there; links are files that no submission equals."""
    found = {}
    for path in place.rglob("*") if place.is_dir() else ():
        if path.is_symlink():
            found[f"{path.relative_to(place)}/"] = b""
        elif path.is_file():
            found[path.relative_to(place).as_posix()] = path.read_bytes()
    return found


def _write(
    course: Course, place: Path, contents: dict[str, bytes], replaced: Path, learner: str
) -> None:
    new = place.with_name(f".{place.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for name, content in contents.items():
        path = new / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if course.directory.groupshared:
            shared.share_file(path)
    if course.directory.groupshared:
        shared.share(new.parent)
    if os.path.lexists(place):
        aside = replaced / learner
        aside.mkdir(parents=True, exist_ok=True)
        count = sum(1 for _ in aside.glob(f"{place.name}.*"))
        place.rename(aside / f"{place.name}.{count + 1}")
    new.rename(place)


def _written(when: datetime.datetime) -> str:
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
