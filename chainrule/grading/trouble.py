"""Why a cell cannot go on; raised through a test, which must not take it for a wrong answer.

None of these is an Exception, so that no test catches one unawares.
"""


class Gone(BaseException):
    """The learner process ended, or did not answer in time: seen to be the learner's doing."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class NeedsPerson(BaseException):
    """The test needs more than can cross the wall."""


class Unfinished(NeedsPerson):
    """The test needs what an earlier cell of the instructor's was to define, and did not."""


class Machinery(BaseException):
    """Not the learner's doing: a process of ours is gone or silent, or a call to the system failed.

    What was being graded is graded again in a new sandbox.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
