"""One submission: its notebooks rebuilt, run, and made into results. Plain data in and out."""

import base64
import mmap
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial

from ... import records
from ...records import Finding, NotebookRecord, Verdict
from ..forks.isolated import Ended, bound_memory, folder, in_fork
from ..forks.process_tree import waited_for_core
from ..limits import PATIENCE, RUNS, Limits
from ..notebooks import autograded, verdict
from ..notebooks.rebuild import Unreadable, rebuild
from ..plain_data import (
    BOTH,
    TEST,
    Cell,
    GradedNotebook,
    GradedSubmission,
    Job,
    NotebookPlan,
    Ran,
    SubmittedCell,
)
from ..shell.shell import KeepingShell, fresh_randomness
from ..wall.messages import Start
from ..wall.trouble import Machinery
from . import copies
from .notebook import HERE, Notebook, run_notebook
from .process import GUARD_SECONDS
from .read_apart import read_apart
from .together import run_together

_COPIES_SECONDS = 10
_OVERRAN = "did not come back from what it does with the answer"


def assess(job: Job, start: Start, shell: KeepingShell) -> GradedSubmission:
    """Grade a job. start: starts a learner process.

    Raises Machinery where a process of ours ended; in a job's last try the cell in which it did so
    is for a person instead.
    """
    theirs, ours = _decoded(job["files"]), _decoded(job["plan"]["files"])
    for_tests = _decoded(job["plan"]["for_tests"])
    findings = [*job["findings"], *_copies(theirs)]
    assessor = _Assessor(job, theirs | ours, ours | for_tests, findings, start, shell)
    graded = {name: assessor.assess(name) for name in job["plan"]["notebooks"]}
    return {"student": job["student"], "assignment": job["assignment"], "notebooks": graded}


def _decoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: base64.b64decode(text) for path, text in files.items()}


def _copies(files: dict[str, bytes]) -> list[Finding]:
    """Findings of handed in copies of this package; a stranger's Python is parsed in a fork."""
    if not copies.worth_a_look(files):
        return []
    copies.get_ready()
    said = in_fork(partial(copies.copied, files), "/", _COPIES_SECONDS)
    return [] if isinstance(said, Ended) else [records.finding("copy", one) for one in said]


def not_graded(job: Job, reason: str) -> GradedSubmission:
    """The result of a submission that grading itself did not survive: a person has to look."""
    graded = {}
    for name, plan in job["plan"]["notebooks"].items():
        cells, _ = rebuild(plan, None)
        ran = _not_run(plan, records.NEEDS_PERSON, reason)
        ran["findings"] = [*job["findings"], records.finding("limit", reason)]
        graded[name] = put_together(plan, cells, ran, job)
    return {
        "student": job["student"],
        "assignment": job["assignment"],
        "notebooks": graded,
        "given_up": True,
    }


def put_together(plan: NotebookPlan, cells: list[Cell], ran: Ran, job: Job) -> GradedNotebook:
    """What came of one notebook. ran: with all results and all findings."""
    about: NotebookRecord = {
        "version": records.VERSION,
        "submission": job["digest"],
        "confined": job["setup"]["confined"],
        "needs_person": any(r["verdict"] == records.NEEDS_PERSON for r in ran["results"]),
        "findings": ran["findings"],
    }
    if not job["setup"]["confined"]:
        for result in ran["results"]:
            result["flags"] = sorted({*result["flags"], "unconfined"})
    graded: GradedNotebook = {
        "text": autograded.as_text(autograded.compose(plan, cells, ran, about)),
        "results": ran["results"],
        "findings": ran["findings"],
        "answered": [c["known"]["grade_id"] for c in cells if c["known"] and c["answered"]],
    }
    return graded if "rehearsal" not in ran else {**graded, "rehearsal": ran["rehearsal"]}


def _not_run(plan: NotebookPlan, why: Verdict, reason: str) -> Ran:
    results = verdict.unmarked(plan["cells"], why, reason)
    return {"outputs": [], "results": results, "findings": []}


def _add_results(ran: Ran, cells: list[Cell]) -> None:
    """Of the cells that carry marks and are no tests. Raises Machinery where a test has none."""
    results = {result["grade_id"]: result for result in ran["results"]}
    for cell in cells:
        known = cell["known"]
        if known is None or known["points"] is None or known["grade_id"] in results:
            continue
        if not (known["task"] or known["solution"] or known["cell_type"] != "code"):
            raise Machinery(f"the test {known['grade_id']} came to no result")
        by_hand = verdict.by_hand(known, not cell["answered"] and not cell["flags"])
        ran["results"].append(by_hand | {"flags": cell["flags"]})


@dataclass(frozen=True)
class _NotThere:
    """Why there are no submitted cells: the verdict and the reason for all questions."""

    verdict: Verdict
    reason: str
    finding: Finding | None = None


def _submitted(name: str, job: Job, handed_in: list[Finding]) -> list[SubmittedCell] | _NotThere:
    if job["unreadable"]:
        return _NotThere(records.NEEDS_PERSON, job["unreadable"])
    content = job["notebooks"].get(name)
    if content is None:
        others = sorted(set(job["notebooks"]) - set(job["plan"]["notebooks"]))
        beside = f"; {others[0]}.ipynb is there, which is not of the assignment" if others else ""
        reason = f"{name}.ipynb is not in the submission{beside}."
        person = others or any(found["kind"] == "file" for found in handed_in)
        why: Verdict = records.NEEDS_PERSON if person else records.NOT_ATTEMPTED
        return _NotThere(why, reason, records.finding("missing", reason))
    language = job["plan"]["notebooks"][name]["language"]
    try:
        if language != "python":
            raise Unreadable(f"It is for {language}; only Python is graded here.")
        return read_apart(base64.b64decode(content))
    except Unreadable as error:
        reason = f"{name}.ipynb: {error}"
        return _NotThere(records.NEEDS_PERSON, reason, records.finding("unreadable", reason))


@dataclass(frozen=True)
class _Assessor:
    """Assesses the notebooks of one submission.

    files: of the learner's working folder. ours: the instructor's, which the tests have.
    findings: what is to be said of each notebook.
    """

    job: Job
    files: dict[str, bytes]
    ours: dict[str, bytes]
    findings: list[Finding]
    start: Start
    shell: KeepingShell

    def assess(self, name: str) -> GradedNotebook:
        job, plan = self.job, self.job["plan"]["notebooks"][name]
        submitted = _submitted(name, job, self.findings)
        findings = list(self.findings)
        if isinstance(submitted, _NotThere):
            if submitted.finding is not None:
                findings.append(submitted.finding)
            cells, _ = rebuild(plan, None)
            ran = _not_run(plan, submitted.verdict, submitted.reason)
        else:
            cells, changed = rebuild(plan, submitted)
            findings += changed
            models, setup = job["models"].get(name, {}), job["setup"]
            limits, ignored = Limits.of(setup["limits"]), setup["ignored"]
            notebook = Notebook(
                plan, cells, models, self.files, limits, ignored, rehearses=job["rehearses"]
            )
            ran = self._either_way(notebook, job["asked_together"].get(name, {}))
            _add_results(ran, cells)
        ran["findings"] = findings + ran["findings"]
        return put_together(plan, cells, ran, job)

    def _either_way(self, notebook: Notebook, together: Collection[str]) -> Ran:
        """together: the tests that are asked so; the others are asked in a run of their own."""
        cells = notebook.plan["cells"]
        tests = {c["grade_id"] for c in cells if c["kind"] == TEST and c["points"] is not None}
        if self.job["together"]:
            return run_together(notebook, self.start)
        if not together:
            return self._run(notebook)
        beside = run_together(notebook, self.start, together)
        if tests <= set(together):
            return beside
        apart = self._run(replace(notebook, without=together))
        known = {number: cell["known"] for number, cell in enumerate(notebook.cells)}
        asked = {n for n, one in known.items() if one is not None and one["grade_id"] in together}
        return {
            "outputs": [
                *(one for one in apart["outputs"] if one[0] not in asked),
                *(one for one in beside["outputs"] if one[0] in asked),
            ],
            "results": apart["results"] + beside["results"],
            "findings": [
                *apart["findings"],
                *(one for one in beside["findings"] if one not in apart["findings"]),
            ],
        }

    def _run(self, notebook: Notebook) -> Ran:
        """Run a notebook in a fork.

        Where that ends, nothing is left out and tried again here: it is the machinery's, or a
        test's that does not survive what it was given. Only in the last try the trusted cell that
        was running is given up, with all that needs it. Raises Machinery.
        """
        limits, cells = notebook.limits, notebook.cells
        given_up: dict[int, str] = {}
        here = mmap.mmap(-1, HERE.size)

        def run() -> Ran:
            bound_memory(limits.memory_bytes)
            fresh_randomness()
            self.shell.outputs.limit = limits.output_bytes
            return run_notebook(notebook, self.start, self.shell, given_up, here)

        def overrun(child: int) -> str:
            """Where no alarm is heard, in a library's C code: this test is given up, no other."""
            _, began = HERE.unpack(here[:])
            of_alarm = limits.cell_seconds + GUARD_SECONDS + 1
            most = 2 * of_alarm + min(waited_for_core(child), (PATIENCE - 1) * of_alarm)
            return _OVERRAN if began and time.monotonic() - began > most else ""

        seconds = PATIENCE * (limits.notebook_seconds + limits.cell_seconds) + 30
        while True:
            ended, reason = Ended(""), ""
            try:
                with folder(self.ours) as place:
                    ran = in_fork(run, place, seconds, overrun)
                if not isinstance(ran, Ended):
                    return ran
                ended = ran
            except Machinery as machinery:
                reason = machinery.reason
            number, _ = HERE.unpack(here[:])
            known = cells[number]["known"] if number < len(cells) else None
            where = known["grade_id"] if known is not None else "a cell of the learner's"
            reason = reason or f"the process of the tests {ended.why}, in {where}"
            trusted = known is not None and cells[number]["kind"] in (BOTH, TEST)
            gives_up = ended.why == _OVERRAN or self.job["last_try"]
            if not gives_up or not trusted or number in given_up or len(given_up) + 1 >= RUNS:
                raise Machinery(reason)
            given_up[number] = reason
