"""The course's folders: `release/` is made from `source/`, by nbgrader.

Raises CourseError where nbgrader refuses, with its own reasons.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from chainrule.course.definitions import prepare_definitions, withhold_definitions
from chainrule.errors import ChainruleError
from chainrule.grading.files import lock

from .refusals import reasons

ASIDE = Path(".chainrule", "removed")  # in a course: releases that have no source any more


class CourseError(ChainruleError):
    """The course's folder cannot be worked with; the message says why."""


def nbgrader(course: Path, *arguments: str) -> str:
    """Run nbgrader in a course folder, and return what it said; raise CourseError if it fails."""
    if find_spec("nbgrader") is None:  # better said here than at length by the process
        raise ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")
    # nbgrader starts alembic by name, so this environment's bin must be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        # Unbuffered, so that what it prints and what it logs stay in their order.
        env={**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        why = "; ".join(": ".join(filter(None, pair)) for pair in reasons(done.stdout).items())
        raise CourseError(f"nbgrader {arguments[0]} failed: {why}.")
    return done.stdout


@dataclass
class Released:
    """What `release` did: made anew with changes, as it was, and put aside without a source."""

    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def release(course: Path, say: Callable[[str], None] = lambda line: None) -> Released:
    """Make `release/` anew from `source/`; what has no source any more is put aside.

    Each release is made beside the old one, which stays where nbgrader refuses. The course's
    gradebook learns of the exercises, as with nbgrader's own command. say: is called while somebody
    else is at work in the course. Raises CourseError.
    """
    require_source(course)
    with lock.held(course, "chainrule release", say):
        return _release(course)


def _release(course: Path) -> Released:
    if not any(path.is_dir() for path in (course / "source").glob("[!.]*")):
        raise CourseError(
            f"{course / 'source'} has no exercise yet: one is a folder in it with a notebook of the"
            " same name."
        )
    beside, made = course / ".release.new", Released()
    shutil.rmtree(beside, ignore_errors=True)
    prepare_definitions(course)
    try:
        nbgrader(
            course,
            "generate_assignment",
            "--assignment=*",
            "--force",
            f"--CourseDirectory.release_directory={beside.name}",
        )
    except CourseError as error:
        _put_in_place(course, beside, made)
        done = [*made.changed, *made.same]
        words = f" Released all the same: {', '.join(sorted(done))}." if done else ""
        raise CourseError(f"{error} What was released of it before stays.{words}") from None
    _put_in_place(course, beside, made)
    for old in sorted((course / "release").iterdir()):
        if old.is_dir() and not (course / "source" / old.name).is_dir():
            _put_aside(old, course / ASIDE / old.name)
            made.aside.append(old.name)
    return made


def _put_in_place(course: Path, beside: Path, made: Released) -> None:
    """Exchange the releases for those made beside; interrupted, each is the old or the new one."""
    withhold_definitions(course, beside)
    (course / "release").mkdir(exist_ok=True)
    for new in sorted(beside.glob("[!.]*")):
        place = course / "release" / new.name
        names = _files(new) | _files(place)
        _, differ, missing = filecmp.cmpfiles(new, place, sorted(names), shallow=False)
        if not differ and not missing:
            made.same.append(new.name)
            continue
        old = place.with_name(f".{place.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if place.exists():
            place.rename(old)
        new.rename(place)
        shutil.rmtree(old, ignore_errors=True)
        made.changed.append(new.name)
    shutil.rmtree(beside, ignore_errors=True)


def _put_aside(folder: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    count = 1
    while place.exists():
        count += 1
        place = place.with_name(f"{folder.name}.{count}")
    folder.rename(place)


def stale(course: Path) -> list[str]:
    """The files of `release/` that differ from what `source/` gives now, missing ones included."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        copy_of_source(course, fresh)
        release(fresh)
        here, there = course / "release", fresh / "release"
        names = _files(here) | _files(there)
        _, differ, missing = filecmp.cmpfiles(here, there, sorted(names), shallow=False)
    return sorted(differ + missing)


def copy_of_source(course: Path, folder: Path) -> None:
    """Begin a course in another folder with the same exercises and settings."""
    require_source(course)
    shutil.copytree(course / "source", folder / "source")
    shutil.copy(course / "nbgrader_config.py", folder)


def require_source(course: Path) -> None:
    """Raise CourseError where the folder has no exercises or no settings of nbgrader."""
    for name in ("source", "nbgrader_config.py"):
        if not (course / name).exists():
            raise CourseError(f"{course.resolve()} is not a course folder: it has no {name}")


def _files(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if ".ipynb_checkpoints" not in path.parts)
    return {str(path.relative_to(folder)) for path in files if path.is_file()}
