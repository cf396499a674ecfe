"""Which way each test is asked: apart, over the wall, or together, in the learner's own process.

Apart, nobody can cheat, and only plain data can be asked for. Together, a test runs as nbgrader
runs it, and what runs beside it can change its result. Which way a test can be asked is found out
before the first submission, on what is known to be right and on what is known to be nothing: the
instructor's own answers and the untouched release are graded both ways. A test that says the same
of each both ways is asked apart. One that does not is asked together, if the own answers pass it
there. One that they pass neither way is the instructor's slip.
"""

import base64
import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .. import records
from ..records import Result
from .notebooks import verdict
from .notebooks.scope import Scope
from .plain_data import (
    AssignmentJob,
    GradedNotebook,
    GradedSubmission,
    Job,
    ModelResults,
    Plan,
    PlannedCell,
    Together,
)

Trial = Literal["own apart", "own together", "release apart", "release together"]
FIRST: Trial = "own apart"  # it shows what the others, and all submissions, are quicker with
Tried = Mapping[Trial, GradedSubmission | None]  # None: the machinery failed
AUTHOR = "the instructor"
_NAMED = 3  # tests in one line


@dataclass(frozen=True)
class Fault:
    """A test that the instructor's own answer does not pass."""

    assignment: str
    notebook: str
    test: str
    points: float
    most: float
    reason: str
    stops: bool = True  # False: it may be as it should be, and is only said

    def __str__(self) -> str:
        got = f"{self.points:g} of {self.most:g} points"
        return (
            f"{self.assignment}, {self.test}: the instructor's own answer gets {got}"
            f" ({self.reason or 'no reason given'})"
        )


@dataclass(frozen=True)
class Ways:
    """What was found out of an assignment.

    together: tests that are asked so -> why. models: what the own answers get apart, where that is
    not all. tests: how many there are.
    """

    together: Together
    models: ModelResults
    faults: Sequence[Fault]
    tests: int

    def line(self, assignment: str) -> str:
        """For who grades; "" where all is asked apart."""
        found = list(self.reasons())
        if not found:
            return ""
        named = "; ".join(f"{test}: {why}" for test, why in found[:_NAMED])
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        return (
            f"{assignment}: {len(found)} of {self.tests} tests are asked together with the answers,"
            f" which could change their result ({named}{more})."
        )

    def reasons(self) -> Iterable[tuple[str, str]]:
        """Each test that is asked together, and why."""
        for tests in self.together.values():
            yield from tests.items()


def trials(job: AssignmentJob, source: Path, release: Path) -> dict[Trial, Job]:
    """What is to be graded to find out. source, release: the assignment's folders."""
    found: dict[Trial, Job] = {}
    if own := _handed_in(job, source):
        found["own apart"] = own | {"rehearses": True}
        found["own together"] = own | {"together": True}
        if blank := _handed_in(job, release):
            found["release apart"] = blank
            found["release together"] = blank | {"together": True}
    return found


def _handed_in(job: AssignmentJob, folder: Path) -> Job | None:
    """The job in which the instructor hands in what is in this folder."""
    paths = {name: folder / f"{name}.ipynb" for name in job["plan"]["notebooks"]}
    found = {
        name: base64.b64encode(path.read_bytes()).decode()
        for name, path in paths.items()
        if path.is_file()
    }
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
        "rehearses": False,
        "last_try": False,
    }


def decide(plan: Plan, tried: Tried) -> Ways:
    """The way of each test of an assignment, from what came of its trials."""
    together: Together = {}
    models: ModelResults = {}
    faults: list[Fault] = []
    count = 0
    for name, notebook in plan["notebooks"].items():
        # Answers that stand in source/ as learners get them are no model of anything.
        own = _of(tried, "own apart", name)
        known = own is not None and bool(own["answered"])
        answers = Scope(notebook["cells"]).of_answers
        for cell in notebook["cells"]:
            if cell["kind"] != "test" or cell["points"] is None:
                continue
            count += 1
            test = cell["grade_id"]
            apart, beside = (_result(tried, trial, name, test) for trial in _OWN)
            blank = [_result(tried, trial, name, test) for trial in _RELEASE]
            if not known or apart is None:
                continue
            if beside is not None and _is_full(beside):
                if why := _why_together(cell, answers, apart, *blank):
                    together.setdefault(name, {})[test] = why
            elif beside is not None and _is_short(apart):
                reason = apart["reason"] or apart["verdict"]
                got = apart["points"] or 0.0
                stops = reason != verdict.STDERR  # that is a rule of nbgrader's, and no slip
                faults.append(
                    Fault(plan["assignment"], name, test, got, cell["points"], reason, stops)
                )
            elif beside is not None and _is_blind(*blank):
                got = beside["points"] or 0.0
                reason = (
                    f"{beside['reason'] or beside['verdict']}; untouched it passes, asked apart"
                )
                most = cell["points"]
                faults.append(Fault(plan["assignment"], name, test, got, most, reason, stops=False))
                models.setdefault(name, {})[test] = {
                    "points": got,
                    "reason": reason,
                    "together": False,
                    "verdict": beside["verdict"],
                    "blind": True,
                }
            if _is_short(apart):
                models.setdefault(name, {})[test] = {
                    "points": apart["points"] or 0.0,
                    "reason": apart["reason"] or apart["verdict"],
                    "together": beside is not None and _is_full(beside),
                    "verdict": apart["verdict"],
                    "blind": False,
                }
    return Ways(together, models, faults, count)


_OWN: tuple[Trial, Trial] = ("own apart", "own together")
_RELEASE: tuple[Trial, Trial] = ("release apart", "release together")


def _why_together(
    cell: PlannedCell,
    answers: set[str],
    own: Result,
    apart: Result | None,
    together: Result | None,
) -> str:
    """Why a test that the own answers pass together cannot be asked apart; "" if it can.

    answers: the names that answers bind. apart, together: what the release gets.
    """
    if not _is_full(own):
        return own["reason"] or f"your own answer gets {own['points'] or 0:g} points apart"
    if apart is not None and together is not None and _says(apart) != _says(together):
        got = (f"{one['points'] or 0:g}" for one in (apart, together))
        return "as it was released, it gets {} points apart and {} together".format(*got)
    unlike = cell["names"]["unlike"]
    if changed := answers.intersection(unlike.get("objects", ())):
        return f"it changes `{min(changed)}`, of which the learner's code keeps its own"
    for kind, words in _UNLIKE.items():
        if found := unlike.get(kind):
            return words.format(found[0])
    return ""


# What a test does that the two ways may differ in, although they did not on these answers.
_UNLIKE: dict[Literal["state", "main", "same"], str] = {
    "state": "it sets what does not reach the learner's process: {}",
    "main": "it looks for tests in the notebook: {}",
    "same": "it asks whether two things are one object: {}",
}


def _is_blind(apart: Result | None, together: Result | None) -> bool:
    """Whether a pass apart says nothing: the release has one, and nothing passes together.

    apart, together: of the release. Such a test looks at what lies beside the values, a folder that
    the answers have filled, say.
    """
    if apart is None or together is None:
        return False
    return (apart["points"] or 0.0) > (together["points"] or 0.0)


def _of(tried: Tried, trial: Trial, notebook: str) -> GradedNotebook | None:
    graded = tried.get(trial)
    return None if graded is None else graded["notebooks"].get(notebook)


def _result(tried: Tried, trial: Trial, notebook: str, test: str) -> Result | None:
    graded = _of(tried, trial, notebook)
    found = graded["results"] if graded is not None else ()
    return next((result for result in found if result["grade_id"] == test), None)


def _is_full(result: Result) -> bool:
    return result["points"] == result["max_points"] and result["verdict"] == records.PASSED


def _is_short(result: Result) -> bool:
    points = result["points"]
    attempted = result["verdict"] != records.NOT_ATTEMPTED
    return attempted and points is not None and points < result["max_points"]


def _says(result: Result) -> tuple[float, bool]:
    return result["points"] or 0.0, result["verdict"] == records.NEEDS_PERSON


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
