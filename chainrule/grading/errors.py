"""Why grading cannot begin, in one line each. What is wrong with a submission is a result instead.

GradingError
├── CourseError    the folder is no course, or its configuration cannot be read
├── NotReleased    the gradebook does not know the assignment
└── NoSandbox      bubblewrap is missing, or does not hold
"""

from chainrule.errors import ChainruleError


class GradingError(ChainruleError):
    """Grading cannot begin."""


class CourseError(GradingError):
    """There is no course in the folder, or it cannot be read."""


class NotReleased(GradingError):
    """The gradebook does not know the assignment."""


class NoSandbox(GradingError):
    """The sandbox cannot be had here."""
