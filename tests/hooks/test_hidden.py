"""Feedback leaves out what is hidden, whatever a learner types."""

import pytest

from chainrule.report.pages import unhidden


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
    assert unhidden(source) == left
