"""One submission: its notebooks rebuilt, run, and made into results. Plain data in and out."""

import base64
import mmap
import struct
from collections.abc import Callable
from typing import Any

from . import autograded, records, verdict
from .isolate import Ended, bound_memory, folder, in_fork
from .limits import Limits
from .notebook import run_notebook
from .rebuild import Unreadable, read_notebook, rebuild
from .sandbox import Start
from .shell import KeepingShell, fresh_randomness
from .trouble import Machinery

_TRIES = 4
_Ran = Callable[[dict[str, Any], list[dict[str, Any]]], dict[str, Any]]


def assess(job: dict[str, Any], start: Start, shell: KeepingShell) -> dict[str, Any]:
    """Grade a job, as `worker.grade_submission` describes it. start: starts a learner process."""
    limits = Limits(**job["setup"]["limits"])
    master = {path: base64.b64decode(text) for path, text in job["plan"]["files"].items()}
    files = {path: base64.b64decode(text) for path, text in job["files"].items()} | master

    def run(plan: dict[str, Any], cells: list[dict[str, Any]]) -> dict[str, Any]:
        return _run(start, shell, plan, cells, files, master, limits)

    graded = {}
    for name, plan in job["plan"]["notebooks"].items():
        findings = list(job["findings"])
        cells, results, outputs = _grade_notebook(name, plan, job, findings, run)
        graded[name] = put_together(plan, cells, outputs, results, findings, job)
    return {"student": job["student"], "assignment": job["assignment"], "notebooks": graded}


def not_graded(job: dict[str, Any], reason: str) -> dict[str, Any]:
    """The result of a submission that grading itself did not survive: a person has to look."""
    graded = {}
    for name, plan in job["plan"]["notebooks"].items():
        findings = [*job["findings"], records.finding("limit", reason)]
        cells, _ = rebuild(plan, None)
        results = verdict.unmarked(plan["cells"], records.NEEDS_PERSON, reason)
        graded[name] = put_together(plan, cells, {}, results, findings, job)
    return {"student": job["student"], "assignment": job["assignment"], "notebooks": graded}


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
    ran = run(plan, cells)
    findings += ran["findings"]
    results = {result["grade_id"]: result for result in ran["results"]}
    for cell in cells:
        known = cell["known"]
        if known is None or known["points"] is None or known["grade_id"] in results:
            continue
        if known["task"] or known["solution"] or known["cell_type"] != "code":
            result = verdict.by_hand(known, cell["answered"])
        else:
            why = ran["lost"].get(known["grade_id"], "the test could not be run")
            result = records.result(known["grade_id"], 0.0, known["points"], records.CRASHED, why)
        results[known["grade_id"]] = result | {"flags": cell["flags"]}
    return cells, list(results.values()), {int(k): v for k, v in ran["outputs"].items()}


def _submitted(
    name: str, plan: dict[str, Any], job: dict[str, Any], findings: list[Any]
) -> tuple[list[Any] | None, str, str]:
    """The submitted cells; or None, and the verdict and reason for all questions."""
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
        return read_notebook(base64.b64decode(content)), "", ""
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
) -> dict[str, Any]:
    """Run a notebook in a fork; where that ends, again without the cell that ended it."""
    skip: set[int] = set()
    lost: dict[str, str] = {}
    here = mmap.mmap(-1, 4)

    def run() -> dict[str, Any]:
        bound_memory(limits.memory_bytes)
        fresh_randomness()
        shell.outputs.limit = limits.output_bytes
        return run_notebook(shell, plan, cells, files, start, limits, skip, here)

    seconds = limits.notebook_seconds + limits.cell_seconds + 10
    for _ in range(_TRIES):
        with folder(master) as place:
            ran = in_fork(run, place, seconds)
        if isinstance(ran, Ended):
            raise Machinery(f"the process of the tests {ran.why}")
        if isinstance(ran, dict):
            return ran | {"lost": lost}
        (number,) = struct.unpack("<I", here[:4])
        skip.add(number)
        known = cells[number]["known"] if number < len(cells) else None
        if known is not None:
            lost[known["grade_id"]] = "the process in which the test ran ended, or never came back"
    return {"outputs": {}, "results": [], "findings": [], "lost": lost}
