"""A fork gives back what its function gives, or says how it ended."""

import os
import signal

import psutil
import pytest

from chainrule.grading.forks.isolated import Ended, in_fork
from chainrule.grading.wall.trouble import Machinery


def kill(number):
    os.kill(os.getpid(), number)
    signal.pause()


def fail():
    raise ZeroDivisionError("a bug of ours")


def need(reason):
    raise Machinery(reason)


def close_all():
    os.closerange(0, 100)
    signal.pause()


# What the function does -> how that is told.
ENDS = {
    "killed": (lambda: kill(signal.SIGKILL), "was ended by SIGKILL"),
    "a signal without a name": (lambda: kill(40), "was ended by signal 40"),
    "stopped": (lambda: kill(signal.SIGSTOP), "was stopped"),
    "leaves": (lambda: os._exit(0), "ended without a word"),
    "never comes back": (signal.pause, "did not come back within 2 s"),
    "closes its pipe": (close_all, "closed what it should have answered on"),
    "raises": (fail, "failed (ZeroDivisionError: a bug of ours)"),
    "gives what is no data": (
        object,
        "failed (TypeError: Object of type object is not JSON serializable)",
    ),
    "a full disk": (lambda: need_room(), "failed (/dev/full: No space left on device)"),
}


def need_room():
    raise OSError(28, "No space left on device", "/dev/full")


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ended(name, tmp_path):
    function, why = ENDS[name]
    before = {child.pid for child in psutil.Process().children()}
    assert in_fork(function, str(tmp_path), 2) == Ended(why)
    assert {child.pid for child in psutil.Process().children()} <= before, "something is left"


def test_a_failure_of_the_machinery_crosses(tmp_path):
    with pytest.raises(Machinery, match="^the warm process ended$"):
        in_fork(lambda: need("the warm process ended"), str(tmp_path), 5)


def test_what_it_gives(tmp_path):
    assert in_fork(lambda: {"here": os.getcwd()}, str(tmp_path), 5) == {"here": str(tmp_path)}
    assert in_fork(lambda: None, str(tmp_path), 5) is None
