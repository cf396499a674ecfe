"""One call of a learner's function, with a limit on its time.

The call runs in a thread of its own: a limit by signal would work in the main thread only, and
not on every system. A function that is still running at the limit is asked to stop by an
exception raised in its thread, and is no longer waited for.
"""

import contextvars
import ctypes
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

SECONDS = 2.0


class NotAnswered(Exception):
    """The function raised or did not return in time; the text says which, in one line."""


class _Stop(BaseException):
    """Raised inside a function that took too long; `except Exception` does not catch it."""


def call(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float = SECONDS) -> Any:
    """What the function returns. Raises NotAnswered."""
    name = getattr(function, "__name__", "the function")
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            with np.errstate(all="ignore"):
                outcome["result"] = function(*arguments)
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        thread.join(seconds)
    if thread.is_alive():
        identity = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(_Stop))
        raise NotAnswered(f"{name} did not return within {seconds:g} s")
    if "error" in outcome:
        error = outcome["error"]
        said = " ".join(str(error).split())[:200]
        raise NotAnswered(f"{name} raised {type(error).__name__}" + (f": {said}" if said else ""))
    return outcome["result"]
