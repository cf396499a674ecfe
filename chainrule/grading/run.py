"""Grade a course: collect what is new, hand it out, write what comes back."""

import base64
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from . import autograded, gradebook, records
from .assess import not_graded
from .course import Course, open_course
from .errors import CourseError, NotReleased
from .plan import plan_assignment
from .pool import LocalPool
from .submission import read_submission
from .worker import WorkerDied, close, grade_submission

_BATCH_SECONDS = 0.5
_WAITING = 4  # submissions read ahead, a worker
_MANY = 4  # submissions for which a rehearsal is worth its time


@dataclass
class Graded:
    """One submission's result. notebooks: name -> its records, as in `records`."""

    student: str
    assignment: str
    notebooks: dict[str, list[dict[str, Any]]]
    findings: list[dict[str, str]]

    @property
    def points(self) -> float:
        return sum(r["points"] or 0.0 for results in self.notebooks.values() for r in results)

    @property
    def max_points(self) -> float:
        return sum(r["max_points"] for results in self.notebooks.values() for r in results)

    @property
    def needs_person(self) -> list[dict[str, Any]]:
        results = [r for results in self.notebooks.values() for r in results]
        return [r for r in results if r["verdict"] == records.NEEDS_PERSON]


def grade_course(
    course_dir: Path,
    assignment: str | None = None,
    student: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    unsafe: bool = False,
    executor: Executor | None = None,
    watch: Callable[[int, int], None] = lambda done, of: None,
    say: Callable[[str], None] = lambda line: None,
    **limits: Any,
) -> list[Graded]:
    """See `chainrule.grading.grade`. watch: told how many are done; say: told lines of warning."""
    course = open_course(Path(course_dir), **limits)
    url, name = course.directory.db_url, course.directory.course_id
    with gradebook.opened(url, name) as book:
        pairs = course.submitted(assignment, student)
        plans = _plans(course, book, sorted({a for _, a in pairs}), say)
        new = [p for p in pairs if p[1] in plans and (force or not _is_graded(course, book, *p))]
        if not new:
            return []
        run = _Run(course, book, plans, confined=not unsafe)
        count = os.cpu_count() or 1 if jobs is None else jobs
        watch(0, len(new))
        graded: list[Graded] = []
        for result in run.results(new, min(count, len(new)), executor):
            graded.append(result)
            watch(len(graded), len(new))
        return sorted(graded, key=lambda g: (g.assignment, g.student))


def _plans(
    course: Course, book: Gradebook, assignments: list[str], say: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    plans = {}
    for name in assignments:
        source = course.place(course.directory.source_directory, ".", name)
        release = course.place(course.directory.release_directory, ".", name)
        try:
            plans[name] = plan_assignment(book, name, source, release)
        except NotReleased as error:
            say(str(error))
            continue
        for warning in plans[name]["warnings"]:
            say(warning)
    if assignments and not plans:
        raise CourseError("None of the submitted assignments is in the gradebook.")
    return plans


def _is_graded(course: Course, book: Gradebook, student: str, assignment: str) -> bool:
    """Whether the gradebook holds a result for this version of the submission."""
    version = course.graded_version(student, assignment)
    if version is None or not gradebook.has_result(book, student, assignment):
        return False
    return version == _read(course, student, assignment).digest


def _read(course: Course, student: str, assignment: str) -> Any:
    folder = course.place(course.directory.submitted_directory, student, assignment)
    most = course.limits.submission_bytes
    return read_submission(course.root, folder, list(course.directory.ignore), most)


class _Run:
    def __init__(
        self,
        course: Course,
        book: Gradebook,
        plans: dict[str, dict[str, Any]],
        confined: bool,
    ) -> None:
        self.course, self.plans, self.confined = course, plans, confined
        self.imports = _imports(plans)
        self.many: set[str] = set()
        self.out_of_sight = _out_of_sight(course)
        self.writer = gradebook.Writer(book, course.config)
        self.master = {name: _coded(course.master_files(name)) for name in plans}
        self.permissions = 0o664 if course.directory.groupshared else 0o444

    def results(
        self, pairs: list[tuple[str, str]], workers: int, executor: Executor | None
    ) -> Iterator[Graded]:
        """Grade these; yield each when it is in the gradebook and its files are in place."""
        pairs = sorted(pairs, key=lambda pair: pair[::-1])  # a worker is ready for one assignment
        counts = Counter(assignment for _, assignment in pairs)
        self.many = {name for name, count in counts.items() if count >= _MANY}
        if workers == 0 and executor is None:
            try:
                for pair in pairs:
                    job, files = self._job(*pair)
                    try:
                        result = grade_submission(job)
                    except WorkerDied as died:
                        result = not_graded(job, str(died))
                    yield from self._keep([(result, files, job)])
            finally:
                close()
            return
        ahead = _WAITING * max(workers, 1)
        if executor is not None:
            yield from self._handed_out(pairs, executor, grade_submission, ahead)
            return
        pool = LocalPool(workers)
        try:
            yield from self._handed_out(pairs, pool, pool.grade, ahead)
        finally:
            pool.end()

    def _handed_out(
        self,
        pairs: list[tuple[str, str]],
        executor: Executor,
        function: Callable[[dict[str, Any]], dict[str, Any]],
        ahead: int,
    ) -> Iterator[Graded]:
        waiting: dict[Future, tuple[dict, dict]] = {}
        left = iter(pairs)
        batch: list[tuple[dict, dict, dict]] = []
        began = time.monotonic()
        while True:
            for pair in left:
                job, files = self._job(*pair)
                waiting[executor.submit(function, job)] = job, files
                if len(waiting) >= ahead:
                    break
            if not waiting:
                break
            done, _ = wait(waiting, timeout=_BATCH_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                job, files = waiting.pop(future)
                batch.append((self._result(future, job), files, job))
            if batch and time.monotonic() - began > _BATCH_SECONDS:
                yield from self._keep(batch)
                batch, began = [], time.monotonic()
        yield from self._keep(batch)

    def _result(self, future: Future, job: dict[str, Any]) -> dict[str, Any]:
        try:
            return future.result()
        except WorkerDied as died:
            return not_graded(job, str(died))

    def _job(self, student: str, assignment: str) -> tuple[dict[str, Any], dict[str, bytes]]:
        found = _read(self.course, student, assignment)
        _, fault = gradebook.timestamp_of(found.files.get("timestamp.txt"))
        if fault:
            found.findings.append(records.finding("timestamp", fault))
        for name in sorted(set(found.notebooks) - set(self.plans[assignment]["notebooks"])):
            message = f"{name}.ipynb is not of the assignment: it was not graded."
            found.findings.append(records.finding("unknown", message))
        job = {
            "student": student,
            "assignment": assignment,
            "plan": self.plans[assignment],
            "imports": self.imports,
            "rehearse": assignment in self.many,
            "limits": self.course.limits.to_dict(),
            "confined": self.confined,
            "out_of_sight": self.out_of_sight,
            "digest": found.digest,
            "findings": found.findings,
            "notebooks": _coded(found.notebooks),
            "files": _coded(found.files),
            "master": self.master[assignment],
        }
        return job, found.files

    def _keep(self, batch: list[tuple[dict, dict, dict]]) -> Iterator[Graded]:
        """Into the gradebook, in one transaction; then the files, each submission at once."""
        staged = []
        for graded, files, job in batch:
            student, assignment = graded["student"], graded["assignment"]
            contents = files | {p: base64.b64decode(t) for p, t in job["master"].items()}
            for name, notebook in graded["notebooks"].items():
                text = json.dumps(notebook["notebook"], indent=1, ensure_ascii=False)
                contents[f"{name}.ipynb"] = (text + "\n").encode("utf-8", "replace")
            place = self.course.autograded(student, assignment)
            staged.append((autograded.stage(place, contents, self.permissions), place))
            when, _ = gradebook.timestamp_of(files.get("timestamp.txt"))
            self.writer.write(graded, when, _answered(graded))
        if batch:
            self.writer.commit()
        for (new, place), (graded, _, _) in zip(staged, batch, strict=True):
            autograded.put_in_place(new, place)
            yield _summary(graded)


def _out_of_sight(course: Course) -> list[str]:
    """What of the course no learner may see."""
    directory = course.directory
    places = [directory.source_directory, directory.submitted_directory]
    places += [directory.autograded_directory, "gradebook.db", "nbgrader_config.py"]
    return [str(course.root / place) for place in places if (course.root / place).exists()]


def _imports(plans: dict[str, dict[str, Any]]) -> list[str]:
    """The import statements of all cells of the instructor."""
    statements = {
        statement
        for plan in plans.values()
        for notebook in plan["notebooks"].values()
        for cell in notebook["cells"]
        for statement in cell["names"]["uses"]
    }
    return sorted(statements)


def _answered(graded: dict[str, Any]) -> dict[str, set]:
    return {name: set(found["answered"]) for name, found in graded["notebooks"].items()}


def _coded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def _summary(graded: dict[str, Any]) -> Graded:
    notebooks = {name: found["results"] for name, found in graded["notebooks"].items()}
    findings = [
        finding
        for found in graded["notebooks"].values()
        for finding in found["notebook"]["metadata"][records.KEY]["findings"]
    ]
    unique = list({json.dumps(f, sort_keys=True): f for f in findings}.values())
    return Graded(graded["student"], graded["assignment"], notebooks, unique)
