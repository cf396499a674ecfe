"""Workers that die, come, hang, or can grade nothing: nobody's mark changes, one line says it."""

import contextlib
import os
import select
import signal
import threading

import pytest

from chainrule.grading import grade
from chainrule.grading.cluster import scheduler
from tests.grading.cluster.conftest import results
from tests.support.dask_cluster import DaskCluster


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(scheduler, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(scheduler, "SILENT_SECONDS", 6.0)
    monkeypatch.setattr(scheduler, "PATIENCE_SECONDS", 8.0)


@pytest.fixture
def cluster(tmp_path):
    with DaskCluster(tmp_path) as running:
        yield running


class Holding:
    """A worker that holds on to what it gets; then, in a thread, `then` is called."""

    def __init__(self, cluster, then):
        self.place = cluster.folder / "held"
        self.worker = cluster.worker(TEST_HOLDS=str(self.place))
        self.then, self.called = then, False
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self):
        while not self.place.exists():
            threading.Event().wait(0.02)
        self.then(self.worker)
        self.called = True


def wait_for_end(number):
    """Return when this process has ended; one that does not is a test that hangs."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(number)
        try:
            assert select.select([handle], [], [], 60)[0], number
        finally:
            os.close(handle)


@pytest.mark.long
def test_one_is_killed_and_one_is_added(cluster, course, graded_here):
    said, below = [], []

    def change(worker):
        cluster.worker()
        below.extend(cluster.end(worker))

    held = Holding(cluster, change)
    grade(course, scheduler=cluster.address, say=said.append)
    assert held.called and results(course) == graded_here
    (line,) = [line for line in said if "is gone" in line]
    assert line.startswith("tcp://127.0.0.1:") and line.endswith("what it had goes to others.")
    assert len(said) == 2, said  # the dashboard, and this
    assert below
    for number in below:  # they end with the worker
        wait_for_end(number)


@pytest.mark.long
def test_a_submission_at_which_workers_die(tmp_path, course, graded_here):
    """Dask gives it up; another one is tried, which dies as well; then it is graded here."""
    said = []
    with DaskCluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        workers = [cluster.worker(TEST_KILLS="1") for _ in range(2)]
        grade(course, scheduler=cluster.address, say=said.append)
        assert [worker.wait(60) for worker in workers] == [-signal.SIGKILL] * 2
    assert results(course) == graded_here
    (line,) = [line for line in said if "graded again" in line]
    assert line.startswith("Each worker that took it ended") and "a person" not in line


def test_what_cannot_grade_is_named_and_left_out(cluster, course, graded_here, tmp_path):
    """One without bubblewrap, one with another torch; a good one has all the work."""
    preload = tmp_path / "other_torch.py"
    preload.write_text(
        "from importlib import metadata\n"
        "real = metadata.version\n"
        "metadata.version = lambda name: '1.0' if name == 'numpy' else real(name)\n"
    )
    cluster.worker(PATH="/nowhere")
    cluster.worker("--nthreads", "1", "--preload", str(preload))
    said = []
    with pytest.raises(Exception, match="No worker of .* can grade: ") as refused:
        grade(course, scheduler=cluster.address, say=said.append)
    assert "bubblewrap is not installed" in str(refused.value)
    assert "numpy 1.0 in place of" in str(refused.value)
    assert not (course / "autograded").exists()
    cluster.worker()
    said = []
    grade(course, scheduler=cluster.address, say=said.append)
    assert results(course) == graded_here
    named = [line for line in said if "takes no more work" in line]
    assert len(named) == len(set(named)) <= 2
    assert all("bubblewrap" in line or "numpy 1.0 in place of" in line for line in named)


def test_one_that_hangs(cluster, course, graded_here):
    said = []
    held = Holding(cluster, lambda worker: os.kill(worker.pid, signal.SIGSTOP))
    cluster.worker()
    grade(course, scheduler=cluster.address, say=said.append)
    assert held.called and results(course) == graded_here
    (line,) = [line for line in said if "takes no more work" in line]
    assert line.endswith("it was not heard of for 6 s")
    assert len(said) == 2, said


@pytest.mark.long
def test_the_scheduler_is_started_again(cluster, course, graded_here):
    port, said = cluster.address.rpartition(":")[2], []

    def restart(worker):
        cluster.end(cluster.scheduler)
        cluster.schedule(port)
        cluster.worker()

    held = Holding(cluster, restart)
    grade(course, scheduler=cluster.address, say=said.append)
    assert held.called and results(course) == graded_here
    assert not [line for line in said if "a person" in line]


@pytest.mark.long
def test_all_of_it_goes_away(cluster, course, graded_here):
    """The rest is graded here, each submission alone."""
    said = []

    def end(worker):
        cluster.end(cluster.scheduler)
        cluster.end(worker)

    cluster.worker()
    held = Holding(cluster, end)
    grade(course, scheduler=cluster.address, say=said.append)
    assert held.called and results(course) == graded_here
    assert "were graded again." in said[-1]
