"""The time that a visible check may take, and what a learner's function must not do meanwhile.

A check runs in the notebook's own process, in its main thread, where a signal can end a loop of
Python. Where somebody else has set the alarm already, as in grading, the limit is theirs.
"""

import builtins
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, FunctionType
from typing import Any

SECONDS = 10.0
TICK = 0.1  # seconds between two looks at what is running


class Stopped(BaseException):
    """The time is over; `except Exception` does not catch it."""


@contextlib.contextmanager
def limited(seconds: float, functions: Sequence[Callable[..., Any]]) -> Iterator[None]:
    """Raise Stopped in the block once these functions, with all that they call, took so long.

    Looked at is what runs at each tick: our own time, to import torch for instance, is not theirs.
    An import is never cut short, since half a module would stay behind. Raised again at each tick,
    should a bare `except` have caught it. In other threads than the main one there is no limit.
    """
    if not _alarm_is_free():
        yield
        return
    outside, files = sys._getframe(2), _files(functions)
    spent, last, over = 0.0, time.monotonic(), False

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal spent, last
        now = time.monotonic()
        since, last = now - last, now
        if over or not _is_in(files, frame, outside):
            return
        spent += since
        if spent >= seconds:
            raise Stopped

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        yield
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _files(functions: Sequence[Callable[..., Any]]) -> set[str] | None:
    """The files of the functions; None where one has no text of its own, and all counts."""
    known = [one.__code__ for one in functions if isinstance(one, FunctionType)]
    return {code.co_filename for code in known} if len(known) == len(functions) else None


def _is_in(files: set[str] | None, frame: FrameType | None, outside: FrameType) -> bool:
    """Whether one of the files' functions is running inside of the block, and no import."""
    found = files is None
    while frame is not None and frame is not outside:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return False
        found = found or name in (files or ())
        frame = frame.f_back
    return found


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
