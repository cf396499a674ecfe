"""The head's side of a cluster: an executor of concurrent.futures before a Dask scheduler.

Dask hands jobs out, and hands out again what a lost worker had. What it cannot know is decided
here: a worker on which nothing can be graded, or that has fallen silent, is left out, and what the
cluster has lost altogether is sent again.
"""

import asyncio
import hashlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent import futures
from dataclasses import dataclass
from typing import Any, TypeVar

import dask
from distributed import Client, rpc
from distributed import Future as There
from distributed.scheduler import KilledWorker

from ..errors import CourseError
from ..plain_data import AssignmentJob, Grade, GradedSubmission, Job, Setup
from ..processes.worker import WorkerDied
from .alike import versions
from .there import Answer, grade_there

LOOK_SECONDS = 1.0
SILENT_SECONDS = 60.0  # without a heartbeat, of which there are several a second
PATIENCE_SECONDS = 60.0  # for a scheduler that restarts, a worker that is to come
CONNECT_SECONDS = 10.0
_LOSSES = 3  # of one job, before it is tried elsewhere
_KEPT = 4  # assignments whose plans stay with the workers
COMMON = tuple(AssignmentJob.__annotations__)

Given = TypeVar("Given")


@dataclass(eq=False)
class _Sent:
    """A job that is with the cluster. workers: which may take it; None for all."""

    answer: "asyncio.Future[Answer]"
    lost: "asyncio.Future[str]"
    workers: list[str] | None


@dataclass
class _Shared:
    """What jobs have in common, with the workers. workers: which may make it; None for all."""

    there: There[Any]
    workers: list[str] | None


class Cluster(futures.Executor):
    """The workers of a Dask scheduler. Raises CourseError where it cannot be reached.

    `ahead` is how many jobs they take. say: is told of workers that are lost or take no more work.
    """

    def __init__(self, address: str, setup: Setup, say: Callable[[str], None]) -> None:
        self.address, self._say = address, say
        self._versions = versions(setup["imports"])
        self._threads: dict[str, int] = {}  # of the workers that take jobs
        self._refused: dict[str, str] = {}  # worker -> why it takes none
        self._beats: dict[str, tuple[float, float]] = {}  # worker -> its last one, and when seen
        self._sent: set[_Sent] = set()
        self._commons: dict[str, _Shared] = {}
        self._alone_since = time.monotonic()
        self._has_graded = False
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what people need is said here
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._ask(self._begin())
        except BaseException:
            self._end_loop()
            raise

    def ahead(self, a_thread: int) -> int:
        return a_thread * max(sum(self._threads.values()), 1)

    def submit(self, function: Grade, job: Job, /) -> "futures.Future[Any]":  # type: ignore[override]
        """What comes of `function(job)` there; a failed future says why there is none."""
        return asyncio.run_coroutine_threadsafe(self._graded(function, job), self._loop)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster: what is not done stays undone."""
        if self._thread.is_alive():
            self._ask(self._end())
            self._end_loop()

    def _ask(self, coroutine: Coroutine[Any, Any, Given]) -> Given:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What follows runs in the loop's thread.

    async def _begin(self) -> None:
        await self._connect()
        found = await self._look()
        if port := found.get("services", {}).get("dashboard"):
            host = self.address.rpartition("/")[2].rpartition(":")[0]
            self._say(f"Dask's dashboard: http://{host}:{port}/status")
        if not self._threads:
            self._say(f"No worker yet: `dask worker {self.address}` on another machine is one.")
        self._watching = asyncio.create_task(self._watch())

    async def _connect(self) -> None:
        client: Client | None = None
        try:
            async with rpc(self.address, timeout=CONNECT_SECONDS) as scheduler:  # a client tries on
                await scheduler.identity(n_workers=0)
            client = Client(
                self.address, asynchronous=True, timeout=CONNECT_SECONDS, set_as_default=False
            )
            self._client = await client
        except (OSError, ValueError, RuntimeError) as error:
            if client is not None:
                await client.close()
            why = "nobody answers" if isinstance(error, OSError) else "no such address"
            raise CourseError(
                f"There is no Dask scheduler at {self.address} ({why}): `dask scheduler` starts"
                " one, and says its address, tcp://HOST:PORT."
            ) from None

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        self._watching.cancel()
        for sent in self._sent:
            sent.answer.cancel()
        await asyncio.wait_for(self._client.close(), CONNECT_SECONDS)
        for task in others:
            task.cancel()

    async def _graded(self, grade: Grade, job: Job) -> GradedSubmission:
        """Raises WorkerDied, and CourseError where no worker has ever graded anything."""
        why = ""
        for _ in range(_LOSSES):
            answer: Answer | None = {"refused": ""}
            while answer is not None and "refused" in answer:
                answer, why = await self._answer(grade, job)
                if answer is not None and "refused" in answer:
                    self._refuse(answer["worker"], answer["refused"])
            if answer is not None and "graded" in answer:
                self._has_graded = True
                return answer["graded"]
            if answer is not None:
                raise WorkerDied(answer["failed"])
        raise WorkerDied(why)

    async def _answer(self, grade: Grade, job: Job) -> tuple[Answer | None, str]:
        """What one worker says; or None, and how the cluster has lost the job."""
        await self._some_worker()
        workers = sorted(self._threads) if self._refused else None
        common = self._common(job, workers)
        rest = {key: value for key, value in job.items() if key not in COMMON}
        there = self._client.submit(
            grade_there,
            grade,
            common,
            json.dumps(rest).encode(),
            key=f"grade-{uuid.uuid4().hex}",
            workers=workers,
            pure=False,
        )
        sent = _Sent(asyncio.ensure_future(_awaited(there)), self._loop.create_future(), workers)
        self._sent.add(sent)
        try:
            both: set[asyncio.Future[Any]] = {sent.answer, sent.lost}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if sent.lost.done():
                return None, sent.lost.result()
            return sent.answer.result(), ""
        except KilledWorker:
            raise WorkerDied("each worker that took it ended") from None
        except (asyncio.CancelledError, futures.CancelledError):
            return None, "the cluster has lost it"
        except Exception as error:
            raise WorkerDied(f"the cluster failed ({type(error).__name__}: {error})") from None
        finally:
            self._sent.discard(sent)
            sent.answer.cancel()
            there.release()

    def _common(self, job: Job, workers: list[str] | None) -> There[Any]:
        """Of the job, what it shares with others, as a task's result.

        A task's, so that Dask makes it anew where all who had it are gone; and workers that come
        later have it from others, not from here.
        """
        shared = {key: value for key, value in job.items() if key in COMMON}
        small = {key: value for key, value in shared.items() if key != "plan"}
        text = json.dumps([small, self._versions], sort_keys=True)  # the plan's digest is in it
        key = hashlib.sha256(text.encode()).hexdigest()
        found = self._commons.pop(key, None)
        if found is None or found.there.status in ("cancelled", "lost", "error"):
            whole = json.dumps({"job": shared, "versions": self._versions}).encode()
            name = f"plan-{uuid.uuid4().hex}"
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
                there = self._client.submit(json.loads, whole, key=name, workers=workers)
            found = _Shared(there, workers)
        self._commons[key] = found  # the last one used is the last one to go
        while len(self._commons) > _KEPT:
            self._commons.pop(next(iter(self._commons)))
        return found.there

    async def _some_worker(self) -> None:
        """Return when there is one that takes jobs, if that is soon."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self._threads or self._client.status != "running":
            if time.monotonic() > ends or (
                self._beats and self._beats.keys() <= self._refused.keys()
            ):
                break
            await asyncio.sleep(LOOK_SECONDS / 10)
        else:
            return
        if self._has_graded:
            raise WorkerDied("no worker of the cluster was left")
        raise CourseError(f"No worker of {self.address} can grade: {self._reasons()}.")

    def _reasons(self) -> str:
        found = [f"{worker}, because {why}" for worker, why in self._refused.items()]
        return "; ".join(found) or f"there is none (`dask worker {self.address}` starts one)"

    def _refuse(self, worker: str, why: str) -> None:
        if worker not in self._refused:
            self._refused[worker] = why
            self._threads.pop(worker, None)
            self._say(f"{worker} takes no more work: {why}")

    async def _watch(self) -> None:
        heard = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self._client.status == "closed":
                    await self._connect()
                await asyncio.wait_for(self._look(), CONNECT_SECONDS)
                heard = time.monotonic()
            except (CourseError, OSError, TimeoutError):
                self._threads = {}
                if time.monotonic() - heard > PATIENCE_SECONDS:
                    self._lose("the scheduler of the cluster is silent")

    async def _look(self) -> dict[str, Any]:
        """Who is there, and who was heard of."""
        if (scheduler := self._client.scheduler) is None:
            raise OSError("the client is not connected")
        found: dict[str, Any] = await scheduler.identity(n_workers=-1)
        now, there = time.monotonic(), found["workers"]
        for worker in self._beats.keys() - there.keys():
            del self._beats[worker]
            if worker not in self._refused:
                self._say(f"{worker} is gone: what it had goes to others.")
        for worker, about in there.items():
            last, since = self._beats.get(worker, (0.0, now))
            self._beats[worker] = about["last_seen"], since if about["last_seen"] == last else now
            if now - since > SILENT_SECONDS and worker not in self._refused:
                self._refuse(worker, f"it was not heard of for {SILENT_SECONDS:g} s")
                self._commons.clear()  # it may have what others wait for, too: all is sent anew
                self._lose("its worker fell silent")
        self._threads = {w: a["nthreads"] for w, a in there.items() if w not in self._refused}
        needed = [sent.workers for sent in self._sent]
        needed += [shared.workers for shared in self._commons.values()]
        if any(workers is not None and not there.keys() & set(workers) for workers in needed):
            self._commons.clear()  # Dask would wait for those workers
            self._lose("each worker that could take it is gone")
        if self._threads:
            self._alone_since = now
        elif now - self._alone_since > PATIENCE_SECONDS:
            self._lose("no worker of the cluster was left")
        return found

    def _lose(self, why: str) -> None:
        for sent in self._sent:
            _set(sent.lost, why)


def _set(future: "asyncio.Future[str]", why: str) -> None:
    if not future.done():
        future.set_result(why)


async def _awaited(there: There[Any]) -> Answer:
    answer: Answer = await there
    return answer
