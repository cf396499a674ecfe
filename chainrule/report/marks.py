"""Marks and comments as the gradebook has them: everything that is asked for, in two queries."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.grading.errors import CourseError
from chainrule.grading.files.database import problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OF = """
    FROM {table} x
    JOIN base_cell c ON c.id = x.cell_id
    JOIN submitted_notebook sn ON sn.id = x.notebook_id
    JOIN notebook n ON n.id = sn.notebook_id
    JOIN submitted_assignment sa ON sa.id = sn.assignment_id
    JOIN assignment a ON a.id = sa.assignment_id
"""
_GRADES = (
    """SELECT a.name, sa.student_id, n.name, c.name, x.auto_score, x.manual_score, x.extra_credit,
    x.needs_manual_grade, sn.late_submission_penalty, coalesce(g.max_score, t.max_score)"""
    + _OF.format(table="grade")
    + "LEFT JOIN grade_cells g ON g.id = c.id LEFT JOIN task_cells t ON t.id = c.id"
)
_COMMENTS = (
    "SELECT a.name, sa.student_id, n.name, c.name, coalesce(x.manual_comment, x.auto_comment)"
    + _OF.format(table="comment")
)


@dataclass(frozen=True)
class Mark:
    """Of one cell. points: None while nobody has given any; waits: a person has to look at it."""

    points: float | None
    max_points: float
    by_hand: bool
    waits: bool
    extra: float = 0.0


@dataclass
class NotebookMarks:
    """Of one learner's notebook, by grade id."""

    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0


Marks = dict[tuple[str, str, str], NotebookMarks]
"""By assignment, student and notebook."""


def read_marks(db_url: str, assignment: str | None = None) -> Marks:
    """All marks of the course, or of one assignment; empty where there is no gradebook yet."""
    chosen = "" if assignment is None else " WHERE a.name = :name"
    found: Marks = {}
    for row in _rows(db_url, _GRADES + chosen, name=assignment):
        _add(found, *row)
    for *key, name, text in _rows(db_url, _COMMENTS + chosen, name=assignment):
        if text and text.strip():
            found.setdefault(tuple(key), NotebookMarks()).comments[name] = text
    return found


def students(db_url: str) -> dict[str, str]:
    """The learners that the gradebook knows: id -> "Last, First", or the id."""
    rows = _rows(db_url, "SELECT id, last_name, first_name FROM student")
    return {key: f"{last}, {first}" if last and first else key for key, last, first in rows}


def late(db_url: str) -> dict[tuple[str, str], float]:
    """(assignment, student) -> by how many seconds a submission came after its due date."""
    query = (
        "SELECT a.name, s.student_id, s.timestamp, a.duedate FROM submitted_assignment s"
        " JOIN assignment a ON a.id = s.assignment_id"
        " WHERE s.timestamp IS NOT NULL AND a.duedate IS NOT NULL"
    )
    found = {}
    for assignment, student, *times in _rows(db_url, query):
        when, due = (datetime.fromisoformat(str(time)) for time in times)
        if when > due:
            found[assignment, student] = (when - due).total_seconds()
    return found


def assignments(db_url: str) -> list[str]:
    """The names of the assignments that the gradebook knows."""
    return [name for (name,) in _rows(db_url, "SELECT name FROM assignment")]


def _add(
    found: Marks,
    assignment: str,
    student: str,
    notebook: str,
    name: str,
    auto: float | None,
    manual: float | None,
    extra: float | None,
    waits: bool,
    penalty: float | None,
    most: float | None,
) -> None:
    of_notebook = found.setdefault((assignment, student, notebook), NotebookMarks())
    of_notebook.penalty = penalty or 0.0
    of_notebook.marks[name] = Mark(
        points=manual if manual is not None else auto,
        max_points=most or 0.0,
        by_hand=manual is not None,
        waits=bool(waits),
        extra=extra or 0.0,
    )


def _rows(db_url: str, query: str, **values: Any) -> list[Any]:
    """The rows of a query; none where there is no database, or none of nbgrader's.

    Raises CourseError where it cannot be read.
    """
    from sqlalchemy import inspect, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _connected(db_url) as connection:
            if connection is None or not inspect(connection).has_table("grade"):
                return []
            return list(connection.execute(text(query), values if ":name" in query else {}))
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        what = f"The gradebook cannot be read {problem(error, db_url)}"
        raise CourseError(what) from None


@contextlib.contextmanager
def _connected(db_url: str) -> Iterator["Connection | None"]:
    """A connection; None where a SQLite file is not there, as opening it would make it."""
    from sqlalchemy import create_engine

    path = db_url.removeprefix("sqlite:///").partition("?")[0]
    if db_url.startswith("sqlite:///") and not Path(path).is_file():
        yield None
        return
    engine = create_engine(db_url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
