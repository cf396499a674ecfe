"""What grading itself failed at is graded again, alone; one line at the end says what happened."""

import base64
from collections import Counter
from collections.abc import Collection, Sequence

from .errors import CourseError, NoSandbox
from .forks.isolated import in_words
from .plain_data import FreeCell, Grade, GradedSubmission, Job, NotebookPlan, PlannedCell
from .processes.worker import WorkerDied
from .trusted.assess import not_graded

_NAMED = 3
_EMPTY = base64.b64encode(
    b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
).decode()


class Again:
    """Grades again. tries: how, one after the other; each may raise anything."""

    def __init__(self, tries: Sequence[Grade]) -> None:
        self.tries = tries
        self.failures: Counter[tuple[str, str]] = Counter()  # why, and whose submission
        self.given_up: list[str] = []

    def first(self, grade: Grade, job: Job) -> GradedSubmission:
        """What `grade` gives for a job, or what comes of it afterwards; raises as `grade` does."""
        try:
            return grade(job)
        except NoSandbox:
            raise
        except Exception as error:
            self.failed(job, error)
            return self.grade(job)

    def failed(self, job: Job, error: BaseException) -> None:
        """It has failed at this job, for the first time."""
        self.failures[_why(error), _whose(job)] += 1

    def grade(self, job: Job) -> GradedSubmission:
        """Its result, if need be that a person has to look.

        Raises CourseError, NoSandbox where the machine, and not this submission, is at fault.
        """
        for number, grade in enumerate(self.tries, 1):
            last = number == len(self.tries)
            try:
                return grade(job | {"last_try": last})
            except Exception as error:
                if last and isinstance(error, NoSandbox):
                    raise
                self.failed(job, error)
                why = _why(error)
        self._try_nothing(job)
        self.given_up.append(_whose(job))
        return not_graded(job, f"{_sentence(why)} each time that it was graded.")

    def _try_nothing(self, job: Job) -> None:
        """Would any submission fail now? Then nobody is to be marked by it."""
        try:
            self.tries[-1](_without_code(job))
        except NoSandbox:
            raise
        except Exception as error:
            raise CourseError(
                f"Nothing can be graded on this machine now: {_why(error)}. Results so far are "
                "kept; the next run goes on."
            ) from None

    def line(self) -> str:
        """What happened, for people; "" if nothing did."""
        if not self.failures:
            return ""
        parts = []
        for why in dict.fromkeys(why for why, _ in self.failures):
            counts = {whose: n for (w, whose), n in self.failures.items() if w == why}
            times = max(counts.values())
            often = {1: "", 2: " twice"}.get(times, f" {times} times") if len(counts) == 1 else ""
            parts.append(f"{why}{often} while {_listed(counts, 'was', 'were')} graded")
        them = {whose for _, whose in self.failures}
        line = f"{_sentence('; '.join(parts))}; {'it was' if len(them) == 1 else 'they were'}"
        line += " graded again"
        if self.given_up:
            line += f", and {_listed(self.given_up, 'needs', 'need')} a person"
        return line + "."


def _without_code(job: Job) -> Job:
    """A job that needs all the same processes, in which no code of anybody runs."""
    notebooks: dict[str, NotebookPlan] = {}
    for name, notebook in job["plan"]["notebooks"].items():
        known = [cell for cell in notebook["cells"] if cell["kind"] is not None]
        cells: list[PlannedCell | FreeCell] = [cell | {"source": ""} for cell in known]
        notebooks[name] = notebook | {"cells": cells}
    return job | {
        "plan": job["plan"] | {"notebooks": notebooks, "files": {}},
        "plan_digest": f"{job['plan_digest']} without code",
        "rehearsal": None,
        "notebooks": dict.fromkeys(notebooks, _EMPTY),
        "files": {},
        "findings": [],
    }


def _why(error: BaseException) -> str:
    return str(error) if isinstance(error, (WorkerDied, NoSandbox)) else in_words(error)


def _whose(job: Job) -> str:
    return f"{job['student']}'s {job['assignment']}"


def _listed(names: Collection[str], one: str, many: str) -> str:
    """Whose they are, or how many, and the verb."""
    if len(names) > _NAMED:
        return f"{len(names)} submissions {many}"
    return f"{' and '.join(names)} {one if len(names) == 1 else many}"


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:]
