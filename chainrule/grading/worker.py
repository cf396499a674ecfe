"""Grading one submission: a function from plain data to plain data; and the process that runs it.

Each notebook runs in a fork of its own of this process, which has imported what notebooks import,
and its learner's cells in a fork of the process in the sandbox. No state
passes from one to the next.
"""

import base64
import contextlib
import ctypes
import json
import mmap
import os
import resource
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import autograded, records, verdict
from .limits import Limits
from .rebuild import Unreadable, read_notebook, rebuild
from .sandbox import ENVIRONMENT, Sandbox
from .shell import KeepingShell, fresh_randomness, new_shell
from .zygote import warm

_PR_SET_PDEATHSIG = 1
_TRIES = 4
_warm: tuple[str, Sandbox, KeepingShell] | None = None


def grade_submission(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one submission.

    job: `{"student", "assignment", "plan", "modules", "limits", "confined", "digest", "findings",
    "notebooks": {name: base64}, "files": {path: base64}, "master": {path: base64}}`.
    Returns `{"student", "assignment", "notebooks": {name: {"notebook", "results",
    "answered"}}}`: the autograded notebook, records as in `records`, and the grade ids of the cells
    that the learner has changed.
    """
    limits = Limits(**job["limits"])
    sandbox, shell = _warmed(job["modules"], limits, job["confined"])
    master = {path: base64.b64decode(text) for path, text in job["master"].items()}
    files = {path: base64.b64decode(text) for path, text in job["files"].items()} | master
    graded = {}
    for name, plan in job["plan"]["notebooks"].items():
        findings = list(job["findings"])
        cells, results, outputs = _grade_notebook(
            name,
            plan,
            job,
            findings,
            lambda plan, cells: _run(sandbox, shell, plan, cells, files, master, limits),
        )
        about = {
            "version": records.VERSION,
            "submission": job["digest"],
            "confined": job["confined"],
            "needs_person": any(r["verdict"] == records.NEEDS_PERSON for r in results),
            "findings": findings,
        }
        if not job["confined"]:
            for result in results:
                result["flags"] = sorted({*result["flags"], "unconfined"})
        notebook = autograded.compose(plan, cells, outputs, results, about)
        answered = [c["known"]["grade_id"] for c in cells if c["answered"]]
        graded[name] = {"notebook": notebook, "results": results, "answered": answered}
    return {"student": job["student"], "assignment": job["assignment"], "notebooks": graded}


def _grade_notebook(
    name: str, plan: dict[str, Any], job: dict[str, Any], findings: list, run: Callable
) -> tuple[list, list, dict[int, list]]:
    submitted = None
    content = job["notebooks"].get(name)
    if content is None:
        others = sorted(set(job["notebooks"]) - set(job["plan"]["notebooks"]))
        beside = f"; there is {others[0]}.ipynb, which is not of the assignment" if others else ""
        reason = f"{name}.ipynb is not in the submission{beside}."
        findings.append(records.finding("missing", reason))
        fault = records.NEEDS_PERSON if others else records.NOT_ATTEMPTED
    elif plan["language"] != "python":
        reason = f"The notebook is for {plan['language']}; only Python is graded here."
        findings.append(records.finding("unreadable", reason))
        fault = records.NEEDS_PERSON
    else:
        try:
            submitted = read_notebook(base64.b64decode(content))
        except Unreadable as error:
            reason, fault = f"{name}.ipynb: {error}", records.NEEDS_PERSON
            findings.append(records.finding("unreadable", reason))
    cells, changed = rebuild(plan, submitted)
    findings += changed
    if submitted is None:
        return cells, verdict.unmarked(plan["cells"], fault, reason), {}
    ran = run(plan, cells)
    findings += ran["findings"]
    results = {result["grade_id"]: result for result in ran["results"]}
    for cell in cells:
        known = cell["known"]
        if known is None or known["points"] is None or known["grade_id"] in results:
            continue
        if known["task"] or known["solution"] or known["cell_type"] != "code":
            results[known["grade_id"]] = verdict.by_hand(known, cell["answered"])
            results[known["grade_id"]]["flags"] = cell["flags"]
        else:
            reason = ran.get("lost", {}).get(known["grade_id"], "the test could not be run")
            results[known["grade_id"]] = records.result(
                known["grade_id"], 0.0, known["points"], records.CRASHED, reason, cell["flags"]
            )
    return cells, list(results.values()), {int(k): v for k, v in ran["outputs"].items()}


def _run(
    sandbox: Sandbox,
    shell: KeepingShell,
    plan: dict[str, Any],
    cells: list[dict[str, Any]],
    files: dict[str, bytes],
    master: dict[str, bytes],
    limits: Limits,
) -> dict[str, Any]:
    """Run a notebook in a fork; where that ends, again without the cell that ended it."""
    skip: set[int] = set()
    lost: dict[str, str] = {}
    here = mmap.mmap(-1, 4)
    for _ in range(_TRIES):

        def run() -> dict[str, Any]:
            from .notebook import run_notebook

            _bound_memory(limits.memory_bytes)
            fresh_randomness()
            shell.outputs.limit = limits.output_bytes
            return run_notebook(shell, plan, cells, files, sandbox.fork, limits, skip, here)

        with _folder(master) as place:
            seconds = limits.notebook_seconds + limits.cell_seconds + 10
            ran = in_fork(run, place, seconds)
        if ran is not None:
            return ran | {"lost": lost}
        (number,) = struct.unpack("<I", here[:4])
        skip.add(number)
        known = cells[number]["known"] if number < len(cells) else None
        if known is not None:
            lost[known["grade_id"]] = "the process in which the test ran ended, or never came back"
    return {"outputs": {}, "results": [], "findings": [], "lost": lost}


def in_fork(function: Callable[[], Any], place: str, seconds: float) -> Any:
    """What the function gives when it runs in a fork, in the folder `place`; None if it fails."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            end_with_parent()
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            os.chdir(place)
            sys.path[:] = [p for p in sys.path if p] + [place]
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    ends = time.monotonic() + seconds
    chunks = []
    try:
        while select.select([reader], [], [], max(0.0, ends - time.monotonic()))[0]:
            chunk = os.read(reader, 1 << 20)
            if not chunk:
                break
            chunks.append(chunk)
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    try:
        return json.loads(b"".join(chunks))
    except ValueError:
        return None


@contextlib.contextmanager
def _folder(files: dict[str, bytes]) -> Any:
    """A working folder for the tests, with the instructor's files."""
    place = tempfile.mkdtemp(prefix="chainrule-")
    try:
        for name, content in files.items():
            path = Path(place, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _bound_memory(size: int) -> None:
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + size, mapped + size))


def _warmed(modules: list[str], limits: Limits, confined: bool) -> tuple[Sandbox, KeepingShell]:
    global _warm
    key = json.dumps([modules, limits.to_dict(), confined])
    if _warm is None or _warm[0] != key:
        shell = _warm[2] if _warm is not None else None
        if _warm is not None:
            _warm[1].close()
            _warm = None
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = ENVIRONMENT[name]
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        os.environ.setdefault("MPLBACKEND", ENVIRONMENT["MPLBACKEND"])
        sandbox = Sandbox(modules, limits, confined)
        warm(modules)
        _warm = key, sandbox, shell or new_shell(limits.output_bytes)
        sandbox.wait()
    return _warm[1], _warm[2]


def close() -> None:
    """End the sandbox of this process."""
    global _warm
    if _warm is not None:
        _warm[1].close()
        _warm = None


def end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    """`python -m chainrule.grading.worker`: a job a line comes in, a result a line goes out."""
    end_with_parent()
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    for line in jobs:
        results.write(json.dumps(grade_submission(json.loads(line))).encode() + b"\n")
        results.flush()
    close()


if __name__ == "__main__":
    main()
