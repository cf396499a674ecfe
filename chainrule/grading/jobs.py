"""What is to be graded, as plain data: a submission with the plan of its assignment."""

import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir, jupyter_path
from nbgrader.api import Gradebook
from nbgrader.exchange.default.exchange import Exchange

from .. import records
from .errors import CourseError, NotReleased
from .files import kept, timestamp
from .files.course import Course, for_tests_only
from .files.submission import (
    Submission,
    leave_out_what_clashes,
    read_submission,
    unreadable,
)
from .limits import SAID
from .notebooks.plan import plan_assignment
from .plain_data import AssignmentJob, GradedSubmission, Job, Plan, Planned, Rehearsal, Setup
from .ways import Fault, Trial, Tried, Ways, decide, missing_modules, trials

_MANY = 4  # submissions of an assignment that it pays to get ready for
_KEPT = {"together", "models", "tests", "rehearsal"}  # of what was found out


class Jobs:
    """Makes the jobs of a course.

    assignments: those of the gradebook among them have a plan; `say` is told of the others, and of
    what was edited after its release. apart_only: what cannot be asked apart is for a person.
    """

    def __init__(
        self,
        course: Course,
        book: Gradebook,
        assignments: list[str],
        confined: bool,
        say: Callable[[str], None],
        apart_only: bool = False,
    ) -> None:
        self.course, self.say, self.apart_only = course, say, apart_only
        self.plans: dict[str, Plan] = {}
        self.digests: dict[str, str] = {}
        self.ways: dict[str, Ways] = {}
        self.rehearsals: dict[str, Rehearsal] = {}
        for folder in course.nameless():
            say(f"{folder} in submitted/ has a name that is no text in UTF-8: it is not graded.")
        directory = course.directory
        for name in assignments:
            source = course.place(directory.source_directory, ".", name)
            release = course.place(directory.release_directory, ".", name)
            try:
                plan = plan_assignment(book, name, source, release)
            except (CourseError, NotReleased) as error:
                say(str(error))
                continue
            for warning in plan["warnings"]:
                say(warning)
            if missing := missing_modules(plan, source):
                say(f"{name} imports {', '.join(missing)}, not installed in {sys.prefix}.")
            files = course.master_files(name)
            hidden = for_tests_only(files)
            plan["files"] = _coded({n: text for n, text in files.items() if n not in hidden})
            plan["for_tests"] = _coded({n: files[n] for n in sorted(hidden)})
            self.plans[name] = plan
            text = json.dumps(plan, sort_keys=True)
            self.digests[name] = hashlib.sha256(text.encode()).hexdigest()
        self.setup = setup_of(course, self.plans, confined)
        for name in self.plans:
            self._remember(name)

    def expect(self, pairs: Sequence[tuple[str, str]]) -> None:
        """These submissions will be asked for: it may pay to get ready for them."""
        counts = Counter(assignment for _, assignment in pairs)
        self.setup["many"] = any(count >= _MANY for count in counts.values())

    def ahead(self) -> list[tuple[Planned, str]]:
        """The assignments of which a rehearsal was kept, with the digests of their plans."""
        return [
            ({"plan": self.plans[name], "rehearsal": found}, self.digests[name])
            for name, found in sorted(self.rehearsals.items())
        ]

    def make(self, student: str, assignment: str) -> tuple[Job, Submission]:
        """The job of one submission, and the submission as it was read.

        Whatever is in it, this gives a job: one of which nothing could be read says why.
        """
        found = self.read(student, assignment)
        try:
            self._prepare(found, assignment)
        except Exception as error:  # what nobody has foreseen of a stranger's files
            found = unreadable(error)
        job: Job = {
            **self._without_submission(assignment),
            "student": student,
            "digest": found.digest,
            "findings": found.findings,
            "unreadable": found.unreadable,
            "notebooks": _coded(found.notebooks),
            "files": _coded(found.files),
            "together": False,
            "rehearses": False,
            "last_try": False,
        }
        return job, found

    def _without_submission(self, assignment: str) -> AssignmentJob:
        ways = self.ways.get(assignment, Ways({}, {}, (), 0))
        return {
            "assignment": assignment,
            "plan": self.plans[assignment],
            "plan_digest": self.digests[assignment],
            "rehearsal": self.rehearsals.get(assignment),
            "models": ways.models,
            "asked_together": {} if self.apart_only else ways.together,
            "setup": self.setup,
        }

    def trials(self, assignment: str) -> dict[Trial, Job]:
        """What is to be graded to find out how each test is asked; nothing where that is known."""
        if assignment in self.ways:
            return {}
        directory = self.course.directory
        source = self.course.place(directory.source_directory, ".", assignment)
        release = self.course.place(directory.release_directory, ".", assignment)
        return trials(self._without_submission(assignment), source, release)

    def rehearsed(self, assignment: str, first: GradedSubmission) -> None:
        """From what came of the first trial: what all others are quicker with."""
        graded = first["notebooks"].values()
        found = [notebook["rehearsal"] for notebook in graded if "rehearsal" in notebook]
        self.rehearsals[assignment] = {
            "tests": sorted({name for one in found for name in one["tests"]}),
            "learner": sorted({name for one in found for name in one["learner"]}),
            "asked": [asked for one in found for asked in one["asked"]],
        }

    def learn(self, assignment: str, tried: Tried) -> Sequence[Fault]:
        """From what came of the trials; returns the tests that the own answers do not pass."""
        if assignment not in self.ways:
            found = decide(self.plans[assignment], tried)
            if self.course.left_to_learners(assignment):
                # What learners hand in beside the notebook is not in source/ as it should be.
                found = replace(found, faults=[replace(f, stops=False) for f in found.faults])
            self.ways[assignment] = found
            if not found.faults and None not in tried.values():
                value = {
                    "together": found.together,
                    "models": found.models,
                    "tests": found.tests,
                    "rehearsal": self.rehearsals.get(assignment),
                }
                kept.write(self.course.root, assignment, self._key(assignment), value)
        return self.ways[assignment].faults

    def _remember(self, assignment: str) -> None:
        value = kept.read(self.course.root, assignment, self._key(assignment))
        if isinstance(value, dict) and value.keys() == _KEPT:
            if rehearsal := value.pop("rehearsal"):
                self.rehearsals[assignment] = rehearsal
            self.ways[assignment] = Ways(faults=(), **value)

    def _key(self, assignment: str) -> str:
        setup = self.setup
        settings = setup["limits"], setup["confined"], setup["ignored"]
        return kept.key_of(self.digests[assignment], *settings)

    def _prepare(self, found: Submission, assignment: str) -> None:
        """Leave out what cannot be graded beside the instructor's files, and say so."""
        plan = self.plans[assignment]
        leave_out_what_clashes(
            found, [*plan["files"], *plan["for_tests"], *(f"{n}.ipynb" for n in plan["notebooks"])]
        )
        timestamp.leave_out_if_unreadable(found)
        for name in sorted(set(found.notebooks) - set(plan["notebooks"]))[:SAID]:
            message = f"{name}.ipynb is not of the assignment: it was not graded."
            found.findings.append(records.finding("unknown", message))

    def read(self, student: str, assignment: str) -> Submission:
        notebooks = self.plans[assignment]["notebooks"]
        return read_of_course(self.course, student, assignment, notebooks)

    def is_graded(self, have: Container[tuple[str, str]], student: str, assignment: str) -> bool:
        """Whether the gradebook holds a result for this version of the submission.

        have: the pairs for which it holds any.
        """
        if (student, assignment) not in have:
            return False
        version = self.course.graded_version(student, assignment)
        return version is not None and version == self.read(student, assignment).digest


def read_of_course(
    course: Course, student: str, assignment: str, notebooks: Iterable[str] = ()
) -> Submission:
    """One learner's submission, as `read_submission` reads it."""
    folder = course.place(course.directory.submitted_directory, student, assignment)
    return read_in(course, folder, notebooks)


def read_in(course: Course, folder: Path, notebooks: Iterable[str] = ()) -> Submission:
    """What lies in a folder of the course, as a submission."""
    ignore, most = list(course.directory.ignore), course.limits.submission_bytes
    return read_submission(course.root, folder, ignore, most, notebooks)


def _coded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def setup_of(course: Course, plans: dict[str, Plan], confined: bool) -> Setup:
    """What the jobs of these plans have in common."""
    return {
        "imports": _imports(plans),
        "limits": course.limits.plain(),
        "confined": confined,
        "out_of_sight": out_of_sight(course),
        "ignored": course.ignored_on_stderr(),
        "many": False,
    }


def _imports(plans: dict[str, Plan]) -> list[str]:
    """The import statements of all cells of the instructor."""
    statements = {
        statement
        for plan in plans.values()
        for notebook in plan["notebooks"].values()
        for cell in notebook["cells"]
        for statement in cell["names"]["uses"]
    }
    return sorted(statements)


def out_of_sight(course: Course) -> list[str]:
    """What no learner may see: the course, and nbgrader's exchange with its caches.

    Each step's folder is named for itself, since it may lie outside of the course's.
    """
    directory = course.directory
    steps = [name for name in directory.trait_names() if name.endswith("_directory")]
    places = [course.root, *(course.root / getattr(directory, step) for step in steps)]
    places += [course.root / "gradebook.db", course.root / "nbgrader_config.py"]
    if directory.db_url.startswith("sqlite:///"):
        places.append(Path(directory.db_url.removeprefix("sqlite:///").partition("?")[0]))
    exchange = Exchange(config=course.config)
    places += [Path(place) for place in (exchange.root, exchange.cache) if place]
    habits = [Exchange.root.default_value, "/srv/nbgrader"]
    places += [Path(place) for place in habits if place]
    for folder in [*jupyter_path(), jupyter_data_dir()]:
        places += Path(folder).glob("nbgrader*")
    return sorted({str(place) for place in places if place.exists()})
