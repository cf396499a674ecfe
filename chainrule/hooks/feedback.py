"""Feedback pages, made by nbgrader's own `generate_feedback` and Formgrader's button.

A page is rendered from verdicts, marks and what the learner wrote; nothing else of the notebook is
in it, so neither hidden tests nor marking guides can be.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbgrader.converters import GenerateFeedback
from traitlets.config import Config

from ..report import pages
from ..report.marks import Marks, NotebookMarks, read_marks
from ..report.sheet import read_sheet
from ..report.verdict_words import LEARNER, overall
from . import replaced

# With these the exchange finds whose feedback it is.
_OF_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
WORDS = {"words": LEARNER, "overall": overall}


class FeedbackPage(Exporter):
    """From an autograded notebook to its page; the gradebook is read once an assignment."""

    output_mimetype = "text/html"

    def __init__(self, config: Config | None = None, **options: Any) -> None:
        super().__init__(config=config, **options)
        self._marks: dict[str, Marks] = {}

    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(  # type: ignore[override]  # as nbconvert's own exporters: text
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as HTML, and the resources that nbconvert's writer needs."""
        about = (resources or {})["nbgrader"]
        assignment, student = about["assignment"], about["student"]
        if assignment not in self._marks:
            self._marks[assignment] = read_marks(about["db_url"], assignment)
        path = Path(filename)
        marks = self._marks[assignment].get((assignment, student, path.stem), NotebookMarks())
        sheet = read_sheet(path, assignment, student, marks)
        page = pages.render("feedback.html.j2", sheet=sheet, **WORDS)
        return page, {**(resources or {}), "output_extension": self.file_extension}


class WholeFeedback(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter, which keeps the old pages until the new ones are whole.

    nbgrader removes a learner's folder and then writes into it. Here a submission's pages are made
    in a folder beside, and each takes the old one's place in one step. Pages are always made anew:
    nbgrader skips those that are there, and then they lack the marks that were given since.
    """

    @property
    def _output_directory(self) -> str:
        return f".{super()._output_directory}.new"

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        return student_id not in self.coursedir.student_id_exclude.split(",")

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Only nbgrader's own files are copied: learners can hand in any other."""
        staged = Path(self._format_dest(assignment_id, student_id))
        staged.mkdir(parents=True, exist_ok=True)
        for name in _OF_EXCHANGE:
            file = Path(self._format_source(assignment_id, student_id), name)
            if file.is_file() and not file.is_symlink():
                (staged / name).write_bytes(file.read_bytes())

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """The last step of a submission: then its pages take their place."""
        super().set_permissions(assignment_id, student_id)
        staged = Path(self._format_dest(assignment_id, student_id))
        name = self.coursedir.feedback_directory
        place = Path(self.coursedir.format_path(name, student_id, assignment_id))
        place.mkdir(parents=True, exist_ok=True)
        for path in staged.iterdir():
            os.replace(path, place / path.name)

    def convert_notebooks(self) -> None:
        try:
            super().convert_notebooks()
        finally:
            shutil.rmtree(self._output_directory, ignore_errors=True)


def install(config: Config) -> None:
    """Have nbgrader's command and Formgrader's button write these pages."""
    config.GenerateFeedback.exporter_class = FeedbackPage
    # It looks up the marks itself, once a run; nbgrader's open the gradebook for each notebook.
    config.GenerateFeedback.preprocessors = []
    for place in replaced.FEEDBACK:
        replaced.replace(place, WholeFeedback)
