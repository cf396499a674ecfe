"""Workers on this machine, behind the interface of concurrent.futures."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .errors import NoSandbox
from .worker import WorkerDied


class LocalPool(ThreadPoolExecutor):
    """Has one worker process for each of its threads; all are forks of one that was warmed.

    setup: of the jobs to come.
    """

    def __init__(self, workers: int, setup: dict[str, Any]) -> None:
        super().__init__(workers)
        self._setup = setup
        self._here = threading.local()
        self._lock = threading.Lock()
        self._processes: list[Any] = []
        self._last_words = "the process that starts workers ended"
        self._channels = self._start(workers)

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """`worker.grade_submission`, in this thread's worker. Raises NoSandbox, WorkerDied."""
        if getattr(self._here, "channel", None) is None:
            with self._lock:
                self._channels = self._channels or self._start(1)
                self._here.process, self._here.channel = self._channels.pop()
            self._here.sent = set()
        lean = dict(job)
        if job["plan_digest"] in self._here.sent:
            del lean["plan"]
        self._here.sent.add(job["plan_digest"])
        answer = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._here.channel.write(json.dumps(lean).encode() + b"\n")
            self._here.channel.flush()
            answer = self._here.channel.readline()
        if not answer:
            self._lost(self._here.process)
        return json.loads(answer)

    def _start(self, workers: int) -> list[tuple[Any, Any]]:
        """A process that forks the workers; it and the channel to each."""
        pairs = [socket.socketpair() for _ in range(workers)]
        theirs = [their.fileno() for _, their in pairs]
        process: Any = subprocess.Popen(
            [sys.executable, "-P", "-m", "chainrule.grading.worker", *map(str, theirs)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=theirs,
            start_new_session=True,  # Ctrl-C is for the one who collects the results
        )
        self._processes.append(process)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(self._setup).encode() + b"\n")
            process.stdin.flush()
        channels = []
        for ours, their in pairs:
            their.close()
            channels.append((process, ours.makefile("rwb")))
            ours.close()
        return channels

    def _lost(self, process: Any) -> None:
        """The worker of this thread is gone. Raises NoSandbox or WorkerDied."""
        with contextlib.suppress(OSError):
            self._here.channel.close()
        self._here.channel = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        if process.poll():
            with self._lock:  # the first thread reads it, for all of them
                said = process.stderr.read().decode(errors="replace").strip().splitlines()
                self._last_words = said[-1] if said else self._last_words
            raise NoSandbox(self._last_words)
        raise WorkerDied("the worker process ended")

    def end(self) -> None:
        """Stop now: what is not done stays undone."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stderr):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
