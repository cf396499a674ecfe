"""What a hidden test calls: `mark` gives nbgrader a mark, and whoever reads it a record."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chainrule.blocks import Headline
from chainrule.checks.examine import Examined, examine
from chainrule.checks.explain import explain
from chainrule.checks.flags import Flag
from chainrule.checks.plain_text import plain_text
from chainrule.checks.record import Part, Record, example
from chainrule.exercises.cases import cases
from chainrule.exercises.questions import question as question_of
from chainrule.records import VERDICT_MIME

Function = Callable[..., Any]


def mark(
    question: str,
    function: Callable[[], Function],
    seeds: Sequence[int],
    points: Mapping[str, float],
    earlier: Sequence[Callable[[], Function]] = (),
) -> float:
    """Mark a learner's function on fresh networks from the seeds, by property; never raises.

    function, earlier: look the functions up only when they are called, so that a name that does not
    exist is a verdict and not an error. seeds: of the fresh networks. points: by the question's
    properties; where they differ from these, the record is for a person.
    Displays the verdict record, and returns the mark, from 0 to the sum of the points, as a plain
    float, which is what nbgrader reads.
    """
    most = math.fsum(points.values())
    try:
        record = _marked(question, function, tuple(seeds), points, earlier)
    except Exception as error:
        failed = f"this test itself failed ({type(error).__name__}: {error})."
        said = Headline(question, f"{failed} A person has to look at it.")
        record = Record(question, "error", 0.0, most, (said,), flags=(Flag("test failed"),))
    _display(record)
    return record.points


grade = mark  # what notebooks of earlier terms call it; they are graded all the same


def _look_up(getter: Callable[[], Function]) -> Function | str:
    """The learner's function, or a sentence why there is none."""
    try:
        function = getter()
    except NameError as error:
        return f"{error}: the cell that defines it is missing or did not run."
    if not callable(function):
        return f"the name holds a {type(function).__name__}, not a function."
    return function


def _marked(
    question: str,
    getter: Callable[[], Function],
    seeds: tuple[int, ...],
    points: Mapping[str, float],
    earlier: Sequence[Callable[[], Function]],
) -> Record:
    asked = question_of(question)
    unknown = set(points) ^ {prop.name for prop in asked.properties}
    if unknown:
        raise ValueError(f"points and properties differ: {', '.join(sorted(unknown))}")
    function = _look_up(getter)
    if isinstance(function, str):
        said = Headline(question, function)
        return Record(question, "error", 0.0, math.fsum(points.values()), (said,))
    found = {name: _look_up(one) for name, one in zip(asked.earlier, earlier, strict=True)}
    own = {name: one for name, one in found.items() if not isinstance(one, str)}
    return _record(examine(asked, function, cases(question, seeds), own), points)


def _record(examined: Examined, points: Mapping[str, float]) -> Record:
    parts = tuple(
        Part(name, 0.0 if one.fault else float(points[name]), float(points[name]))
        for one in examined.judged
        for name in [one.property.name]
    )
    total = math.fsum(part.points for part in parts)  # exact, in whatever order they are
    most = math.fsum(part.max_points for part in parts)
    return Record(
        examined.question.name,
        _verdict(examined, total, most),
        total,
        most,
        explain(examined),
        examined.mistakes,
        parts,
        (*examined.flags, *(Flag("argument changed", name) for name in examined.changed)),
        examined.carried,
        example(examined),
    )


def _verdict(examined: Examined, total: float, most: float) -> str:
    if not examined.attempted:
        return "not attempted"
    if total == most:
        return "passed"
    if total > 0:
        return "partly"
    stopped = all(tried.problem for _, tried in examined.attempts)
    return "error" if stopped else "wrong"


def _display(record: Record) -> None:
    from IPython.display import display  # here, so that `import chainrule` stays light

    marks = f"Marks: {record.points:g} of {record.max_points:g}."
    text = f"{plain_text(record.blocks)}\n{marks}"
    display({VERDICT_MIME: record.as_json(), "text/plain": text}, raw=True)
