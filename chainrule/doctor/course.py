"""The course: its settings, what its notebooks import, its gradebook, its exchange."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook, Student
from nbgrader.exchange.default.exchange import Exchange

from chainrule.grading.errors import GradingError
from chainrule.grading.files import gradebook
from chainrule.grading.files.course import Course, open_course
from chainrule.grading.jobs import Jobs

from .finding import Finding, ok


def examine(folder: Path) -> Iterator[Finding]:
    if not (folder / "nbgrader_config.py").is_file():
        seen = f"{folder.resolve()} has no nbgrader_config.py"
        yield Finding("note", "course", seen, "`chainrule init FOLDER` begins one")
        return
    try:
        course = open_course(folder)
    except GradingError as error:
        yield Finding("bad", "course", str(error))
        return
    yield ok("course", course.directory.course_id or course.root.name)
    yield _settings(course)
    if not _has_gradebook(course.directory.db_url):
        do = "`chainrule release` makes it"
        yield Finding("note", "gradebook", "there is no gradebook yet", do)
        yield from _exchange(course)
        return
    try:
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            yield _gradebook(course, book)
            yield from _imports(course, book)
    except GradingError as error:
        do = "see c.CourseDirectory.db_url in nbgrader_config.py"
        yield Finding("bad", "gradebook", str(error), do)
    yield from _exchange(course)


def _has_gradebook(url: str) -> bool:
    """Opening a SQLite file would make it."""
    path = url.removeprefix("sqlite:///").partition("?")[0]
    return not url.startswith("sqlite:///") or Path(path).is_file()


def _settings(course: Course) -> Finding:
    """Whether nbgrader's own commands and Formgrader are as safe as `chainrule grade`."""
    text = (course.root / "nbgrader_config.py").read_text("utf-8", "replace")
    if "hooks.install(" in text:
        return ok("settings", "nbgrader's commands and Formgrader are safe")
    return Finding(
        "bad",
        "settings",
        "feedback pages and Formgrader are nbgrader's own, which run what learners wrote",
        "add `from chainrule import hooks` and `hooks.install(c)` to nbgrader_config.py",
    )


def _gradebook(course: Course, book: Gradebook) -> Finding:
    learners, assignments = book.db.query(Student).count(), len(book.assignments)
    seen = f"{_count(assignments, 'assignment')}, {_count(learners, 'learner')}"
    if assignments:
        return ok("gradebook", seen)
    return Finding("note", "gradebook", seen, "`chainrule release` enters the assignments")


def _imports(course: Course, book: Gradebook) -> Iterator[Finding]:
    """What is said of each released assignment before it is graded, such as missing packages."""
    said: list[str] = []
    names = sorted(one.name for one in book.assignments)
    maker = Jobs(course, book, names, confined=True, say=said.append)
    for line in said:
        yield Finding("bad", "assignments", line)
    if maker.plans and not said:
        yield ok("assignments", f"what {', '.join(maker.plans)} import is installed")


def _exchange(course: Course) -> Iterator[Finding]:
    """Whether learners with accounts of their own can fetch and hand in."""
    exchange = Exchange(config=course.config)
    place = Path(exchange.root)
    if not place.is_dir():
        do = f"for learners on this machine: mkdir -p {place} && chmod 777 {place}"
        yield Finding("note", "exchange", f"{place} does not exist", do)
        return
    if not os.access(place, os.W_OK | os.X_OK):
        do = "c.Exchange.root has to be a folder in which everybody may write"
        yield Finding("bad", "exchange", f"{place} cannot be written to", do)
        return
    closed = [at for at in place.resolve().parents if not at.stat().st_mode & stat.S_IXOTH]
    if closed:
        do = "move it to a folder that everybody can reach, such as /srv/nbgrader/exchange"
        seen = f"{place} can be used by this account only: {closed[-1]} is closed to others"
        yield Finding("note", "exchange", seen, do)
    elif not place.stat().st_mode & stat.S_IWOTH:
        do = f"chmod 777 {place}, if learners have accounts of their own"
        yield Finding("note", "exchange", f"{place} can be written to by this account only", do)
    else:
        yield ok("exchange", f"{place}: everybody may fetch and hand in")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
