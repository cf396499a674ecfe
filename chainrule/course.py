"""The course's folders: `release/` is made from `source/`, by nbgrader.

Raises CourseError where nbgrader refuses, with its own reasons.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class CourseError(RuntimeError):
    """nbgrader could not make a release; the message holds what it said."""


def nbgrader(course: Path, *arguments: str) -> str:
    """Run nbgrader in a course folder, and return what it said; raise CourseError if it fails."""
    # nbgrader starts alembic by name, so this environment's bin must be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if "| ERROR]" in line]
        said = "\n".join(errors or [done.stdout.strip()])
        raise CourseError(f"nbgrader {arguments[0]} failed:\n{said}")
    return done.stdout


def release(course: Path, db: str | None = None) -> None:
    """Make `release/` anew from `source/`, and drop releases that have no source any more.

    db: the URL of the gradebook that learns of the exercises, or None for none.
    """
    with tempfile.TemporaryDirectory() as folder:
        db = db or f"sqlite:///{folder}/gradebook.db"
        nbgrader(course, "generate_assignment", "--assignment=*", "--force", f"--db={db}")
    for made in (course / "release").iterdir():
        if made.is_dir() and not (course / "source" / made.name).is_dir():
            shutil.rmtree(made)


def stale(course: Path) -> list[str]:
    """The files of `release/` that differ from what `source/` gives now, missing ones included."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        shutil.copytree(course / "source", fresh / "source")
        shutil.copy(course / "nbgrader_config.py", fresh)
        release(fresh)
        here, there = course / "release", fresh / "release"
        names = _files(here) | _files(there)
        _, differ, missing = filecmp.cmpfiles(here, there, sorted(names), shallow=False)
    return sorted(differ + missing)


def _files(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if ".ipynb_checkpoints" not in path.parts)
    return {str(path.relative_to(folder)) for path in files if path.is_file()}
