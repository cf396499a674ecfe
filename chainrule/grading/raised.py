"""Exceptions as plain data: the nearest built-in type, the text, and the learner's type by name."""

import builtins
from typing import Any


def describe(error: BaseException) -> list[str]:
    """The exception's nearest built-in type and its text."""
    name = next(k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins")
    try:
        text = error.args[0] if len(error.args) == 1 else str(error)
        text = text if type(text) is str else str(error)
    except Exception:
        text = ""
    return [name, text[:10_000], type(error).__name__[:200]]


def exception(body: Any) -> BaseException:
    """The built-in exception that was described; its `learner_type` is what the learner raised."""
    name, text, learner_type = map(str, body)
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, (Exception, SystemExit)):
        try:
            error: BaseException = kind(text)
        except TypeError:  # UnicodeDecodeError and the like take other arguments
            error = next(k for k in kind.__mro__ if k in (ValueError, Exception))(text)
    else:
        error = RuntimeError(f"{name}: {text}")
    error.learner_type = learner_type  # type: ignore[attr-defined]
    return error
