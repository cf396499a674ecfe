"""Feedback leaves out what is hidden, whatever a learner types."""

import pytest
from nbformat.v4 import new_code_cell

from chainrule.feedback import LeaveOutHidden


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc", "a\nc"),
        ("a\n<!-- BEGIN MARK SCHEME -->\nb\n<!-- END MARK SCHEME -->", "a\n"),
        ("a\n# BEGIN HIDDEN TESTS\nb", "a\n"),
        ("a\n# END MARK SCHEME\nb", "a\n# END MARK SCHEME\nb"),
        (
            "# BEGIN HIDDEN TESTS\na\n# END HIDDEN TESTS\nb\n# BEGIN HIDDEN TESTS\n"
            "c\n# END HIDDEN TESTS",
            "b\n",
        ),
    ],
    ids=["hidden tests", "marking guide", "no end", "no beginning", "twice"],
)
def test_hidden_parts_go(source, left):
    cell, _ = LeaveOutHidden().preprocess_cell(new_code_cell(source), {}, 0)
    assert cell.source == left
