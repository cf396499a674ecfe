"""What notebooks call: `check` tells the learner, `grade` gives nbgrader a mark and a record."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chainrule.checks import ready
from chainrule.checks.compare import as_array, as_plain
from chainrule.checks.examine import Examined, examine
from chainrule.checks.explain import explain, wrapped
from chainrule.exercises.cases import VISIBLE_SEEDS
from chainrule.exercises.questions import QUESTIONS, Question

RECORD = "application/vnd.chainrule.verdict+json"
MOST_ENTRIES = 100  # of an array, in a record

Function = Callable[..., Any]


class CheckFailed(Exception):
    """An answer is not right yet; the message says why. A notebook shows it without frames."""

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for how an exception is shown.
        return str(self).splitlines()


def check(question: str, function: Function, earlier: Sequence[Function] = ()) -> None:
    """Run a learner's function on a worked example and on fresh networks, and say what came of it.

    question: "exercise.function", as in `questions.QUESTIONS`. function: is called with copies of
    float64 arrays, examples as rows; lists, arrays and tensors may come back. earlier: the
    learner's own earlier functions, in the order of the exercise.
    Prints one line where the answer is right. Raises CheckFailed where it is not, and ValueError
    where the question is unknown.
    """
    asked = _question(question)
    if not callable(function):
        kind = type(function).__name__
        raise CheckFailed(wrapped([f"{question}: check needs your function, not a {kind}."]))
    if earlier and len(earlier) != len(asked.earlier):
        names = ", ".join(asked.earlier) or "none"
        raise ValueError(f"{question}: earlier takes {names}, in this order; not {len(earlier)}")
    own = dict(zip(asked.earlier, earlier, strict=bool(earlier)))
    examined = examine(asked, function, ready.cases_of(question, VISIBLE_SEEDS, examples=True), own)
    message = explain(examined)
    if not examined.right:
        raise CheckFailed(message)
    print(message)


def grade(
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
        record = _marked(_question(question), function, tuple(seeds), points, earlier)
    except Exception as error:
        words = f"{question}: this test itself failed ({type(error).__name__}: {error})."
        message = wrapped([f"{words} A person has to look at it."])
        record = _record(question, "error", message, 0.0, most) | {"flags": ["test failed"]}
    _display(record)
    return float(record["points"])


def _question(name: str) -> Question:
    if name not in QUESTIONS:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(QUESTIONS)}")
    return QUESTIONS[name]


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
    question: Question,
    getter: Callable[[], Function],
    seeds: tuple[int, ...],
    points: Mapping[str, float],
    earlier: Sequence[Callable[[], Function]],
) -> dict[str, Any]:
    unknown = set(points) ^ {prop.name for prop in question.properties}
    if unknown:
        raise ValueError(f"points and properties differ: {', '.join(sorted(unknown))}")
    most = math.fsum(points.values())
    function = _look_up(getter)
    if isinstance(function, str):
        message = wrapped([f"{question.name}: {function}"])
        return _record(question.name, "error", message, 0.0, most)
    found = {name: _look_up(one) for name, one in zip(question.earlier, earlier, strict=True)}
    own = {name: one for name, one in found.items() if not isinstance(one, str)}
    examined = examine(
        question, function, ready.cases_of(question.name, seeds, examples=False), own
    )
    return _verdict(examined, points)


def _verdict(examined: Examined, points: Mapping[str, float]) -> dict[str, Any]:
    most = math.fsum(points.values())
    marks = {
        one.property.name: 0.0 if one.fault else float(points[one.property.name])
        for one in examined.judged
    }
    total = math.fsum(marks.values())  # exact, in whatever order the properties are
    if not examined.attempted:
        verdict = "not attempted"
    elif total == most:
        verdict = "passed"
    elif total > 0:
        verdict = "partly"
    elif all(tried.problem for _, tried in examined.attempts):
        verdict = "error"
    else:
        verdict = "wrong"
    message = f"{explain(examined)}\nMarks: {total:g} of {most:g}."
    record = _record(examined.question.name, verdict, message, total, most)
    return record | {
        "mistakes": [
            {"id": mistake.id, "name": mistake.name, "hint": mistake.hint}
            for mistake in examined.mistakes
        ],
        "properties": [
            {"name": name, "points": marks[name], "max_points": float(points[name])}
            for name in marks
        ],
        "flags": [*examined.flags, *(f"argument changed: {name}" for name in examined.changed)],
        "carried": list(examined.carried),
        "example": _example(examined),
    }


def _record(
    question: str, verdict: str, message: str, points: float, most: float
) -> dict[str, Any]:
    return {
        "version": 1,
        "question": question,
        "points": points,
        "max_points": most,
        "verdict": verdict,
        "message": message,
        "mistakes": [],
        "properties": [],
        "flags": [],
        "carried": [],
        "example": None,
    }


def _example(examined: Examined) -> dict[str, Any] | None:
    """The first result that differs, with the inputs that led to it."""
    fault = examined.faults[0].fault if examined.faults else None
    if fault is None or not fault.differences:
        return None
    name, found = next(iter(fault.differences.items()))
    return {
        "inputs": {key: _shown(value) for key, value in fault.case.arguments.items()},
        "result": name,
        "yours": _shown(found.yours),
        "true": _shown(fault.case.truth[name]),
        "differ": [list(index) for index in found.where],
    }


def _shown(value: Any) -> Any:
    """A value as a record shows it. A learner may return anything: at most this much of it."""
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    array = as_array(value)
    if array is None:
        return None
    return as_plain(array) if array.size <= MOST_ENTRIES else f"{array.size} numbers"


def _display(record: dict[str, Any]) -> None:
    from IPython.display import display  # here, so that `import chainrule` stays light

    display({RECORD: record, "text/plain": record["message"]}, raw=True)
