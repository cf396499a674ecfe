"""Why a test cannot go on; raised through the test, which must not take it for a wrong answer."""


class Gone(BaseException):
    """The learner process ended. Not an Exception, so that no test catches it unawares."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


class NeedsPerson(BaseException):
    """The test needs more than can cross the wall."""


class Machinery(BaseException):
    """Not the learner's doing: a process of ours is gone or silent. The message says which."""
