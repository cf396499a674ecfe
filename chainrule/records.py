"""What grading says of a submission, and where in the autograded notebook it is kept.

Feedback and reports are built on this format; everything in it is plain JSON.

Each cell that carries marks (tests, written answers, tasks) has its result in its metadata::

    cell.metadata["chainrule"] = {
        "version": 1,
        "grade_id": "test_squares",
        "points": 0.5,            # None: a person gives the points
        "max_points": 1.0,
        "verdict": "partly",      # one of VERDICTS
        "reason": "...",          # one plain sentence, for instructors; "" where nothing is to say
        "flags": ["changed"],     # of FLAGS; changes no mark by itself
    }

The notebook has what concerns the submission as a whole::

    notebook.metadata["chainrule"] = {
        "version": 1,
        "submission": "<sha256 of the submitted files>",
        "confined": True,         # False: graded with --unsafe, outside of the sandbox
        "needs_person": True,     # some verdict is "needs a person"
        "findings": [{"kind": "changed", "cell": "test_squares", "message": "..."}],   # KINDS
    }

A record with the MIME type VERDICT_MIME that a test displayed stays in that test's outputs as
display data, as the test wrote it, if it has at most RECORD_BYTES. It comes from the trusted
process: one that a learner's cell displays is dropped.

`reason` and `message` can hold text that a learner chose: it is plain text, to be escaped.
"""

from typing import Any

VERSION = 1
KEY = "chainrule"
VERDICT_MIME = "application/vnd.chainrule.verdict+json"
RECORD_BYTES = 64 * 1024
REASON_CHARACTERS = 400

PASSED = "passed"
PARTLY = "partly"
WRONG = "wrong"
ERROR = "error"
NOT_ATTEMPTED = "not attempted"
TIME_OUT = "time-out"
MEMORY = "memory"
CRASHED = "crashed"
NEEDS_PERSON = "needs a person"

VERDICTS = {
    PASSED: "the test gave all its points",
    PARTLY: "the test gave some of its points",
    WRONG: "the test ran and gave no points: an assertion failed, or it ended in 0",
    ERROR: "the test was ended by an exception",
    NOT_ATTEMPTED: "the answer cell is as it was released, or is missing",
    TIME_OUT: "the learner's code did not come back in time",
    MEMORY: "the learner's code wanted more memory than there is for a submission",
    CRASHED: "the learner's code ended its own process",
    NEEDS_PERSON: "marked by hand, or not to be decided by the test alone: see the reason",
}

FLAGS = {
    "changed": "the submission had changed, moved, doubled or deleted this cell of the instructor",
    "unconfined": "graded outside of the sandbox",
}

KINDS = {
    "changed": "a cell of the instructor was edited, retyped, moved, doubled or deleted",
    "file": "a file of the submission was left out: a link, a special file, too large",
    "copy": "a file that was handed in is a copy of one of this package that computes answers",
    "unreadable": "the notebook could not be read",
    "missing": "a notebook of the assignment is not in the submission",
    "unknown": "a notebook of the submission is not of the assignment",
    "timestamp": "timestamp.txt could not be read",
    "limit": "a limit of time, memory, processes or output was reached",
    "cut": "outputs were too long and were cut",
}


def result(
    grade_id: str,
    points: float | None,
    max_points: float,
    verdict: str,
    reason: str = "",
    flags: list[str] | None = None,
) -> dict[str, Any]:
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
        "flags": sorted(flags or []),
    }


def finding(kind: str, message: str, cell: str = "") -> dict[str, str]:
    """Something about the submission that a person may want to know."""
    if kind not in KINDS:
        raise ValueError(f"There is no kind of finding {kind!r}; there are {', '.join(KINDS)}.")
    return {"kind": kind, "cell": cell, "message": plain(message)}


def plain(text: str, characters: int = REASON_CHARACTERS) -> str:
    """One line of printable text of bounded length: it may hold what a learner wrote."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split())
    return line if len(line) <= characters else line[: characters - 1] + "…"
