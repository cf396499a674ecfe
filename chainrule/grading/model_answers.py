"""The instructor's own answers, graded as a learner's are, before any learner's.

A test that they pass can be asked of learners. One that they pass only where nothing has to cross
the wall looks at more than plain values: where it fails, a person decides. One that they fail is
the instructor's slip.
"""

import base64
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import records
from ..records import Result
from .plain_data import AssignmentJob, GradedSubmission, Job, ModelResult, ModelResults, Plan

GradeAll = Callable[[Sequence[Job]], Sequence[GradedSubmission | None]]
AUTHOR = "the instructor"


@dataclass(frozen=True)
class Fault:
    """A test that the instructor's own answer does not pass."""

    assignment: str
    notebook: str
    test: str
    points: float
    most: float
    reason: str

    def __str__(self) -> str:
        got = f"{self.points:g} of {self.most:g} points"
        return (
            f"{self.assignment}, {self.test}: the instructor's own answer gets {got}"
            f" ({self.reason or 'no reason given'})"
        )


def job_of(job: AssignmentJob, source: Path) -> Job | None:
    """The job in which the instructor's own answers are handed in; None if there are none.

    source: the assignment's folder in source/.
    """
    found = {}
    for name in job["plan"]["notebooks"]:
        path = source / f"{name}.ipynb"
        if path.is_file():
            found[name] = base64.b64encode(path.read_bytes()).decode()
    if not found:
        return None
    return {
        **job,
        "student": AUTHOR,
        "digest": "",
        "notebooks": found,
        "files": {},
        "findings": [],
        "unreadable": "",
        "together": False,
        "last_try": False,
    }


def try_out(jobs: Sequence[Job], grade: GradeAll) -> tuple[dict[str, ModelResults], list[Fault]]:
    """Grade the instructors' own answers; what they get by assignment, and what is wrong.

    jobs: by `job_of`. grade: of jobs, what comes of each; None where the machinery failed.
    """
    models: dict[str, ModelResults] = {}
    faults: list[Fault] = []
    apart = list(grade(jobs))
    short = [job for job, got in zip(jobs, apart, strict=True) if got and any(_short(got))]
    together = {
        job["assignment"]: got
        for job, got in zip(short, grade([job | {"together": True} for job in short]), strict=True)
    }
    for job, got in zip(jobs, apart, strict=True):
        assignment = job["assignment"]
        whole = together.get(assignment)
        for name, result in _short(got) if got else ():
            test, points = result["grade_id"], result["points"] or 0.0
            passes = whole is not None and _passes(whole, name, test)
            model: ModelResult = {
                "points": points,
                "reason": result["reason"] or result["verdict"],
                "together": passes,
                "verdict": result["verdict"],
            }
            models.setdefault(assignment, {}).setdefault(name, {})[test] = model
            if not passes and whole is not None:
                most = result["max_points"]
                faults.append(Fault(assignment, name, test, points, most, model["reason"]))
    return models, faults


def _short(graded: GradedSubmission) -> Iterable[tuple[str, Result]]:
    """The tests in which these answers do not get all points, with their notebooks."""
    for name, notebook in graded["notebooks"].items():
        # An answer that stands in source/ as learners get it is no model of anything.
        for result in notebook["results"] if notebook["answered"] else ():
            points, most = result["points"], result["max_points"]
            attempted = result["verdict"] != records.NOT_ATTEMPTED
            if attempted and points is not None and points < most:
                yield name, result


def _passes(graded: GradedSubmission, name: str, grade_id: str) -> bool:
    results = graded["notebooks"][name]["results"]
    return any(r["grade_id"] == grade_id and r["verdict"] == records.PASSED for r in results)


def missing_modules(plan: Plan, source: Path) -> list[str]:
    """Modules that an assignment's notebooks need, and that this Python does not have."""
    wanted = {
        name
        for notebook in plan["notebooks"].values()
        for cell in notebook["cells"]
        for name in cell["names"]["needs"]
    }
    return sorted(name for name in wanted if not _is_there(name, source))


def _is_there(name: str, source: Path) -> bool:
    if (source / f"{name}.py").exists() or (source / name).is_dir():
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
