"""Marks into nbgrader's gradebook: the same rows that nbgrader's own autograde writes."""

import contextlib
import datetime
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import or_
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from ... import records
from ...records import Result
from ..errors import CourseError
from ..plain_data import GradedSubmission
from .database import problem

_WAIT_SECONDS = 120  # for another writer of the same SQLite file


@contextlib.contextmanager
def opened(db_url: str, course_id: str) -> Iterator[Gradebook]:
    """A course's gradebook; another writer of the same SQLite file is waited for.

    Raises CourseError where it cannot be opened, read or written, also later.
    """
    if db_url.startswith("sqlite:") and "timeout=" not in db_url:
        db_url += f"{'&' if '?' in db_url else '?'}timeout={_WAIT_SECONDS}"
    # nbgrader starts alembic by name, which lies beside this Python.
    ours, others = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if ours not in others.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([ours, others])
    try:
        with contextlib.closing(Gradebook(db_url, course_id)) as gradebook:
            yield gradebook
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        what = f"The gradebook cannot be used {problem(error, db_url)}"
        raise CourseError(what) from None


def with_results(gradebook: Gradebook) -> set[tuple[str, str]]:
    """The (student, assignment) pairs for which the gradebook has a result, asked for at once."""
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, Assignment.name)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(or_(Grade.auto_score.is_not(None), Grade.needs_manual_grade.is_not(True)))
        .distinct()
    )
    return {(student, assignment) for student, assignment in rows}


class Writer:
    """Writes results in one transaction; commit() ends it.

    Raises CourseError where the course's plugin for late work cannot be used.
    """

    def __init__(self, gradebook: Gradebook, config: Config) -> None:
        self.db = gradebook.db
        self.db().expire_on_commit = False  # what is read once is kept, below, for all submissions
        self.gradebook = gradebook
        self.assignments: dict[str, Assignment] = {}
        self.students: dict[str, Student] = {}
        try:
            self.penalties = AssignLatePenalties(config=config)
            self.penalties.init_plugin()
        except Exception as error:  # the plugin is the course's own code
            raise CourseError(f"AssignLatePenalties cannot be used: {error}") from None

    def write(self, graded: GradedSubmission, timestamp: datetime.datetime | None) -> None:
        """Add one submission's results."""
        with self.db.no_autoflush:
            submission = self._submission(graded["student"], graded["assignment"])
            if timestamp is not None:
                submission.timestamp = timestamp
            for notebook in submission.notebooks:
                found = graded["notebooks"].get(notebook.name)
                if found is None:
                    continue
                results = {r["grade_id"]: r for r in found["results"]}
                for grade in notebook.grades:
                    set_grade(grade, results.get(grade.cell.name))
                for comment in notebook.comments:
                    task = comment.cell.type == "TaskCell"
                    response = task or comment.cell.name in found["answered"]
                    comment.auto_comment = None if response else "No response."
                notebook.late_submission_penalty = None
            if submission.total_seconds_late > 0:
                self._penalize(submission)

    def commit(self) -> None:
        self.db.commit()

    def _submission(self, student: str, assignment: str) -> SubmittedAssignment:
        found = self._assignment(assignment)
        learner = self._student(student)
        submission = (
            self.db.query(SubmittedAssignment)
            .filter_by(assignment_id=found.id, student_id=student)
            .one_or_none()
        )
        if submission is not None:
            return submission
        submission = SubmittedAssignment(assignment=found, student=learner)
        for notebook in found.notebooks:
            ours = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in [*notebook.grade_cells, *notebook.task_cells]:
                Grade(cell=cell, notebook=ours)
            for cell in [*notebook.solution_cells, *notebook.task_cells]:
                Comment(cell=cell, notebook=ours)
        self.db.add(submission)
        return submission

    def _assignment(self, name: str) -> Assignment:
        if name not in self.assignments:
            self.assignments[name] = self.gradebook.find_assignment(name)
        return self.assignments[name]

    def _student(self, name: str) -> Student:
        if name not in self.students:
            student = self.db.get(Student, name)
            if student is None:
                student = Student(id=name)
                self.db.add(student)
            self.students[name] = student
        return self.students[name]

    def _penalize(self, submission: SubmittedAssignment) -> None:
        self.db.flush()
        for notebook in submission.notebooks:
            self.db.refresh(notebook)
            late = submission.total_seconds_late
            notebook.late_submission_penalty = self._penalty(submission.student.id, notebook, late)

    def _penalty(self, student: str, notebook: SubmittedNotebook, late: float) -> float | None:
        plugin = self.penalties.plugin_inst
        try:
            penalty = plugin.late_submission_penalty(student, notebook.score, late)
            if penalty is None:
                return None
            return float(self.penalties._check_late_penalty(notebook, penalty))
        except Exception as error:
            what = f"{type(plugin).__name__}, for {student}'s {notebook.name}"
            raise CourseError(f"AssignLatePenalties: {what}: {error!r}") from None


def set_grade(grade: Grade, result: Result | None) -> None:
    """Enter a result; a task waits for a person as it is."""
    if grade.cell.type == "TaskCell" or result is None:
        return
    grade.auto_score = result["points"]
    # What a person has given stays, and is looked at again, as with nbgrader's own autograde.
    person = result["verdict"] == records.NEEDS_PERSON
    grade.needs_manual_grade = person or grade.manual_score is not None
