"""One call of a learner's function, with a limit on its time.

The call runs in a thread of its own: a limit by signal would work in the main thread only, and
not on every system. A function that is still running at the limit is asked to stop by an
exception raised in its thread, and is no longer waited for.
"""

import contextvars
import ctypes
import sys
import threading
import warnings
from collections.abc import Callable
from typing import TypeVar

SECONDS = 2.0

Result = TypeVar("Result")


class TookTooLong(Exception):
    """The call did not return in time."""


class _Stop(BaseException):
    """Raised inside a function that took too long; `except Exception` does not catch it."""


def call(function: Callable[[], Result]) -> Result:
    """What the function returns within SECONDS. Raises what it raises, or TookTooLong."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
    streams = sys.stdout, sys.stderr
    with warnings.catch_warnings():
        thread.start()
        thread.join(SECONDS)
    if thread.is_alive():
        identity = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(_Stop))
        # A function that cannot be stopped must not keep what it prints to, either.
        sys.stdout, sys.stderr = streams
        raise TookTooLong(f"it did not return within {SECONDS:g} s")
    if errors:
        raise errors[0]
    return results[0]
