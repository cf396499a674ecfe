"""A check stops a loop, and leaves everything as it was: others' alarms, handlers, input, exit."""

import builtins
import functools
import signal
import threading
import time

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
    with pytest.raises(Stopped), limited(0.05, [function]):
        function()
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.fixture
def interrupts():
    """As in a new Python, whatever a test before this one has left of signals."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_the_interrupt_of_the_kernel_stays_its_own():
    before = signal.getsignal(signal.SIGINT)
    with limited(60, [loop]):
        assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt), limited(60, [loop]):
        signal.raise_signal(signal.SIGINT)


def test_what_has_no_text_of_its_own_is_stopped_too():
    with pytest.raises(Stopped), limited(0.05, [functools.partial(loop)]):
        functools.partial(loop)()


def test_time_of_others_does_not_count():
    """As when the check itself imports torch: what is not the learner's is never cut short."""
    space = {"time": time}
    exec(
        "def busy():\n    until = time.monotonic() + 0.5\n    while time.monotonic() < until: pass",
        space,
    )
    with limited(0.05, [loop]):
        space["busy"]()


def test_an_import_is_never_cut_short(tmp_path, monkeypatch):
    """Half a module would stay behind, for every later cell."""
    wait = "import time\nuntil = time.monotonic() + 0.5\nwhile time.monotonic() < until: pass"
    text = f"{wait}\nwhole = 1"
    (tmp_path / "slow_to_import.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_to_import

        return slow_to_import.whole

    with pytest.raises(Stopped), limited(0.05, [imports]):
        assert imports() == 1
        loop()


class Others(Exception):
    """Somebody else's alarm."""


def test_an_alarm_that_is_set_already_is_left_alone():
    """Grading has its own limit, and says what came of it in its own words."""

    def ring(*_):
        raise Others

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(Others), limited(0.01, [loop]):
            loop()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_there_is_no_limit():
    came = []

    def run():
        with limited(0.01, [loop]):
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
