"""A graded notebook as what people ask of it: its questions, each with answers, marks, verdicts.

What stands in a notebook may come from a stranger (nbgrader's own autograde keeps the metadata that
was handed in), so everything is looked at before it is used, and marks come from the gradebook.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chainrule import records

from .cell_outputs import error_line, joined
from .marks import Mark, NotebookMarks
from .untrusted import Record, finding, items, mapping, number, record


@dataclass(frozen=True)
class Result:
    """What one marked cell came to. points: None while it waits for a person."""

    grade_id: str
    points: float | None
    max_points: float
    verdict: str
    reason: str = ""
    flags: tuple[str, ...] = ()
    record: Record | None = None
    by_hand: bool = False
    extra: float = 0.0

    @property
    def waits(self) -> bool:
        return self.verdict == records.NEEDS_PERSON


@dataclass(frozen=True)
class Answer:
    """A cell that the learner wrote: code, or else Markdown. comment: that of who marked it."""

    grade_id: str
    source: str
    code: bool
    outputs: tuple[Any, ...] = ()
    attachments: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""


@dataclass
class Question:
    """Answers and the results of the tests after them. asked: the text before a written answer."""

    name: str
    answers: list[Answer]
    results: list[Result]
    asked: str = ""

    @property
    def points(self) -> float:
        return sum((r.points or 0.0) + r.extra for r in self.results)

    @property
    def given(self) -> float | None:
        """The points; None while nobody has given any."""
        marked = any(result.points is not None for result in self.results)
        return self.points if marked or not self.results else None

    @property
    def max_points(self) -> float:
        return sum(r.max_points for r in self.results)


@dataclass
class Sheet:
    """One learner's notebook."""

    assignment: str
    student: str
    notebook: str
    questions: list[Question]
    findings: list[dict[str, str]]
    confined: bool | None
    penalty: float = 0.0

    @property
    def results(self) -> list[Result]:
        return [result for question in self.questions for result in question.results]

    @property
    def points(self) -> float:
        return max(0.0, sum(q.points for q in self.questions) - self.penalty)

    @property
    def max_points(self) -> float:
        return sum(q.max_points for q in self.questions)


class Unreadable(ValueError):
    """The file is no notebook."""


def read_sheet(path: Path, assignment: str, student: str, marks: NotebookMarks) -> Sheet:
    """The sheet of an autograded notebook. Raises Unreadable, OSError."""
    try:
        notebook = json.loads(path.read_bytes())
        cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise Unreadable(f"{path} is no notebook of format 4: grade it again.") from None
    about = mapping(mapping(notebook.get("metadata")).get(records.KEY))
    confined = about.get("confined")
    return Sheet(
        assignment,
        student,
        path.stem,
        list(_questions(cells, marks)),
        [f for f in map(finding, items(about.get("findings"))) if f],
        confined if isinstance(confined, bool) else None,
        marks.penalty,
    )


def _questions(cells: list[dict[str, Any]], marks: NotebookMarks) -> list[Question]:
    """Answers gather until a test follows; tests gather until the next answer."""
    questions: list[Question] = []
    answers: list[Answer] = []
    text = ""
    for cell in cells:
        about = mapping(mapping(cell.get("metadata")).get("nbgrader"))
        solution, grade, task = (about.get(key) is True for key in ("solution", "grade", "task"))
        if not (solution or grade or task):
            text = joined(cell.get("source")) if cell.get("cell_type") == "markdown" else text
            continue
        if solution or task:
            answer = _answer(cell, about, marks)
        if task or (solution and grade):
            questions.append(Question(answer.grade_id, [answer], [_result(cell, about, marks)]))
            questions[-1].asked = text
        elif solution:
            answers.append(answer)
        elif answers or not questions:
            name = answers[-1].grade_id if answers else str(about.get("grade_id"))
            questions.append(Question(name, answers, [_result(cell, about, marks)]))
            answers = []
        else:
            questions[-1].results.append(_result(cell, about, marks))
    if answers:
        questions.append(Question(answers[-1].grade_id, answers, []))
    for question in questions:
        question.results = _telling(question.results)
    return questions


def _telling(results: list[Result]) -> list[Result]:
    """A visible check of no points repeats what the test with the points says."""
    return [result for result in results if result.max_points or result.extra] or results


def _answer(cell: dict[str, Any], about: Mapping[str, Any], marks: NotebookMarks) -> Answer:
    name = str(about.get("grade_id"))
    return Answer(
        name,
        joined(cell.get("source")),
        cell.get("cell_type") == "code",
        tuple(items(cell.get("outputs"))),
        mapping(cell.get("attachments")),
        marks.comments.get(name, ""),
    )


def _result(cell: dict[str, Any], about: Mapping[str, Any], marks: NotebookMarks) -> Result:
    name = str(about.get("grade_id"))
    said = mapping(mapping(cell.get("metadata")).get(records.KEY))
    own = said.get("verdict")
    own = own if isinstance(own, str) and own in records.VERDICTS else None
    mark = marks.marks.get(name) or Mark(
        number(said.get("points")),
        number(said.get("max_points")) or number(about.get("points")) or 0.0,
        by_hand=False,
        waits=own == records.NEEDS_PERSON,
    )
    outputs = items(cell.get("outputs"))
    verdict, reason = own or _verdict(mark, outputs), joined(said.get("reason"))
    if own is None and (failed := _error(outputs)):
        reason = error_line(failed)
    if mark.waits:
        verdict = records.NEEDS_PERSON
    elif verdict == records.NEEDS_PERSON:
        verdict, reason = _verdict(mark, []), ""
    return Result(
        name,
        None if mark.waits and mark.points is None else mark.points or 0.0,
        mark.max_points,
        verdict,
        reason,
        tuple(flag for flag in items(said.get("flags")) if isinstance(flag, str)),
        record(outputs) if about.get("solution") is not True else None,
        mark.by_hand,
        mark.extra,
    )


def _verdict(mark: Mark, outputs: list[Any]) -> str:
    """The verdict that the marks alone tell, for courses graded without one."""
    points = mark.points or 0.0
    if points >= mark.max_points > 0:
        return records.PASSED
    if points > 0:
        return records.PARTLY
    failed = _error(outputs)
    if not mark.max_points and not failed:
        return records.PASSED
    asserted = not failed or failed.get("ename") == "AssertionError"
    return records.WRONG if asserted else records.ERROR


def _error(outputs: list[Any]) -> Mapping[str, Any]:
    """The first error among the outputs, or an empty mapping."""
    errors = (o for o in map(mapping, outputs) if o.get("output_type") == "error")
    return next(errors, {})
