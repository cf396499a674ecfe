"""What more than one machine costs: `python benchmarks/cluster.py` measures, then simulates.

Measured in one run, on one machine: the local pool beside Dask with as many threads, the bytes of a
job with and without what is the same for all, and the time that the head takes for each submission.
The simulation hands out jobs with the measured times to workers that come, go, and dawdle; for what
this machine has, its figures stand beside the measured ones.
"""

import argparse
import heapq
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from grade import made_course

from chainrule.grading import grade, run
from chainrule.grading.cluster import scheduler

_STARTS = 6.0  # seconds until a worker that comes grades, as measured below


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=40, help="in the class (default: 40)")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="to measure with")
    options = parser.parse_args()
    print("load before:", *os.getloadavg())
    with tempfile.TemporaryDirectory(prefix="chainrule-bench-") as scratch:
        course = made_course(Path(scratch, "course"), options.learners)
        grade(course, jobs=2)  # the own answers are known from here on
        measured: dict[int, float] = {}
        for workers in options.workers:
            local = timed(lambda n=workers: grade(course, jobs=n, force=True))
            with dask(Path(scratch), workers) as address:
                grade(course, scheduler=address, force=True)  # workers are warm from here on
                with mock.patch.object(run.Keeper, "keep", counted(run.Keeper.keep)):
                    there = timed(lambda a=address: grade(course, scheduler=a, force=True))
            measured[workers] = there
            print(f"{workers} threads: pool {local:.1f} s, Dask {there:.1f} s, {there / local:.2f}")
        show_bytes()
        notebooks = len(list((course / "submitted").glob("*/*/*.ipynb")))
        print(f"the head keeps one in {1000 * KEPT[0] / KEPT[1]:.1f} ms (SQLite, files)")
        service = min(measured.values()) * max(measured) / notebooks
        for workers, seconds in measured.items():
            guess = simulated(notebooks, [service] * workers)
            print(
                f"{workers} threads, {notebooks} notebooks: {seconds:.1f} s, simulated {guess:.1f}"
            )
        for workers in (32, 128, 512):
            guess = simulated(100_000, [service] * workers, leave=0.1, dawdle=0.02)
            keeps = 100_000 * KEPT[0] / KEPT[1]
            print(f"{workers} threads, 100,000: {guess / 60:.0f} min; one writer {keeps / 60:.0f}")


KEPT = [0.0, 0]
BYTES: list[tuple[int, int]] = []


def counted(keep):
    def keeping(self, batch):
        began = time.perf_counter()
        kept = keep(self, batch)
        KEPT[0] += time.perf_counter() - began
        KEPT[1] += len(batch)
        BYTES.extend(sizes(job) for _, job, _ in batch)
        return kept

    return keeping


def sizes(job) -> tuple[int, int]:
    """Of a job, and of what of it travels each time."""
    rest = {key: value for key, value in job.items() if key not in scheduler.COMMON}
    return len(json.dumps(job)), len(json.dumps(rest))


def show_bytes() -> None:
    whole, rest = (sum(column) / len(BYTES) / 1000 for column in zip(*BYTES, strict=True))
    print(f"a job has {whole:.0f} KB, of which {rest:.1f} KB travel with each")


def timed(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def dask(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler, and a worker with so many threads, in processes of their own."""
    python = [sys.executable, "-P", "-m"]
    log = folder / f"scheduler{workers}.log"
    with log.open("w") as said:
        command = [*python, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        started = [subprocess.Popen(command + ["--no-dashboard"], stdout=said, stderr=said)]
    try:
        while not (found := re.search(r"Scheduler at: *(\S+)", log.read_text())):
            time.sleep(0.1)
        command = [*python, "distributed.cli.dask_worker", found[1], "--no-dashboard"]
        place = ["--local-directory", str(folder), "--nthreads", str(workers)]
        with (folder / "worker.log").open("w") as said:
            started.append(subprocess.Popen(command + place, stdout=said, stderr=said))
        yield found[1]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def simulated(jobs: int, service: list[float], leave: float = 0.0, dawdle: float = 0.0) -> float:
    """Seconds until so many are graded by workers with these mean seconds a job.

    leave: the part of the workers that goes once, with what it has, at any moment; another one
    takes its place. dawdle: the part of jobs that takes ten times as long.
    """
    draw = random.Random(0)
    free = [(0.0, number) for number in range(len(service))]
    heapq.heapify(free)
    whole = jobs * sum(service) / len(service) ** 2
    goes = {n: draw.uniform(0, whole) for n in range(len(service)) if draw.random() < leave}
    left, last = jobs, 0.0
    while left:
        now, number = heapq.heappop(free)
        mean = service[number]
        ends = now + mean * draw.uniform(0.5, 1.5) * (10 if draw.random() < dawdle else 1)
        if goes.get(number, ends) < ends:  # the job is graded elsewhere
            ends = goes.pop(number) + _STARTS if goes[number] > now else ends
            heapq.heappush(free, (max(ends, now), number))
            goes.pop(number, None)
            continue
        left -= 1
        last = max(last, ends)
        heapq.heappush(free, (ends, number))
    return last


if __name__ == "__main__":
    main()
