"""Why a cell cannot go on; raised through a test, which must not take it for a wrong answer.

None of these is an Exception, so that no test catches one unawares.
"""

from typing import Literal

# The verdicts, as in `records`, that the end of a learner process can have.
Lost = Literal["time-out", "memory", "crashed", "needs a person"]


class Gone(BaseException):
    """The learner process ended, or did not answer in time: seen to be the learner's doing."""

    def __init__(self, verdict: Lost, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class NeedsPerson(BaseException):
    """The test needs more than can cross the wall."""


class Unfinished(NeedsPerson):
    """The test needs what an earlier cell of the instructor's was to define, and did not."""


class OutOfTime(BaseException):
    """A cell, in this process, has taken too long."""


class Machinery(BaseException):
    """Not the learner's doing: a process of ours is gone or silent, or a call to the system failed.

    What was being graded is graded again in a new sandbox.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# A crossing takes a fraction of a millisecond: so many, each so short, are the wall's own price.
_MANY_CROSSINGS = 200
_SHORT_SECONDS = 0.005


def is_the_walls(crossings: int, seconds: float) -> bool:
    """Whether that time went into going over the wall, and not into anybody's code."""
    return crossings > _MANY_CROSSINGS and seconds / crossings < _SHORT_SECONDS


def many_crossings(crossings: int, seconds: float) -> str:
    return f"the test and the answer call each other {crossings} times and more in {seconds:.0f} s"
