"""The time that a visible check may take, and what a learner's function must not do meanwhile.

A check runs in the notebook's own process, in its main thread, where a signal can end a loop of
Python. Where somebody else has set the alarm already, as in grading, the limit is theirs.
"""

import builtins
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

SECONDS = 10.0
AGAIN = 0.2  # seconds until the next stop, should a bare `except` have caught this one


class Stopped(BaseException):
    """The time is over; `except Exception` does not catch it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Stopped in the block after so many seconds; Python's own threads have no limit."""
    if not _alarm_is_free():
        yield
        return
    over = False

    def ring(*_: Any) -> None:
        if not over:
            raise Stopped

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _alarm_is_free() -> bool:
    if threading.current_thread() is not threading.main_thread():
        return False  # Python lets the main thread alone set handlers
    if not hasattr(signal, "SIGALRM"):
        return False
    return signal.getitimer(signal.ITIMER_REAL)[0] == 0


@contextlib.contextmanager
def no_questions_no_exit() -> Iterator[None]:
    """Neither does `input` wait for a person, nor does `exit` end the kernel; both raise."""
    shell = _shell()
    asked = builtins.input
    builtins.input = _no_input
    if shell is not None:
        shell.ask_exit = _no_exit
    try:
        yield
    finally:
        builtins.input = asked
        if shell is not None:
            del shell.ask_exit  # the class's own is there again


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() has nobody to ask: all that a function needs is in its arguments")


def _no_exit() -> None:
    raise SystemExit


def in_a_kernel() -> bool:
    """Whether this is a notebook's own process."""
    return hasattr(_shell(), "kernel")


def _shell() -> Any:
    """IPython's shell, where there is one."""
    if "IPython" not in sys.modules:
        return None
    return sys.modules["IPython"].get_ipython()
