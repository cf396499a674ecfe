"""A check stops a loop, and leaves everything as it was: others' alarms, handlers, input, exit."""

import builtins
import signal
import threading

import pytest

from chainrule.checks.time_limit import Stopped, limited, no_questions_no_exit


def loop():
    while True:
        pass


def stubborn():
    """Catches what stops it, as a bare except in a loop does."""
    while True:
        try:  # noqa: SIM105
            len("")
        except:  # noqa: E722
            pass


@pytest.mark.parametrize("function", [loop, stubborn])
def test_a_loop_is_stopped_and_nothing_stays(function):
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Stopped), limited(0.05):
        function()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_interrupt_of_the_kernel_stays_its_own():
    before = signal.getsignal(signal.SIGINT)
    with limited(60):
        assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt), limited(60):
        signal.raise_signal(signal.SIGINT)


class Others(Exception):
    """Somebody else's alarm."""


def test_an_alarm_that_is_set_already_is_left_alone():
    """Grading has its own limit, and says what came of it in its own words."""

    def ring(*_):
        raise Others

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(Others), limited(0.01):
            loop()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_there_is_no_limit():
    came = []

    def run():
        with limited(0.01):
            came.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert came == [(0.0, 0.0)]


def test_input_is_refused_and_given_back():
    before = builtins.input
    with no_questions_no_exit(), pytest.raises(RuntimeError, match="nobody to ask"):
        input("?")
    assert builtins.input is before
