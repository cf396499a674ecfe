"""One call of a learner's function: what came back, or in one sentence what went wrong.

The function gets copies of the arguments. What it prints is dropped, so that a check shows only
its own words and nothing reaches stderr, where nbgrader would take the marks for it.
"""

import contextlib
import io
import linecache
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.exercises.cases import Case
from chainrule.functions import known


@dataclass(frozen=True)
class Attempt:
    """The results by name, or in `problem` why there are none; `changed` arguments are named."""

    results: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    kind: str = "returned"  # or "not attempted", "raised", "None", "type", "misfit", "late"
    error: Exception | None = None
    changed: tuple[str, ...] = ()


def attempt(function: Callable[..., Any], case: Case) -> Attempt:
    """Call the function with the case's arguments."""
    return attempts(function, [case])[0]


def attempts(function: Callable[..., Any], cases: Sequence[Case]) -> list[Attempt]:
    """Call the function with each case's arguments, in this order."""
    given = [{name: _copy(value) for name, value in case.arguments.items()} for case in cases]
    with quiet():
        # Of a function in another process, all calls go there at once.
        calls = known(function).call_each([tuple(one.values()) for one in given])
        return [
            _outcome(call, arguments, case)
            for call, arguments, case in zip(calls, given, cases, strict=True)
        ]


def _outcome(call: Callable[[], Any], arguments: Mapping[str, Any], case: Case) -> Attempt:
    try:
        returned = call()
    except NotImplementedError:
        return Attempt(problem="not attempted yet", kind="not attempted")
    except (Exception, SystemExit) as error:
        return Attempt(problem=_raised(error), kind="raised", error=_plain(error))
    changed = tuple(name for name in arguments if not _equal(arguments[name], case.arguments[name]))
    if returned is None:
        words = "it returned None: does every way through it end in a return line?"
        return Attempt(problem=words, kind="None", changed=changed)
    try:
        return Attempt(dict(unpack(returned, case.results)), changed=changed)
    except TypeError as error:
        return Attempt(problem=str(error), kind="type", changed=changed)


@contextlib.contextmanager
def quiet() -> Any:
    """No warnings, and nothing printed."""
    sink = io.StringIO()
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
    ):
        warnings.simplefilter("ignore")
        yield


def unpack(returned: Any, names: Any) -> list[tuple[str, Any]]:
    """What was returned, by name; nested as the names are. Raises TypeError with a sentence."""
    if isinstance(names, str):
        return [(names, returned)]
    listed = ", ".join(name if isinstance(name, str) else "parameters" for name in names)
    if not isinstance(returned, tuple | list):
        kind = type(returned).__name__
        raise TypeError(f"it returned one {kind}; it should return a tuple: {listed}.")
    if len(returned) != len(names):
        count = f"{len(returned)} values; it should return {len(names)}"
        raise TypeError(f"it returned {count}: {listed}.")
    return [
        pair for value, name in zip(returned, names, strict=True) for pair in unpack(value, name)
    ]


def _copy(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_copy(item) for item in value)
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
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _raised(error: BaseException) -> str:
    """The exception in one sentence, with the learner's line where it is known."""
    text = " ".join(str(error).split())[:300]
    words = f"it raised {type(error).__name__}{': ' if text else ''}{text}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in frame.filename or frame.filename.startswith("<ipython-input")
    ]
    if not frames:
        return words
    line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
    return f"{words}\n    in the line: {line}" if line else words
