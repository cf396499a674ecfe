"""From how a question ended to its verdict and points: whose doing it was decides.

A question gets no points where that was seen to be the learner's doing: by what the learner's own
process said or did, or by a test that the instructor's own answer passes. What the instructor's
cell did of itself is for a person, and so is whatever cannot cross the wall. What the machinery did
is no verdict at all: the submission is graded again (`trouble.Machinery`). docs/grading.md has the
table, and the tests have a test a row.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import records
from ...records import Result, Verdict
from ..plain_data import FreeCell, ModelResult, Output, PlannedCell
from ..wall.points import as_points, is_number_in_disguise
from ..wall.trouble import (
    Gone,
    Machinery,
    NeedsPerson,
    OutOfTime,
    Unfinished,
    is_the_walls,
    many_crossings,
)

STDERR = "something was written to stderr: nbgrader gives no points then"

Decided = tuple[Verdict, str, float]  # verdict, reason, points


@dataclass
class Ending:
    """How a test cell ended, in the process of the tests.

    outputs, error: the cell's. value: of its last expression. trouble: what the learner process
    did meanwhile, also where the test hid it. asked: whether the test came as far as asking for
    anything of the learner's. answered: whether any answer that it asked for was written.
    blamed: verdict and reason of an answer that never came back, and that the test asked for.
    spent: the seconds of the test's time that it spent in the learner's code. crossings: how often
    it went over the wall. seconds: of the test's time in all. unlike: "" or why the test may see
    another state than the learner's code does.
    """

    outputs: Sequence[Output] = ()
    error: BaseException | None = None
    value: Any = None
    trouble: Sequence[Gone | NeedsPerson | Machinery] = ()
    asked: bool = True
    answered: bool = True
    blamed: tuple[Verdict, str] | None = None
    spent: float = 0.0
    crossings: int = 0
    seconds: float = 0.0
    unlike: str = ""


def judge(cell: PlannedCell, ending: Ending, model: ModelResult | None = None) -> Result:
    """The result of a test cell, for its metadata. model: None if it is not known.

    Raises Machinery.
    """
    most = cell["points"] or 0.0
    verdict, reason, points = _decide(most, ending)
    if model is not None and model["blind"] and points > 0:
        verdict, points = records.NEEDS_PERSON, 0.0
        reason = "the test does not see what the answers have done: it passes without them, too"
    elif (
        model is not None
        and model["points"] < most
        and points < most
        and not _seen(ending, verdict, model)
    ):
        verdict, reason = records.NEEDS_PERSON, _no_fair_test(model)
    return records.result(cell["grade_id"], points, most, verdict, reason)


def _decide(most: float, ending: Ending) -> Decided:
    for trouble in ending.trouble:
        if isinstance(trouble, Machinery):
            raise trouble
    for trouble in ending.trouble:
        if isinstance(trouble, Gone):
            return trouble.verdict, trouble.reason, 0.0
        if isinstance(trouble, Unfinished) and not ending.answered:
            return records.NOT_ATTEMPTED, "", 0.0
        return records.NEEDS_PERSON, str(trouble), 0.0
    if isinstance(ending.error, OutOfTime):
        return _late(ending)
    verdict, reason, points = _judged(most, ending)
    if points == 0 and verdict in (records.WRONG, records.ERROR):
        if ending.blamed is not None:
            verdict, reason = ending.blamed
        elif not ending.answered:
            verdict, reason = records.NOT_ATTEMPTED, ""
        elif not ending.asked:
            said = f": {reason}" if reason else ""
            reason = f"the test failed before it came to anything of the learner's{said}"
            verdict = records.NEEDS_PERSON
        elif ending.unlike:
            verdict, reason = records.NEEDS_PERSON, f"{ending.unlike}: {reason or verdict}"
    return verdict, reason, points


def _late(ending: Ending) -> Decided:
    """The test ran out of time: in the learner's code, or in its own."""
    seconds = f"{ending.seconds:g} s"
    if is_the_walls(ending.crossings, ending.seconds):
        return records.NEEDS_PERSON, many_crossings(ending.crossings, ending.seconds), 0.0
    if ending.spent >= ending.seconds / 2:
        return records.TIME_OUT, f"the test took {seconds}, most of it in the learner's code", 0.0
    reason = f"the test took {seconds}, most of it in its own code"
    return records.NEEDS_PERSON, reason, 0.0


def _judged(most: float, ending: Ending) -> Decided:
    error, outputs = ending.error, ending.outputs
    if error is not None:
        return _raised(error)
    if any(o["output_type"] == "error" for o in outputs):
        return records.ERROR, "the test put out an error", 0.0
    if any(o["output_type"] == "stream" and o["name"] == "stderr" for o in outputs):
        return records.ERROR, STDERR, 0.0
    points = as_points(ending.value)
    if points is None and is_number_in_disguise(ending.value):
        return records.NEEDS_PERSON, f"the test ended in {ending.value!r}, which is no number", 0.0
    if points is None:
        return records.PASSED, "", most
    if not math.isfinite(points) or points < 0 or points > most:
        return records.NEEDS_PERSON, f"the test gave {points:g} of {most:g} points", 0.0
    if points == most:
        return records.PASSED, "", points
    if points > 0:
        return records.PARTLY, "", points
    return records.NOT_ATTEMPTED if _says_not_attempted(outputs) else records.WRONG, "", points


def _says_not_attempted(outputs: Sequence[Output]) -> bool:
    """Whether the test's own record of its verdict says so: it has called what was asked for."""
    for output in outputs:
        if output["output_type"] == "display_data":
            said = output["data"].get(records.VERDICT_MIME)
            if isinstance(said, dict) and said.get("verdict") == records.NOT_ATTEMPTED:
                return True
    return False


def _raised(error: BaseException) -> Decided:
    said = _said(error)
    theirs = hasattr(error, "learner_type")  # the learner's code raised it
    # A check's own kind of exception says the same as an assertion.
    if isinstance(error, AssertionError) or type(error).__module__ != "builtins":
        return records.WRONG, said, 0.0
    if isinstance(error, MemoryError):
        if theirs:
            return records.MEMORY, said, 0.0
        return records.NEEDS_PERSON, "the test itself wanted more memory than there is", 0.0
    if "RemoteFunction" in str(error):
        return records.NEEDS_PERSON, f"the test needs the function itself: {said}", 0.0
    if isinstance(error, (ImportError, SyntaxError)) and not theirs:
        return records.NEEDS_PERSON, f"the test itself cannot run here: {said}", 0.0
    return records.ERROR, said, 0.0


def _seen(ending: Ending, verdict: Verdict, model: ModelResult) -> bool:
    """Whether the learner was seen to have done it, whatever the test is worth."""
    gone = any(isinstance(trouble, Gone) for trouble in ending.trouble)
    if verdict == records.TIME_OUT and model["verdict"] == verdict:
        return False  # it takes too long for anybody's answer
    return gone or ending.blamed is not None or verdict == records.NOT_ATTEMPTED


def _no_fair_test(model: ModelResult) -> str:
    if model["together"]:
        return f"this test asks for more than plain values: {model['reason']}"
    return f"the instructor's own answer does not pass this test: {model['reason']}"


def without_ignored(outputs: Sequence[Output], pattern: str) -> list[Output]:
    """The outputs that count: nbgrader can be told of what costs no points on stderr."""
    if not pattern:
        return list(outputs)
    return [
        o
        for o in outputs
        if not (
            o["output_type"] == "stream" and o["name"] == "stderr" and re.search(pattern, o["text"])
        )
    ]


def by_hand(cell: PlannedCell, untouched: bool) -> Result:
    """The result of a cell that a person marks: nbgrader gives 0 to one left as it was released.

    untouched: that it was seen to be so. One that is not there may have lost its id on the way.
    """
    most = cell["points"] or 0.0
    if untouched and not cell["task"]:
        return records.result(cell["grade_id"], 0.0, most, records.NOT_ATTEMPTED)
    what = "a task" if cell["task"] else "an answer"
    reason = f"{what} that is marked by hand"
    return records.result(cell["grade_id"], None, most, records.NEEDS_PERSON, reason)


def unmarked(
    cells: Iterable[PlannedCell | FreeCell], verdict: Verdict, reason: str
) -> list[Result]:
    """Results of no points for all cells of a plan that carry marks."""
    known = [cell for cell in cells if cell["kind"] is not None]
    return [
        records.result(cell["grade_id"], 0.0, cell["points"], verdict, reason)
        for cell in known
        if cell["points"] is not None
    ]


def _said(error: BaseException) -> str:
    told = getattr(error, "learner_type", type(error).__name__)
    return f"{told}: {error}" if str(error) else str(told)
