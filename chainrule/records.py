"""What grading says of a submission, and where in the autograded notebook it is kept.

Feedback and reports are built on this format; everything in it is plain JSON.

Each cell that carries marks (tests, written answers, tasks) has its `Result` in its metadata, as
`cell.metadata["chainrule"]`. The notebook has what concerns the submission as a whole, a
`NotebookRecord`, as `notebook.metadata["chainrule"]`.

A record with the MIME type VERDICT_MIME that a test displayed stays in that test's outputs as
display data, as the test wrote it, if it has at most RECORD_BYTES. It comes from the trusted
process: one that a learner's cell displays is dropped. This course's own checks display a
`CheckRecord`.

`reason` and `message` can hold text that a learner chose: it is plain text, to be escaped.
"""

from collections.abc import Iterable
from typing import Final, Literal, TypedDict

VERSION: Final = 1
KEY = "chainrule"
VERDICT_MIME = "application/vnd.chainrule.verdict+json"
RECORD_BYTES = 64 * 1024
REASON_CHARACTERS = 400

Verdict = Literal[
    "passed",
    "partly",
    "wrong",
    "error",
    "not attempted",
    "time-out",
    "memory",
    "crashed",
    "needs a person",
]
Flag = Literal["changed", "unconfined", "together"]
Kind = Literal["changed", "file", "copy", "unreadable", "missing", "unknown", "timestamp", "limit"]

PASSED: Final = "passed"
PARTLY: Final = "partly"
WRONG: Final = "wrong"
ERROR: Final = "error"
NOT_ATTEMPTED: Final = "not attempted"
TIME_OUT: Final = "time-out"
MEMORY: Final = "memory"
CRASHED: Final = "crashed"
NEEDS_PERSON: Final = "needs a person"

VERDICTS: dict[Verdict, str] = {
    PASSED: "the test gave all its points",
    PARTLY: "the test gave some of its points",
    WRONG: "the test ran and gave no points: an assertion failed, or it ended in 0",
    ERROR: "the test was ended by an exception",
    NOT_ATTEMPTED: "the answer cell is as it was released, or missing, or the test itself says so",
    TIME_OUT: "the learner's code did not come back in time",
    MEMORY: "the learner's code wanted more memory than there is for a submission",
    CRASHED: "the learner's code ended its own process",
    NEEDS_PERSON: "marked by hand, or not to be decided by the test alone: see the reason",
}

FLAGS: dict[Flag, str] = {
    "changed": "the submission had changed, moved, doubled or deleted this cell of the instructor",
    "unconfined": "graded outside of the sandbox",
    "together": "asked together: a learner's code could change this test's result",
}

KINDS: dict[Kind, str] = {
    "changed": "a cell of the instructor was edited, retyped, moved, doubled or deleted",
    "file": "a file of the submission was left out: a link, a special file, too large",
    "copy": "a file that was handed in is a copy of one of this package that computes answers",
    "unreadable": "the notebook could not be read",
    "missing": "a notebook of the assignment is not in the submission",
    "unknown": "a notebook of the submission is not of the assignment",
    "timestamp": "timestamp.txt could not be read",
    "limit": "a limit of time, memory, processes or output was reached",
}


class Result(TypedDict):
    """What became of one cell that carries marks."""

    version: int
    grade_id: str
    points: float | None  # None: a person gives the points
    max_points: float
    verdict: Verdict
    reason: str  # one plain sentence, for instructors; "" where nothing is to say
    flags: list[Flag]  # changes no mark by itself


class Finding(TypedDict):
    """Something about the submission that a person may want to know."""

    kind: Kind
    cell: str  # its grade id; "" where it is about no cell
    message: str


class NotebookRecord(TypedDict):
    """What is said of one notebook of a submission as a whole."""

    version: int
    submission: str  # the digest of the files that were handed in
    confined: bool  # False: graded with --unsafe, outside of the sandbox
    needs_person: bool  # some verdict is "needs a person"
    findings: list[Finding]


class Mistake(TypedDict):
    """A mistake that a check has named."""

    id: str
    name: str
    hint: str


class Property(TypedDict):
    """What a check gives for one marked property of an answer."""

    name: str
    points: float
    max_points: float


class Example(TypedDict):
    """The first result that a check found to differ, with the inputs that led to it.

    Values are numbers, nested lists of them, "n numbers" where they are many, or None.
    """

    inputs: dict[str, object]
    result: str
    yours: object
    true: object
    differ: list[list[int]]  # the indices of the entries that differ


class CheckRecord(TypedDict, total=False):
    """What a hidden test of this course's own checks displays of its verdict."""

    version: int
    question: str  # "exercise.function"
    points: float
    max_points: float
    verdict: Verdict
    message: str  # what the learner reads
    mistakes: list[Mistake]
    properties: list[Property]
    flags: list[str]
    carried: list[str]  # the earlier functions that the answer follows in a slip
    example: Example | None


def result(
    grade_id: str,
    points: float | None,
    max_points: float,
    verdict: Verdict,
    reason: str = "",
    flags: Iterable[Flag] = (),
) -> Result:
    """The result of one cell that carries marks, for its metadata."""
    if verdict not in VERDICTS:
        raise ValueError(f"There is no verdict {verdict!r}; there are {', '.join(VERDICTS)}.")
    return {
        "version": VERSION,
        "grade_id": grade_id,
        "points": points,
        "max_points": max_points,
        "verdict": verdict,
        "reason": plain(reason),
        "flags": sorted(flags),
    }


def finding(kind: Kind, message: str, cell: str = "") -> Finding:
    """Something about the submission that a person may want to know."""
    if kind not in KINDS:
        raise ValueError(f"There is no kind of finding {kind!r}; there are {', '.join(KINDS)}.")
    return {"kind": kind, "cell": cell, "message": plain(message)}


def plain(text: str, characters: int = REASON_CHARACTERS) -> str:
    """One line of printable text of bounded length: it may hold what a learner wrote."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split())
    return line if len(line) <= characters else line[: characters - 1] + "…"
