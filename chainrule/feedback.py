"""What a learner's feedback leaves out of the graded notebook.

nbgrader's own preprocessors for this stop at a marker that has no end, and learners can type one.
"""

import re
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

# From the line of the beginning to the line of the end, or else to the end of the cell.
HIDDEN = re.compile(
    r"^[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME)(?:.*?END \1[^\n]*\n?|.*)", re.MULTILINE | re.DOTALL
)


class LeaveOutHidden(Preprocessor):
    """Take hidden tests and marking guides out of every cell's source."""

    enabled = Bool(True).tag(config=True)  # nbconvert's own default is off

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        cell.source = HIDDEN.sub("", cell.source)
        return cell, resources
