"""Exceptions as plain data: the nearest built-in type, the text, and the learner's type by name."""

import builtins
from typing import Any


def describe(error: BaseException) -> list[str]:
    """The exception's nearest built-in types, joined by blanks, its text, and its own type."""
    kinds = [k for k in type(error).__mro__ if k.__module__ == "builtins" and k is not object]
    nearest = [k for k in kinds if not any(k is not n and issubclass(n, k) for n in kinds)]
    name = " ".join(k.__name__ for k in nearest)
    try:
        text = error.args[0] if len(error.args) == 1 else str(error)
        text = text if type(text) is str else str(error)
    except Exception:
        text = ""
    return [name, text[:10_000], type(error).__name__[:200]]


def exception(body: Any) -> BaseException:
    """The built-in exception that was described; its `learner_type` is what the learner raised."""
    name, text, learner_type = map(str, body)
    kind = _kind(name)
    if isinstance(kind, type) and issubclass(kind, (Exception, SystemExit)):
        try:
            error: BaseException = kind(text)
        except TypeError:  # UnicodeDecodeError and the like take other arguments
            error = next(k for k in kind.__mro__ if k in (ValueError, Exception))(text)
    else:
        error = RuntimeError(f"{name}: {text}")
    error.learner_type = learner_type  # type: ignore[attr-defined]
    return error


def _kind(names: str) -> Any:
    """The built-in type of this name; of several names, a type that is each of them."""
    kinds = [getattr(builtins, name, None) for name in names.split(" ")[:4]]
    if len(kinds) == 1 or not all(isinstance(k, type) and issubclass(k, Exception) for k in kinds):
        return kinds[0]
    try:
        return type(kinds[0].__name__, tuple(kinds), {"__module__": "builtins"})  # type: ignore
    except TypeError:  # their memory is laid out differently
        return kinds[0]
