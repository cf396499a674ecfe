"""One submission: its notebooks rebuilt, run, and made into results. Plain data in and out."""

import base64
import mmap
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ... import records
from ..forks.isolated import Ended, bound_memory, folder, in_fork
from ..forks.process_tree import waited_for_core
from ..limits import PATIENCE, RUNS, Limits
from ..notebooks import autograded, verdict
from ..notebooks.rebuild import BOTH, TEST, Unreadable, rebuild
from ..shell.shell import KeepingShell, fresh_randomness
from ..wall.messages import Start
from ..wall.trouble import Machinery
from . import copies
from .notebook import HERE, run_notebook
from .process import GUARD_SECONDS
from .read_apart import read_apart
from .together import run_together

_COPIES_SECONDS = 10
_OVERRAN = "did not come back from what it does with the answer"
_Ran = Callable[[dict[str, Any], list[dict[str, Any]], dict[str, verdict.Model]], dict[str, Any]]


def assess(job: dict[str, Any], start: Start, shell: KeepingShell) -> dict[str, Any]:
    """Grade a job, as `worker.grade_submission` describes it. start: starts a learner process.

    Raises Machinery where a process of ours ended; in a job's last try the cell in which it did so
    is for a person instead.
    """
    limits = Limits(**job["setup"]["limits"])
    master = {path: base64.b64decode(text) for path, text in job["plan"]["files"].items()}
    files = {path: base64.b64decode(text) for path, text in job["files"].items()} | master
    last = bool(job.get("last_try"))

    def run(
        plan: dict[str, Any], cells: list[dict[str, Any]], models: dict[str, verdict.Model]
    ) -> dict[str, Any]:
        if job.get("together"):
            return run_together(start, plan, cells, files, limits)
        return _run(start, shell, plan, cells, files, master, limits, models, last)

    graded = {}
    handed_in = [*job["findings"], *_copies(job)]
    for name, plan in job["plan"]["notebooks"].items():
        findings = list(handed_in)
        cells, results, outputs = _grade_notebook(name, plan, job, findings, run)
        graded[name] = put_together(plan, cells, outputs, results, findings, job)
    return {"student": job["student"], "assignment": job["assignment"], "notebooks": graded}


def _copies(job: dict[str, Any]) -> list[dict[str, str]]:
    """Findings of handed in copies of this package; a stranger's Python is parsed in a fork."""
    files = {path: base64.b64decode(text) for path, text in job["files"].items()}
    if not copies.worth_a_look(files):
        return []
    copies.get_ready()
    said = in_fork(partial(copies.copied, files), "/", _COPIES_SECONDS)
    return [records.finding("copy", one) for one in said] if isinstance(said, list) else []


def not_graded(job: dict[str, Any], reason: str) -> dict[str, Any]:
    """The result of a submission that grading itself did not survive: a person has to look."""
    graded = {}
    for name, plan in job["plan"]["notebooks"].items():
        findings = [*job["findings"], records.finding("limit", reason)]
        cells, _ = rebuild(plan, None)
        results = verdict.unmarked(plan["cells"], records.NEEDS_PERSON, reason)
        graded[name] = put_together(plan, cells, {}, results, findings, job)
    about = {"student": job["student"], "assignment": job["assignment"]}
    return about | {"notebooks": graded, "given_up": True}


def put_together(
    plan: dict[str, Any],
    cells: list[dict[str, Any]],
    outputs: dict[int, list[Any]],
    results: list[dict[str, Any]],
    findings: list[dict[str, str]],
    job: dict[str, Any],
) -> dict[str, Any]:
    """One notebook's part of a result."""
    about = {
        "version": records.VERSION,
        "submission": job["digest"],
        "confined": job["setup"]["confined"],
        "needs_person": any(r["verdict"] == records.NEEDS_PERSON for r in results),
        "findings": findings,
    }
    if not job["setup"]["confined"]:
        for result in results:
            result["flags"] = sorted({*result["flags"], "unconfined"})
    return {
        "text": autograded.as_text(autograded.compose(plan, cells, outputs, results, about)),
        "results": results,
        "findings": findings,
        "answered": [c["known"]["grade_id"] for c in cells if c["answered"]],
    }


def _grade_notebook(
    name: str, plan: dict[str, Any], job: dict[str, Any], findings: list[Any], run: _Ran
) -> tuple[list[Any], list[Any], dict[int, list[Any]]]:
    submitted, fault, reason = _submitted(name, plan, job, findings)
    cells, changed = rebuild(plan, submitted)
    findings += changed
    if submitted is None:
        return cells, verdict.unmarked(plan["cells"], fault, reason), {}
    models = {
        grade_id: verdict.Model(**model)
        for grade_id, model in job.get("models", {}).get(name, {}).items()
    }
    ran = run(plan, cells, models)
    findings += ran["findings"]
    results = {result["grade_id"]: result for result in ran["results"]}
    for cell in cells:
        known = cell["known"]
        if known is None or known["points"] is None or known["grade_id"] in results:
            continue
        if known["task"] or known["solution"] or known["cell_type"] != "code":
            result = verdict.by_hand(known, cell["answered"])
        else:
            raise Machinery(f"the test {known['grade_id']} came to no result")
        results[known["grade_id"]] = result | {"flags": cell["flags"]}
    return cells, list(results.values()), {int(k): v for k, v in ran["outputs"].items()}


def _submitted(
    name: str, plan: dict[str, Any], job: dict[str, Any], findings: list[Any]
) -> tuple[list[Any] | None, str, str]:
    """The submitted cells; or None, and the verdict and reason for all questions."""
    if job["unreadable"]:
        return None, records.NEEDS_PERSON, job["unreadable"]
    content = job["notebooks"].get(name)
    if content is None:
        others = sorted(set(job["notebooks"]) - set(job["plan"]["notebooks"]))
        beside = f"; {others[0]}.ipynb is there, which is not of the assignment" if others else ""
        reason = f"{name}.ipynb is not in the submission{beside}."
        findings.append(records.finding("missing", reason))
        left_out = any(f["kind"] == "file" for f in findings)
        person = others or left_out
        return None, records.NEEDS_PERSON if person else records.NOT_ATTEMPTED, reason
    try:
        if plan["language"] != "python":
            raise Unreadable(f"It is for {plan['language']}; only Python is graded here.")
        return read_apart(base64.b64decode(content)), "", ""
    except Unreadable as error:
        reason = f"{name}.ipynb: {error}"
        findings.append(records.finding("unreadable", reason))
        return None, records.NEEDS_PERSON, reason


def _run(
    start: Start,
    shell: KeepingShell,
    plan: dict[str, Any],
    cells: list[dict[str, Any]],
    files: dict[str, bytes],
    master: dict[str, bytes],
    limits: Limits,
    models: dict[str, verdict.Model],
    last: bool,
) -> dict[str, Any]:
    """Run a notebook in a fork.

    Where that ends, nothing is left out and tried again here: it is the machinery's, or a test's
    that does not survive what it was given. Only in the last try the trusted cell that was running
    is given up, with all that needs it. Raises Machinery.
    """
    given_up: dict[int, str] = {}
    here = mmap.mmap(-1, HERE.size)

    def run() -> dict[str, Any]:
        bound_memory(limits.memory_bytes)
        fresh_randomness()
        shell.outputs.limit = limits.output_bytes
        try:
            return run_notebook(shell, plan, cells, files, start, limits, models, given_up, here)
        except Machinery as machinery:
            return {"machinery": machinery.reason}

    def overrun(child: int) -> str:
        """Where no alarm is heard, in a library's C code: the test is given up, and no other."""
        _, began = HERE.unpack(here[:])
        most = 2 * (limits.cell_seconds + GUARD_SECONDS + 1)
        most += min(waited_for_core(child), PATIENCE * limits.cell_seconds)
        return _OVERRAN if began and time.monotonic() - began > most else ""

    seconds = PATIENCE * (limits.notebook_seconds + limits.cell_seconds) + 30
    while True:
        with folder(master) as place:
            ran = in_fork(run, place, seconds, overrun)
        if isinstance(ran, dict) and "machinery" not in ran:
            return ran
        number, _ = HERE.unpack(here[:])
        known = cells[number]["known"] if number < len(cells) else None
        where = known["grade_id"] if known is not None else "a cell of the learner's"
        if isinstance(ran, Ended):
            reason = f"the process of the tests {ran.why}, in {where}"
        else:
            reason = str(ran["machinery"])
        trusted = known is not None and cells[number]["kind"] in (BOTH, TEST)
        overran = isinstance(ran, Ended) and ran.why == _OVERRAN
        if not (last or overran) or not trusted or number in given_up or len(given_up) + 1 >= RUNS:
            raise Machinery(reason)
        given_up[number] = reason
