"""One assignment of a public course, handed in three times and graded twice.

- solution: with the instructor's own answers,
- release: untouched,
- wrong: with the instructor's answers, each spoiled in a simple, mechanical way.

Plain nbgrader and chainrule grade the same files, in a course of their own; each test of each
submission has an outcome (`outcome`).
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from course_notebooks import KINDS, RELEASE, filled, is_older, tests
from nbgrader.api import Gradebook, MissingEntry

from chainrule import records

SAME, PERSON, SILENT, HIGHER = OUTCOMES = ("same", "person", "silent", "higher")
MADE = {"release", "submitted", "autograded", "feedback", "_build"}  # folders of derived notebooks
SECONDS = 300  # that a notebook may take; a cell a part of it
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "course"
c.Execute.timeout = 60
"""
LOST = "no record"  # the verdict where there is none
LARGEST = 64 * 2**20  # bytes of a data file
NBGRADER = [sys.executable, "-P", "-m", "nbgrader"]
GRADE = [sys.executable, "-P", "-c", "import sys; from chainrule.cli import main; sys.exit(main())"]

Marks = dict[str, tuple[float, float]]  # by test: the points, and the most


@dataclass(frozen=True)
class Assignment:
    """A folder of a course, and its notebooks that take part."""

    course: str
    folder: Path
    name: str
    notebooks: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """What chainrule says of a test: the fields of `records` that are looked at here."""

    points: float | None
    verdict: str
    reason: str
    flags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Cell:
    """A test of one submission, as both have marked it. text: the test."""

    assignment: str
    notebook: str
    test: str
    kind: str
    most: float
    plain: float
    ours: Judged
    text: str

    @property
    def where(self) -> str:
        return f"{self.assignment}/{self.notebook}/{self.test}"

    @property
    def outcome(self) -> str:
        return outcome(self.plain, self.ours)

    def __str__(self) -> str:
        marks = f"plain {self.plain:g}, ours {self.ours.points} of {self.most:g}"
        said = f"{self.ours.verdict}: {self.ours.reason}"
        return f"{self.outcome:7}{self.kind:9}{self.where}: {marks}, {said}"


@dataclass
class Found:
    """What came of an assignment: its tests, and what took no part, with the reason."""

    cells: list[Cell] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def compare(one: Assignment) -> Found:
    """Release the assignment, hand it in, grade it twice."""
    found = Found()
    with tempfile.TemporaryDirectory(prefix="chainrule-courses-") as scratch:
        plain, ours = Path(scratch, "plain"), Path(scratch, "ours")
        names = release(one, plain, found)
        if not names:
            return found
        hand_in(one, plain, names)
        shutil.copytree(plain, ours)
        patience = SECONDS * len(names)
        if run([*NBGRADER, "autograde", one.name, "--create"], plain, patience) is None:
            found.skipped.append(f"{one.name}: plain nbgrader takes more than {patience} s")
            return found
        command = [*GRADE, "grade", "--course-dir", str(ours), "--despite-faults", "--jobs", "0"]
        said = run(command, ours, patience)
        if said is None:
            found.skipped.append(f"{one.name}: chainrule grade takes more than {patience} s")
            return found
        for name in names:
            text = tests(plain / "source" / one.name / f"{name}.ipynb")
            marks = plain_marks(plain, one.name, name)
            for kind in KINDS:
                if kind not in marks:
                    found.skipped.append(f"{one.name}/{name}: plain nbgrader gives {kind} no marks")
                judged = our_records(ours / "autograded" / kind / one.name / f"{name}.ipynb")
                for test, (points, most) in marks.get(kind, {}).items():
                    if test in text:
                        ended = judged.get(test, Judged(None, LOST, said[-300:]))
                        cell = Cell(one.name, name, test, kind, most, points, ended, text[test])
                        found.cells.append(cell)
    return found


def outcome(plain: float, ours: Judged) -> str:
    """What a mark of ours is beside plain nbgrader's: one of OUTCOMES."""
    if ours.verdict == records.NEEDS_PERSON:
        return PERSON
    points = ours.points or 0.0
    if abs(points - plain) < 1e-6:
        return SAME
    return SILENT if points < plain else HIGHER


def release(one: Assignment, course: Path, found: Found) -> list[str]:
    """Make source/ and release/ in a new course; the notebooks that nbgrader takes."""
    names = list(one.notebooks)
    said = released(one, course, names)
    if said is None:
        return names
    taken = []
    for name in names:
        alone = released(one, course, [name])
        if alone is None:
            taken.append(name)
        else:
            found.skipped.append(f"{one.name}/{name}: nbgrader refuses it: {alone}")
    if taken and (said := released(one, course, taken)) is not None:
        found.skipped.append(f"{one.name}: nbgrader refuses it: {said}")
        return []
    return taken


def released(one: Assignment, course: Path, names: Sequence[str]) -> str | None:
    """Release these notebooks; None, or why nbgrader refuses them."""
    shutil.rmtree(course, ignore_errors=True)
    source = course / "source" / one.name

    def left_out(folder: str, files: list[str]) -> set[str]:
        places = [Path(folder, name) for name in files]
        return {
            place.name
            for place in places
            if place.suffix == ".ipynb" or place.name in MADE or place.name.startswith(".")
            or place.is_symlink() or (place.is_file() and place.stat().st_size > LARGEST)
        }  # fmt: skip

    shutil.copytree(one.folder, source, ignore=left_out)
    older = False
    for name in names:
        notebook = nbformat.read(one.folder / f"{name}.ipynb", 4)
        older = older or is_older(notebook)
        # The kernel's own name means something on the machine of its author only.
        notebook.metadata["kernelspec"] = {
            "name": "python3", "display_name": "Python 3", "language": "python"
        }  # fmt: skip
        (source / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (course / "nbgrader_config.py").write_text(CONFIG)
    if older:
        run([*NBGRADER, "update", "source"], course, SECONDS)
    command = [*NBGRADER, "generate_assignment", one.name, "--create", "--force"]
    said = (run(command, course, SECONDS) or "").replace(f"{course}/", "")
    if all((course / "release" / one.name / f"{name}.ipynb").exists() for name in names):
        return None
    wrong = [line for line in said.splitlines() if "ERROR" in line or "Error" in line]
    return " ".join(re.sub(r"^\[.*?\] ", "", line) for line in wrong[:3])[:300] or "without a word"


def hand_in(one: Assignment, course: Path, names: Sequence[str]) -> None:
    for kind in KINDS:
        place = course / "submitted" / kind / one.name
        shutil.copytree(course / "release" / one.name, place)
        if kind != RELEASE:
            for name in names:
                path = place / f"{name}.ipynb"
                answers = course / "source" / one.name / path.name
                notebook = filled(nbformat.read(path, 4), nbformat.read(answers, 4), kind)
                path.write_text(json.dumps(notebook), encoding="utf-8")


def run(command: Sequence[str], course: Path, seconds: float) -> str | None:
    """What the command said; None if it took too long, and is ended with all that it started."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # alembic is there
    process = subprocess.Popen(
        command, cwd=course, env=os.environ | {"PATH": path}, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None


def plain_marks(course: Path, assignment: str, notebook: str) -> dict[str, Marks]:
    """By kind, of those that plain nbgrader has graded."""
    marks: dict[str, Marks] = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for kind in KINDS:
            try:
                grades = book.find_submission_notebook(notebook, assignment, kind).grades
            except MissingEntry:
                continue
            found = {
                g.name: (g.auto_score, g.max_score) for g in grades if g.auto_score is not None
            }
            if found:
                marks[kind] = found
    return marks


def our_records(path: Path) -> dict[str, Judged]:
    """By test: what grading says of it in an autograded notebook."""
    if not path.exists():
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    about = [cell["metadata"][records.KEY] for cell in cells if records.KEY in cell["metadata"]]
    names = ("points", "verdict", "reason", "flags")
    return {one["grade_id"]: Judged(*(one[name] for name in names)) for one in about}
