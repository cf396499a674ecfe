"""The same grading under `nbgrader autograde` and behind Formgrader's Autograde button.

In nbgrader_config.py::

    c.Autograde.exporter_class = "chainrule.grading.hooks.SafeExporter"
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = [
        "chainrule.grading.hooks.SaveMarks",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]

nbgrader reads a submission with an exporter, twice: from submitted/, and what it has then written
to autograded/. Ours grades at the first reading, in the sandbox, without nbgrader's own reading of
a stranger's file; the second saves the marks. What nbgrader does before, it does as ever: it
refuses a submission whose timestamp.txt it cannot read. `chainrule grade` grades that one too.
"""

import weakref
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.preprocessors import SaveAutoGrades
from traitlets import Bool

from . import gradebook, records
from .assess import not_graded
from .autograded import remove
from .course import Course, limits_in
from .jobs import Jobs
from .worker import Nursery, Worker, WorkerDied


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

    def _graded(self, course: Course, student: str, assignment: str, name: str) -> dict[str, Any]:
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            jobs = Jobs(course, book, [assignment], not self.unsafe, self.log.warning)
        job, submission = jobs.make(student, assignment)
        job["plan"] = job["plan"] | {"notebooks": {name: job["plan"]["notebooks"][name]}}
        job["plan_digest"] += name
        # nbgrader has copied the files by now, and has followed the links among them.
        place = course.autograded(student, assignment)
        wanted = {*submission.files, *job["plan"]["files"]}
        for path in list(place.rglob("*")) if place.is_dir() else ():
            extra = path.relative_to(place).as_posix() not in wanted and path.suffix != ".ipynb"
            if extra and not path.is_dir():
                remove(path)
        if not hasattr(self, "_worker"):
            self._worker = Worker(Nursery())
            self._worker.nursery.begin(job["setup"])
            weakref.finalize(self, self._worker.nursery.close)
        try:
            graded = self._worker.grade(job)
        except WorkerDied as died:
            graded = not_graded(job, str(died))
        notebook: dict[str, Any] = graded["notebooks"][name]
        return notebook


class SaveMarks(SaveAutoGrades):  # type: ignore[misc]
    """Saves the points that grading has written into the cells: outputs are not looked at."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        about = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        gradebook.set_grade(grade, cell.metadata[records.KEY])
        self.gradebook.db.commit()
