"""Workers on this machine, behind the interface of concurrent.futures."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ..plain_data import GradedSubmission, Job, Planned, Setup
from .worker import NurseryHandle, Worker


class LocalPool(ThreadPoolExecutor):
    """Each of its threads is a worker.

    setup: of the jobs to come. nursery: one that has not begun; it ends with the pool. ahead: see
    `NurseryHandle.begin`.
    """

    def __init__(
        self,
        workers: int,
        setup: Setup,
        nursery: NurseryHandle,
        ahead: Iterable[tuple[Planned, str]] = (),
    ) -> None:
        super().__init__(workers)
        self._here = threading.local()
        self._nursery = nursery
        self._all: list[Worker] = []
        self._nursery.begin(setup, ahead)

    def grade(self, job: Job) -> GradedSubmission:
        """`worker.grade_submission`, in this thread. Raises NoSandbox, WorkerDied."""
        if not hasattr(self._here, "worker"):
            self._here.worker = Worker(self._nursery)
            self._all.append(self._here.worker)
        graded: GradedSubmission = self._here.worker.grade(job)
        return graded

    def end(self) -> None:
        """Stop now: what is not done stays undone."""
        self.shutdown(wait=False, cancel_futures=True)
        self._nursery.close()  # so that no thread waits for anything any more
        self.shutdown()
        for worker in self._all:
            worker.close()
