"""One call of a learner's function: what came back, or in one sentence what went wrong.

The function gets copies of the arguments. What it prints is kept apart, so that a check shows its
own words first and nothing reaches stderr, where nbgrader would take the marks for it.
"""

import contextlib
import inspect
import io
import linecache
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from chainrule.exercises.cases import Case
from chainrule.functions import known
from chainrule.records import plain

CHARACTERS = 300  # of what an exception says
PRINTED = 2000  # characters that are kept of what a call prints
Kind = Literal["returned", "not attempted", "raised", "None", "type", "misfit", "late"]


@dataclass(frozen=True)
class Attempt:
    """The results by name, or in `problem` why there are none; `changed` arguments are named.

    kind: "misfit" where an earlier function's result does not fit the next step, "late" where the
    time was over. line: the learner's own that raised, as typed, and the function that it is in; ""
    where they are not known. printed: the beginning of what the call printed.
    """

    results: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    kind: Kind = "returned"
    error: Exception | None = None
    changed: tuple[str, ...] = ()
    line: str = ""
    inside: str = ""
    printed: str = ""


def attempt(function: Callable[..., Any], case: Case) -> Attempt:
    """Call the function with the case's arguments."""
    return attempts(function, [case])[0]


def attempts(
    function: Callable[..., Any],
    cases: Sequence[Case],
    instead: Mapping[str, Callable[..., Any]] | None = None,
) -> list[Attempt]:
    """Call the function with each case's arguments, in this order.

    instead: functions that meanwhile take the place of its notebook's, by name.
    """
    given = [{name: copied(value) for name, value in case.arguments.items()} for case in cases]
    with quiet() as sink:
        # Of a function in another process, all calls go there at once.
        called = [tuple(one.values()) for one in given]
        them = known(function)
        calls = them.call_each(called, instead) if instead else them.call_each(called)
        return [
            replace(_outcome(call, arguments, case), printed=sink.take())
            for call, arguments, case in zip(calls, given, cases, strict=True)
        ]


def _outcome(call: Callable[[], Any], arguments: Mapping[str, Any], case: Case) -> Attempt:
    try:
        returned = call()
    except NotImplementedError:
        return Attempt(problem="not attempted yet", kind="not attempted")
    except (Exception, SystemExit) as error:
        told = _plain(error)
        line, inside = learners_line(error)
        words = _raised(type(error).__name__, told)
        if isinstance(error, SystemExit):
            words += ". That ends a whole program; a function ends at its return line."
        return Attempt(problem=words, kind="raised", error=told, line=line, inside=inside)
    changed = tuple(name for name in arguments if not _equal(arguments[name], case.arguments[name]))
    if returned is None:
        words = "it returned None: does every way through it end in a return line?"
        return Attempt(problem=words, kind="None", changed=changed)
    if words := _later(returned):
        return Attempt(problem=words, kind="type", changed=changed)
    try:
        return Attempt(dict(unpack(returned, case.results)), changed=changed)
    except TypeError as error:
        return Attempt(problem=str(error), kind="type", changed=changed)


class Sink(io.TextIOBase):
    """Takes what is printed and keeps the beginning: a learner may print a million lines."""

    def __init__(self) -> None:
        self._kept = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if len(self._kept) < PRINTED:
            self._kept += text[: PRINTED - len(self._kept)]
        return len(text)

    def take(self) -> str:
        """What was printed since the last time."""
        taken, self._kept = self._kept, ""
        return taken


def _later(returned: Any) -> str:
    """Why what came back has not begun to run; "" where it is a value."""
    if inspect.iscoroutine(returned):
        returned.close()  # else Python warns that nobody waited for it
        return "it returned a coroutine, as an `async def` does: leave `async` out."
    if inspect.isgenerator(returned):
        return "it returned a generator, as a function with `yield` does: write `return` there."
    return ""


@contextlib.contextmanager
def quiet() -> Iterator[Sink]:
    """No warnings, and nothing printed."""
    sink = Sink()
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        warnings.simplefilter("ignore")
        yield sink


def unpack(returned: Any, names: Any) -> list[tuple[str, Any]]:
    """What was returned, by name; nested as the names are. Raises TypeError with a sentence."""
    if isinstance(names, str):
        return [(names, returned)]
    listed = ", ".join(getattr(name, "name", name) for name in names)
    if isinstance(returned, np.ndarray) and returned.dtype == object:
        if returned.ndim != 1:
            held = f"one NumPy array of {returned.size} Python objects"
            raise TypeError(f"it returned {held}; it should return a tuple: {listed}.")
        returned = list(returned)  # arrays of different shapes, kept together
    if not isinstance(returned, tuple | list):
        kind = type(returned).__name__
        raise TypeError(f"it returned one {kind}; it should return a tuple: {listed}.")
    if len(returned) != len(names):
        count = f"{len(returned)} values; it should return {len(names)}"
        raise TypeError(f"it returned {count}: {listed}.")
    return [
        pair for value, name in zip(returned, names, strict=True) for pair in unpack(value, name)
    ]


def copied(value: Any) -> Any:
    """A copy of an argument, so that a function can write to it."""
    if isinstance(value, tuple):
        return tuple(copied(item) for item in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _equal(value: Any, original: Any) -> bool:
    if isinstance(original, tuple):
        pairs = zip(value, original, strict=True)
        return len(value) == len(original) and all(_equal(one, other) for one, other in pairs)
    if not isinstance(original, np.ndarray):
        return bool(value == original)
    if value.shape != original.shape:
        return False
    # Mostly nothing was written; then the bytes say so, in a tenth of the time.
    return value.tobytes() == original.tobytes() or bool(np.array_equal(value, original))


def _plain(error: BaseException) -> Exception:
    """An exception that can say its text; a learner's own kind may fail even at that."""
    try:
        text = str(error)
    except Exception:
        text = ""
    return error if isinstance(error, Exception) and text else RuntimeError(text)


def _raised(name: str, error: Exception) -> str:
    """The exception in one sentence."""
    text = plain(str(error), CHARACTERS)
    return f"it raised {name}{': ' if text else ''}{text}"


def learners_line(error: BaseException) -> tuple[str, str]:
    """The last line of the learner's notebook that it came through, and its function."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input")
    ]
    if not frames:
        return "", ""
    line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
    return line, frames[-1].name if frames[-1].name.isidentifier() else ""
