"""From what a test cell did to its points and its verdict."""

import math
import numbers
from collections.abc import Iterable
from typing import Any

from . import records
from .trouble import Gone, Machinery, NeedsPerson

_NO_VALUE = object()


def judge(
    cell: dict[str, Any],
    outputs: list[dict[str, Any]],
    error: BaseException | None,
    value: Any,
    trouble: list[Gone | NeedsPerson | Machinery],
    blamed: str,
    attempted: bool,
) -> dict[str, Any]:
    """The result of a test cell, for its metadata.

    cell: of a plan. outputs, error: of the trusted process. value: of its last expression.
    trouble: what the learner process did meanwhile. blamed: "" or the verdict and reason of an
    answer that never came back and that the test asked for. attempted: whether any answer that
    the test looked at was written.
    """
    most = cell["points"]
    verdict, reason, points = _judged(most, outputs, error, value, trouble)
    if points == 0 and verdict in (records.WRONG, records.ERROR):
        if blamed:
            verdict, _, reason = blamed.partition(": ")
        elif not attempted:
            verdict, reason = records.NOT_ATTEMPTED, ""
    return records.result(cell["grade_id"], points, most, verdict, reason)


def _judged(
    most: float,
    outputs: list[dict[str, Any]],
    error: BaseException | None,
    value: Any,
    trouble: list[Gone | NeedsPerson | Machinery],
) -> tuple[str, str, float]:
    if trouble:
        first = trouble[0]
        if isinstance(first, Gone):
            return first.verdict, first.reason, 0.0
        return records.NEEDS_PERSON, str(first), 0.0
    # A check's own kind of exception says the same as an assertion.
    if error is not None and (
        isinstance(error, AssertionError) or type(error).__module__ != "builtins"
    ):
        return records.WRONG, _said(error), 0.0
    if isinstance(error, MemoryError):
        return records.MEMORY, _said(error), 0.0
    if error is not None:
        if "RemoteFunction" in str(error):
            return records.NEEDS_PERSON, f"the test needs the function itself: {_said(error)}", 0.0
        return records.ERROR, _said(error), 0.0
    if any(o["output_type"] == "error" for o in outputs):
        return records.ERROR, "the test put out an error", 0.0
    if any(o["output_type"] == "stream" and o["name"] == "stderr" for o in outputs):
        return records.ERROR, "something was written to stderr: nbgrader gives no points then", 0.0
    points = as_points(value)
    if points is None:
        return records.PASSED, "", most
    if not math.isfinite(points) or points < 0 or points > most:
        return records.NEEDS_PERSON, f"the test gave {points:g} of {most:g} points", 0.0
    if points == most:
        return records.PASSED, "", points
    return (records.PARTLY, "", points) if points > 0 else (records.WRONG, "", points)


def as_points(value: Any) -> float | None:
    """The number that a test ended in; None for anything else, which gives all the points."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.inf


def by_hand(cell: dict[str, Any], answered: bool) -> dict[str, Any]:
    """The result of a cell that a person marks: nbgrader gives 0 to one left as it was released."""
    if not answered and not cell["task"]:
        return records.result(cell["grade_id"], 0.0, cell["points"], records.NOT_ATTEMPTED)
    what = "a task" if cell["task"] else "an answer"
    reason = f"{what} that is marked by hand"
    return records.result(cell["grade_id"], None, cell["points"], records.NEEDS_PERSON, reason)


def unmarked(cells: Iterable[dict[str, Any]], verdict: str, reason: str) -> list[dict[str, Any]]:
    """Results of no points for all cells of a plan that carry marks."""
    marked = [c for c in cells if c["kind"] is not None and c["points"] is not None]
    return [records.result(c["grade_id"], 0.0, c["points"], verdict, reason) for c in marked]


def _said(error: BaseException) -> str:
    told = getattr(error, "learner_type", type(error).__name__)
    return f"{told}: {error}" if str(error) else str(told)
