"""Learner processes, asked without a course around them."""

import contextlib
import os
import subprocess
from pathlib import Path

from chainrule.grading.errors import NoSandbox
from chainrule.grading.forks import process_tree
from chainrule.grading.limits import MIB, Limits
from chainrule.grading.plain_data import Setup
from chainrule.grading.sandbox.bubblewrap import Sandbox
from chainrule.grading.trusted.process import Process

LIMITS = Limits(cell_seconds=20.0, notebook_seconds=60.0, memory_bytes=256 * MIB)


def setup_of(limits=LIMITS, confined=True, imports=(), out_of_sight=()):
    """What a sandbox is started with."""
    about = {"imports": list(imports), "limits": limits.plain(), "out_of_sight": [*out_of_sight]}
    return Setup(**about, confined=confined, many=False)


@contextlib.contextmanager
def sandbox(limits=LIMITS, confined=True, imports=("import json",)):
    made = _warm(setup_of(limits, confined, imports))
    try:
        yield made
    finally:
        made.control.close()  # it then ends all that it watches over, and itself
        with contextlib.suppress(subprocess.TimeoutExpired):  # it was stopped
            made.process.wait(5)
        made.close()


def _warm(setup):
    """Of the kind that this machine has: in user namespaces of no other, the tests are run too."""
    made = Sandbox(setup)
    try:
        made.wait()
    except NoSandbox:
        made.close()
        made = Sandbox(setup, one_each=True)
        made.wait()
    return made


@contextlib.contextmanager
def learner(start, limits=LIMITS):
    """A process for a learner's code, in which a cell begins."""
    process = Process(start, {}, limits, lambda message, buffers: ({}, []))
    process.begin()
    try:
        yield process
    finally:
        process.close()


def run(process, source):
    """What the cell prints and raises."""
    answer, _ = process.ask({"do": "run", "source": source})
    said = "".join(o["text"] for o in answer["outputs"] if o["output_type"] == "stream")
    return said.strip() or answer["error"]


def warm_process(made):
    """The number in /proc of the process that forks learners' processes."""
    below = process_tree.tasks_below(made.process.pid)
    return next(one for one in below if _is_warm(one))


def _is_warm(number):
    words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    return (
        Path(os.fsdecode(words[0])).name != "bwrap" and b"chainrule.grading.sandbox.zygote" in words
    )
