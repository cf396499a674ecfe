"""A Dask scheduler and workers, in processes of their own, as `dask scheduler` starts them."""

import contextlib
import os
import re
import signal
import subprocess
import sys

import psutil

_PYTHON = [sys.executable, "-P", "-m"]
# A worker that one has started again at its scheduler's address would only blur what is tested.
_WORKER = ["distributed.cli.dask_worker", "--no-dashboard", "--no-nanny"]


class DaskCluster:
    """`with DaskCluster(folder) as cluster:` ends all that it has started."""

    def __init__(self, folder, host="127.0.0.1", **environment):
        self.host, self.before = host, []  # before: what runs the commands
        self.folder, self.environment = folder, os.environ | environment
        self.started, self.address = [], None

    def __enter__(self):
        self.schedule()
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            self.end(process)

    def schedule(self, port=0):
        """Start the scheduler; one that is to take another one's place needs its port."""
        place = ["--host", self.host, "--port", str(port), "--dashboard-address", ":0"]
        self.scheduler = self._start("distributed.cli.dask_scheduler", *place)
        text = self._wait_for("Scheduler at:")
        self.address = re.search(r"Scheduler at: *(\S+)", text)[1]
        return self.scheduler

    def worker(self, *options, **environment):
        """Start one; return its process once it is known to the scheduler."""
        local = ["--local-directory", str(self.folder / f"worker{len(self.started)}")]
        options = options or ("--nthreads", "1")
        started = self._start(*_WORKER, self.address, *local, *options, **environment)
        self._wait_for("Registered to:")
        return started

    def _start(self, *command, **environment):
        log = (self.folder / f"log{len(self.started)}").open("wb")
        with log:
            process = subprocess.Popen(
                [*self.before, *_PYTHON, *command],
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def _wait_for(self, words):
        """Read what the last one says until it says this."""
        process = self.started[-1]
        with (self.folder / f"log{len(self.started) - 1}").open() as log:
            text = ""
            while words not in text.rpartition("\n")[0]:
                more = log.read()
                text += more
                if not more:
                    assert process.poll() is None, text
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.05)
        return text

    def end(self, process):
        """Kill it; return what it had started, which ends too."""
        below = []
        if process.poll() is None:
            # A thread of it is their parent, not its first one.
            below = [one.pid for one in psutil.Process(process.pid).children(recursive=True)]
            os.kill(process.pid, signal.SIGCONT)
            process.kill()
        process.wait()
        return below
