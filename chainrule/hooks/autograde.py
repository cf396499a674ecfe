"""The same grading under `nbgrader autograde` and behind Formgrader's Autograde button.

nbgrader reads a submission with an exporter, twice: from submitted/, and what it has then written
to autograded/. Ours grades at the first reading, in the sandbox, without nbgrader's own reading of
a stranger's file; the second saves the marks. Before that nbgrader copies the submission's other
files and reads its time stamp: a thin subclass of its converter follows no link among them, and
goes on where a time stamp cannot be read.
"""

import datetime
import weakref
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.preprocessors import SaveAutoGrades
from traitlets import Bool
from traitlets.config import Config

from .. import records
from ..grading.again import Again
from ..grading.files import gradebook, lock, timestamp
from ..grading.files.course import Course, limits_in
from ..grading.files.submission import leave_out_what_clashes
from ..grading.jobs import Jobs, read_of_course
from ..grading.plain_data import GradedNotebook
from ..grading.processes.worker import NurseryHandle, Worker
from ..grading.ways import Ways
from . import replaced


def install(config: Config) -> None:
    """Have nbgrader's command and Formgrader's button grade in the sandbox."""
    for place in replaced.AUTOGRADE:
        replaced.replace(place, SafeAutograde)
    # The same submission, graded twice, gives the same bytes; a widget's static fallback shows.
    config.Execute.record_timing = False
    config.Execute.store_widget_state = False
    config.Autograde.exporter_class = SafeExporter
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        SaveMarks,
        "nbgrader.preprocessors.AssignLatePenalties",
    ]


class _CopiesFiles(BaseConverter):  # type: ignore[misc]
    """Copies a submission's regular files, and none that is in the way of the instructor's."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        course = Course(self.config, self.coursedir, limits_in(self.config))
        place = Path(self._format_dest(assignment_id, student_id))
        found = read_of_course(course, student_id, assignment_id)
        leave_out_what_clashes(found, course.masters(assignment_id))
        timestamp.leave_out_if_unreadable(found)
        for name, content in found.files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)


class SafeAutograde(Autograde, _CopiesFiles):  # type: ignore[misc]
    """nbgrader's own, but for what it does with a stranger's files before they are graded.

    This relies on Python's method order: nbgrader's `Autograde.init_assignment` calls `super()`,
    which is `_CopiesFiles` here and would be `BaseConverter`, and so follows no link.
    """

    def start(self) -> None:
        """As nbgrader's, while nobody else grades in the course."""
        with lock.held(Path(self.coursedir.root), "nbgrader autograde", self.log.warning):
            super().start()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        self.coursedir.get_existing_timestamp = self._timestamp
        super().init_assignment(assignment_id, student_id)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        self.coursedir.get_existing_timestamp = self._timestamp
        return bool(super().init_destination(assignment_id, student_id))

    def _timestamp(self, folder: str) -> datetime.datetime | None:
        path, content = Path(folder, timestamp.NAME), None
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                content = file.read(timestamp.MOST_BYTES + 1)
        when, fault = timestamp.read(content)
        if fault:
            self.log.warning("%s: %s", folder, fault)
        return when


class SafeExporter(NotebookExporter):
    """Grades what it reads from submitted/. Raises NoSandbox."""

    unsafe = Bool(False, help="Grade without a sandbox; each result says so.").tag(config=True)

    parent: Any

    def from_filename(self, filename: str, resources: Any = None, **rest: Any) -> Any:
        about = resources["nbgrader"]
        directory = self.parent.coursedir
        course = Course(self.config, directory, limits_in(self.config))
        step = directory.submitted_directory
        folder = course.place(step, about["student"], about["assignment"])
        if Path(filename).parent != folder:
            notebook = nbformat.reads(Path(filename).read_text(encoding="utf-8"), as_version=4)
        else:
            graded = self._graded(course, about["student"], about["assignment"], about["notebook"])
            notebook = nbformat.reads(graded["text"], as_version=4)
        return self.from_notebook_node(notebook, resources, **rest)

    def _graded(self, course: Course, student: str, assignment: str, name: str) -> GradedNotebook:
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            jobs = Jobs(course, book, [assignment], not self.unsafe, self.log.warning)
        if not hasattr(self, "_worker"):
            self._worker = Worker(NurseryHandle())
            self._worker.nursery.begin(jobs.setup)
            weakref.finalize(self, self._worker.close)
            self._ways: dict[str, Ways] = {}
        again = Again([self._worker.alone] * 2)
        if assignment not in self._ways:
            trials = jobs.trials(assignment).items()
            tried = {trial: again.first(self._worker.grade, one) for trial, one in trials}
            for fault in jobs.learn(assignment, tried):
                self.log.error("%s. What fails there is for a person.", fault)
            self._ways[assignment] = jobs.ways[assignment]
            if line := jobs.ways[assignment].line(assignment):
                self.log.warning(line)
        jobs.ways = self._ways
        job, _ = jobs.make(student, assignment)
        plan = job["plan"]
        job["plan"] = plan | {"notebooks": {name: plan["notebooks"][name]}}
        job["plan_digest"] += name
        graded = again.first(self._worker.grade, job)
        if line := again.line():
            self.log.warning(line)
        return graded["notebooks"][name]


class SaveMarks(SaveAutoGrades):  # type: ignore[misc]
    """Saves the points that grading has written into the cells: outputs are not looked at."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        about = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        gradebook.set_grade(grade, cell.metadata[records.KEY])
        self.gradebook.db.commit()
