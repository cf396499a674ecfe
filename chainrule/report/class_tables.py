"""What a class did, gathered from its autograded notebooks and the gradebook into two tables."""

import contextlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from pathlib import Path
from typing import NamedTuple, get_type_hints

import pandas as pd

from chainrule.errors import ChainruleError
from chainrule.grading.errors import GradingError
from chainrule.grading.files.course import Course, open_course

from .marks import Marks, NotebookMarks, assignments, late, read_marks, students
from .sheet import Question, Result, Sheet, Unreadable, read_sheet
from .untrusted import Flag, Mistake
from .verdict_words import overall


class Row(NamedTuple):
    """A learner's question. points: NaN while there are none."""

    assignment: str
    notebook: str
    question: str
    learner: str
    points: float
    max_points: float
    verdict: str
    waits: bool
    mistakes: tuple[Mistake, ...]
    flags: tuple[Flag, ...]
    reason: str


class Total(NamedTuple):
    """A graded submission. waits: how many of its results wait for a person. settled, of: the
    points of those that do not, and the most that these could be."""

    assignment: str
    learner: str
    points: float
    max_points: float
    waits: int
    confined: bool
    settled: float
    of: float


class ReportError(ChainruleError):
    """The report cannot be made; the message says why."""


@dataclass
class Class:
    """learners: id -> name. handed_in: (learner, assignment) pairs. questions: a Row a line.
    submissions: a Total a line. findings: (learner, assignment, kind, message), what grading noted.
    unreadable: a line each. code: (assignment, learner) -> what was written as code, and
    handed_out: that of the release. pages: (assignment, learner) -> a feedback page. late:
    (assignment, learner) -> seconds after the due date."""

    name: str
    learners: dict[str, str]
    assignments: list[str]
    handed_in: set[tuple[str, str]]
    questions: pd.DataFrame
    submissions: pd.DataFrame
    findings: list[tuple[str, str, str, str]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    code: dict[tuple[str, str], str] = field(default_factory=dict)
    handed_out: dict[str, str] = field(default_factory=dict)
    pages: dict[tuple[str, str], Path] = field(default_factory=dict)
    late: dict[tuple[str, str], float] = field(default_factory=dict)


def gather(folder: Path, assignment: str | None = None) -> Class:
    """Everything about the class in a course folder, or about one of its assignments.

    Raises ReportError where there is no course, or no such assignment in it.
    """
    try:
        course = open_course(folder)
    except GradingError as error:
        raise ReportError(str(error)) from None
    url = course.directory.db_url
    directory = course.directory
    handed_in = set(course.pairs(directory.submitted_directory, assignment))
    graded = course.pairs(directory.autograded_directory, assignment)
    handed_in |= set(graded)
    known = sorted({*assignments(url), *_released(course), *(name for _, name in handed_in)})
    if assignment is not None:
        if assignment not in known:
            there = ", ".join(known) or "none"
            raise ReportError(f"There is no assignment {assignment!r}; there are: {there}.")
        known = [assignment]
    made = Class(
        directory.course_id or course.root.name,
        {learner: learner for learner, _ in sorted(handed_in)} | _named(students(url)),
        known,
        handed_in,
        pd.DataFrame(),
        pd.DataFrame(),
    )
    rows: list[Row] = []
    totals: list[Total] = []
    marks = read_marks(url, assignment)
    for learner, name in graded:
        sheets = list(_sheets(course, learner, name, marks, made.unreadable))
        rows += [_row(sheet, q) for sheet in sheets for q in sheet.questions if q.results]
        made.findings += dict.fromkeys(
            (learner, name, finding["kind"], finding["message"])
            for sheet in sheets
            for finding in sheet.findings
        )
        totals.append(_total(name, learner, sheets))
        made.code[name, learner] = _code(sheets)
        pages = course.place(directory.feedback_directory, learner, name)
        for page in sorted(pages.glob("*.html"))[:1]:
            made.pages[name, learner] = page
    made.handed_out = {name: _handed_out(course, name) for name in known}
    made.late = {key: value for key, value in late(url).items() if key[0] in known}
    made.questions = _table(Row, rows)
    made.submissions = _table(Total, totals)
    return made


def rows_of(questions: pd.DataFrame) -> Iterator[Row]:
    """The rows of a class's questions, or of a part of them, one by one."""
    return starmap(Row, questions.itertuples(index=False, name=None))


def _table(kind: type[Row | Total], rows: Sequence[Row | Total]) -> pd.DataFrame:
    """One column a field, of the field's type also where there are no rows."""
    fields = get_type_hints(kind).items()
    types = {name: of if isinstance(of, type) else object for name, of in fields}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _released(course: Course) -> set[str]:
    """Assignments that have a folder; the gradebook may have been made anew since."""
    steps = course.directory.source_directory, course.directory.release_directory
    return {name for step in steps for _, name in course.pairs(step, student=".")}


def _sheets(
    course: Course, learner: str, assignment: str, marks: Marks, unreadable: list[str]
) -> Iterator[Sheet]:
    for path in sorted(course.autograded(learner, assignment).glob("*.ipynb")):
        found = marks.get((assignment, learner, path.stem), NotebookMarks())
        try:
            yield read_sheet(path, assignment, learner, found)
        except (Unreadable, OSError) as error:
            unreadable.append(f"{learner}, {assignment}: {error}")


def _row(sheet: Sheet, question: Question) -> Row:
    found = [r.record for r in question.results if r.record]
    # Of several that fit, none is certain.
    mistakes = [mistake for r in found if len(r.mistakes) == 1 for mistake in r.mistakes]
    flags = [flag for r in found for flag in r.flags]
    return Row(
        assignment=sheet.assignment,
        notebook=sheet.notebook,
        question=question.name,
        learner=sheet.student,
        points=math.nan if question.given is None else question.given,
        max_points=question.max_points,
        verdict=overall(question),
        waits=any(result.waits for result in question.results),
        mistakes=tuple(dict.fromkeys(mistakes)),
        flags=tuple(dict.fromkeys(flags)),
        reason="; ".join(r.reason for r in question.results if r.reason),
    )


def _total(assignment: str, learner: str, sheets: list[Sheet]) -> Total:
    return Total(
        assignment=assignment,
        learner=learner,
        points=sum(sheet.points for sheet in sheets),
        max_points=sum(sheet.max_points for sheet in sheets),
        waits=sum(result.waits for sheet in sheets for result in sheet.results),
        confined=all(sheet.confined is not False for sheet in sheets),
        settled=sum(_settled(sheet) for sheet in sheets),
        of=sum(r.max_points for sheet in sheets for r in sheet.results if not _waits(r)),
    )


def _waits(result: Result) -> bool:
    return result.waits or result.points is None


def _settled(sheet: Sheet) -> float:
    given = (r for r in sheet.results if not _waits(r))
    return max(0.0, sum((r.points or 0.0) + r.extra for r in given) - sheet.penalty)


def _code(sheets: Sequence[Sheet]) -> str:
    """What a learner wrote as code."""
    answers = (a for sheet in sheets for question in sheet.questions for a in question.answers)
    return "\n".join(answer.source for answer in answers if answer.code)


def _handed_out(course: Course, assignment: str) -> str:
    """The code of an assignment's release."""
    place = course.place(course.directory.release_directory, ".", assignment)
    found = []
    for path in sorted(place.glob("*.ipynb")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            cells = json.loads(path.read_bytes())["cells"]
            found += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return "\n".join(found)


def _named(students: dict[str, str]) -> dict[str, str]:
    """Learners by name and id: of two who are called the same, each is the one that is meant."""
    return {key: name if name == key else f"{name} ({key})" for key, name in students.items()}
