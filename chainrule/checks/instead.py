"""Right functions in place of a learner's earlier ones, so that a later one is seen by itself.

A right function is not handed over: what takes a name's place asks here, only while the later
function runs, and only for numbers of a few hundred entries. In grading it is asked across the
wall, so that no formula is on the learner's side; in a notebook, which has the package, it asks
the package.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from chainrule.checks.attempt import Attempt, attempts, copied, quiet, unpack
from chainrule.checks.compare import as_array, difference
from chainrule.exercises.cases import Case
from chainrule.exercises.form import Question
from chainrule.mistakes.variants import right_function
from chainrule.networks.formulas import MissingName

MOST_ENTRIES = 10_000  # of one argument
MOST_CALLS = 10_000
MOST_ALONE = 20  # calls of an earlier function by itself

Function = Callable[..., Any]


@dataclass
class Instead:
    """What takes the place of a question's earlier functions.

    strict: no call may have more arguments than are needed, since the learner's own ones are not
    known to take them. asked: the names of those that were called. calls: of each call that came to
    an end, the name and the arguments in order.
    """

    question: Question
    strict: bool = False
    asked: set[str] = field(default_factory=set)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    _answers: bool = False

    @property
    def functions(self) -> dict[str, Function]:
        """The functions by name; they answer as long as `answering` lasts."""
        return {name: self._named(name) for name in _right(self.question)}

    def _named(self, name: str) -> Function:
        def function(*given: Any, **by_name: Any) -> Any:
            return self._answer(name, given, by_name)

        function.__name__ = function.__qualname__ = name
        return function

    @contextmanager
    def answering(self) -> Iterator[None]:
        self._answers = True
        try:
            yield
        finally:
            self._answers = False

    @property
    def called(self) -> tuple[str, ...]:
        """The names of those that were called, in the order of the exercise."""
        return tuple(name for name in self.question.earlier if name in self.asked)

    def attempts(self, function: Function, cases: Sequence[Case]) -> list[Attempt]:
        """The calls of the later function."""
        with self.answering():
            return attempts(function, cases, self.functions)

    def wrong(self, own: Mapping[str, Function]) -> Iterator[tuple[str, bool]]:
        """The learner's own that are wrong where one was asked, and whether what such a one gives
        has another form than it should: other shapes, or another count.

        They are looked at in the same way, so that none is blamed for what is before it.
        """
        for name in self.called:
            if name not in own:
                yield name, False
                continue
            within = Instead(_sibling(self.question, name))
            cases = [_case(self.question, *one) for one in self.calls if one[0] == name]
            tried = within.attempts(own[name], cases[:MOST_ALONE])
            faults = [_off(*one) for one in zip(tried, cases, strict=False)]
            if any(faults):
                yield name, "form" in faults
            yield from within.wrong(own)

    def _answer(self, name: str, given: Sequence[Any], by_name: Mapping[str, Any]) -> Any:
        if not self._answers or len(self.calls) >= MOST_CALLS:
            raise RuntimeError(f"nobody answers for {name} any more")
        self.asked.add(name)
        earlier = _sibling(self.question, name)
        if self.strict and len(given) + len(by_name) > len(earlier.arguments):
            takes, got = len(earlier.arguments), len(given) + len(by_name)
            raise TypeError(f"{name}() takes {takes} arguments but {got} were given")
        arguments = _in_order(earlier, given, by_name)
        numbers = tuple(
            _numbers(earlier, *pair) for pair in zip(earlier.arguments, arguments, strict=True)
        )
        returned = _right(self.question)[name](*map(copied, numbers))
        self.calls.append((name, numbers))
        tensors = any(type(one).__module__ == "torch" for one in arguments)
        return _as_tensors(returned) if tensors else returned


@cache
def _right(question: Question) -> dict[str, Function]:
    """The right earlier functions by name; none where they are not known."""
    if question.recorded or question.home is None:
        return {}
    found = {}
    for name in question.earlier:
        try:
            found[name] = right_function(question.home.question(name))
        except MissingName:
            continue
    return found


def _sibling(question: Question, name: str) -> Question:
    assert question.home is not None
    return question.home.question(name)


def _in_order(
    earlier: Question, given: Sequence[Any], by_name: Mapping[str, Any]
) -> tuple[Any, ...]:
    """The arguments of a call, which may have the learner's own names, and more than are needed.

    Raises TypeError.
    """
    known = dict(zip(earlier.arguments, given, strict=False))
    known |= {name: value for name, value in by_name.items() if name in earlier.arguments}
    others = [value for name, value in by_name.items() if name not in earlier.arguments]
    missing = [name for name in earlier.arguments if name not in known]
    if len(missing) > len(others):
        raise TypeError(f"{earlier.function}() is called without {' and '.join(missing)}")
    known |= dict(zip(missing, others, strict=False))
    return tuple(known[name] for name in earlier.arguments)


def _numbers(earlier: Question, name: str, value: Any) -> Any:
    """An argument as numbers; several arrays as a tuple of these. Raises TypeError."""
    if isinstance(value, tuple | list) and _is_bundle(earlier, name):
        return tuple(_array(earlier, f"part of {name}", one) for one in value)
    return _array(earlier, name, value)


def _array(earlier: Question, name: str, value: Any) -> Any:
    array = as_array(value)
    if array is None or array.size > MOST_ENTRIES:
        what = type(value).__name__ if array is None else f"array of {array.size} numbers"
        raise TypeError(f"{earlier.function}() is called with a {what} as {name}")
    return np.array(array, dtype=float) if array.ndim else float(array)


def _is_bundle(earlier: Question, name: str) -> bool:
    """Whether an argument is several arrays."""
    tables = earlier.home.tables if earlier.home else ()
    return any(isinstance(table.get(name), tuple) for table in tables)


def _as_tensors(returned: Any) -> Any:
    import torch

    if isinstance(returned, tuple):
        return tuple(map(_as_tensors, returned))
    return torch.from_numpy(np.asarray(returned, dtype=float))


def _case(question: Question, name: str, arguments: tuple[Any, ...]) -> Case:
    """A call of an earlier function, with the truth."""
    earlier = _sibling(question, name)
    with quiet():
        returned = _right(question)[name](*map(copied, arguments))
    results: Any = earlier.results
    if not isinstance(results, tuple) and isinstance(returned, tuple):
        results = tuple(f"{results}[{number}]" for number in range(len(returned)))
    truth = {one: np.asarray(value, float) for one, value in unpack(returned, results)}
    return Case("earlier", "", dict(zip(earlier.arguments, arguments, strict=True)), results, truth)


def _off(tried: Attempt, case: Case) -> str | None:
    """What is wrong with a call: "numbers", "form", or None."""
    if not tried.results:
        return "form" if tried.kind == "type" else "numbers"
    for name, true in case.truth.items():
        found = difference(tried.results[name], true, name)
        if found:
            return "form" if found.kind == "shape" else "numbers"
    return "numbers" if tried.changed else None
