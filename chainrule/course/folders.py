"""The course's folders: `release/` is made from `source/`, by nbgrader.

Raises CourseError where nbgrader refuses, with its own reasons.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from chainrule.course.definitions import prepare_definitions, withhold_definitions
from chainrule.errors import ChainruleError


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
        errors = [line for line in done.stdout.splitlines() if "| ERROR]" in line]
        said = "\n".join(errors or [done.stdout.strip()])
        raise CourseError(f"nbgrader {arguments[0]} failed:\n{said}")
    return done.stdout


def release(course: Path) -> None:
    """Make `release/` anew from `source/`, and drop releases that have no source any more.

    The course's gradebook learns of the exercises, as with nbgrader's own command.
    """
    require_source(course)
    prepare_definitions(course)
    nbgrader(course, "generate_assignment", "--assignment=*", "--force")
    withhold_definitions(course)
    for made in (course / "release").iterdir():
        if made.is_dir() and not (course / "source" / made.name).is_dir():
            shutil.rmtree(made)


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


def hand_out(course: Path) -> list[str]:
    """Copy each release into `work/` once; what a learner has there already is never touched.

    Returns the exercises that were copied. Raises CourseError where nothing is released.
    """
    released = sorted(path for path in (course / "release").glob("*") if path.is_dir())
    if not released:
        raise CourseError(f"there is nothing in {course / 'release'}: run `make release` first")
    new = [path for path in released if not (course / "work" / path.name).exists()]
    for path in new:
        shutil.copytree(path, course / "work" / path.name)
    return [path.name for path in new]


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
