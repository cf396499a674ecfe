"""Workers on this machine: processes of their own, behind the interface of concurrent.futures."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .errors import NoSandbox
from .worker import WorkerDied


class LocalPool(ThreadPoolExecutor):
    """Has one worker process for each of its threads; each is started when it is first needed."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self._here = threading.local()
        self._processes: list[Any] = []

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """`worker.grade_submission`, in this thread's worker. Raises WorkerDied."""
        process = getattr(self._here, "process", None)
        if process is None or process.poll() is not None:
            process = self._here.process = self._start()
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except (BrokenPipeError, ValueError):
            answer = b""
        if not answer:
            process.kill()
            said = process.stderr.read().decode(errors="replace").strip().splitlines()
            self._here.process = None
            last = said[-1] if said else "the worker process ended"
            if last.startswith("NoSandbox: "):
                raise NoSandbox(last.removeprefix("NoSandbox: "))
            raise WorkerDied(last)
        return json.loads(answer)["graded"]

    def _start(self) -> Any:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "chainrule.grading.worker"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the one who collects the results
        )
        self._processes.append(process)
        return process

    def end(self) -> None:
        """Stop now: what is not done stays undone."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
