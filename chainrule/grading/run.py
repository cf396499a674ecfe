"""Grade a course: collect what is new, hand it out, keep what comes back."""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from . import autograded, gradebook, records, timestamp
from .assess import not_graded
from .course import Course, open_course
from .errors import CourseError
from .jobs import Jobs
from .models import Fault, Grade
from .pool import LocalPool
from .submission import Submission
from .worker import KEPT, Nursery, Worker, WorkerDied, grade_submission

_BATCH_SECONDS = 0.5
_AHEAD = 4  # submissions read ahead, a worker

Pair = tuple[str, str]  # student, assignment
Done = tuple[dict[str, Any], dict[str, Any], Submission]  # result, job, submission


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
        return sum(float(r["max_points"]) for found in self.notebooks.values() for r in found)

    @property
    def needs_person(self) -> list[dict[str, Any]]:
        results = [r for results in self.notebooks.values() for r in results]
        return [r for r in results if r["verdict"] == records.NEEDS_PERSON]


def grade_course(
    course_dir: Path,
    nursery: Nursery,
    assignment: str | None = None,
    student: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    unsafe: bool = False,
    despite_faults: bool = True,
    executor: Executor | None = None,
    watch: Callable[[int, int], None] = lambda done, of: None,
    say: Callable[[str], None] = lambda line: None,
    **limits: Any,
) -> list[Graded]:
    """See `chainrule.grading.grade`. nursery: one that has not begun; it is used up here."""
    course = open_course(Path(course_dir), **limits)
    pairs = course.submitted(assignment, student)
    if not pairs:
        folder = course.root / course.directory.submitted_directory
        if not folder.is_dir():
            raise CourseError(f"{folder} does not exist: is this a course, is anything handed in?")
        if assignment or student:
            asked = " by ".join(filter(None, [assignment or "anything", student]))
            raise CourseError(f"There is no submission of {asked} in {folder}.")
        return []
    with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
        maker = Jobs(course, book, sorted({a for _, a in pairs}), not unsafe, say)
        if not maker.plans:
            raise CourseError("None of the submitted assignments is in the gradebook.")
        # By assignment: a worker is ready for one at a time.
        new = [p for p in sorted(pairs, key=lambda p: p[::-1]) if p[1] in maker.plans]
        if not force:
            new = [pair for pair in new if not maker.is_graded(book, *pair)]
        if not new:
            return []
        maker.expect(new)
        keeper = Keeper(course, gradebook.Writer(book, course.config))
        workers = os.cpu_count() or 1 if jobs is None else max(jobs, 0)
        graded: list[Graded] = []
        for batch in _results(
            maker, new, min(workers, len(new)), executor, nursery, despite_faults
        ):
            graded += keeper.keep(batch)
            watch(len(graded), len(new))
        return sorted(graded, key=lambda g: (g.assignment, g.student))


def try_course(
    course_dir: Path,
    nursery: Nursery,
    say: Callable[[str], None] = lambda line: None,
    **limits: Any,
) -> list[Fault]:
    """See `chainrule.grading.try_own_answers`."""
    course = open_course(course_dir, **limits)
    source = course.place(course.directory.source_directory, ".", "*").parent
    names = sorted(path.name for path in source.glob("[!.]*") if path.is_dir())
    with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
        maker = Jobs(course, book, names, confined=True, say=say)
    nursery.begin(maker.setup)
    worker = Worker(nursery)
    return maker.try_models(
        maker.plans, lambda jobs: [_unless_died(partial(worker.grade, job)) for job in jobs]
    )


def _results(
    maker: Jobs,
    pairs: list[Pair],
    workers: int,
    executor: Executor | None,
    nursery: Nursery,
    despite: bool,
) -> Iterator[list[Done]]:
    """Grade these; yield results as they come, some at a time."""
    ahead = _AHEAD * max(workers, 1)
    if executor is not None:
        _try_models(maker, pairs, partial(_each, executor, grade_submission), despite)
        yield from _handed_out(maker, pairs, executor, grade_submission, ahead)
    elif workers == 0:
        nursery.begin(maker.setup)
        worker = Worker(nursery)
        _try_models(
            maker,
            pairs,
            lambda jobs: [_unless_died(partial(worker.grade, job)) for job in jobs],
            despite,
        )
        for pair in pairs:
            job, submission = maker.make(*pair)
            yield [(_safely(partial(worker.grade, job), job), job, submission)]
    else:
        pool = LocalPool(workers, maker.setup, nursery, maker.ahead()[:KEPT])
        try:
            _try_models(maker, pairs, partial(_each, pool, pool.grade), despite)
            yield from _handed_out(maker, pairs, pool, pool.grade, ahead)
        finally:
            pool.end()


def _try_models(maker: Jobs, pairs: list[Pair], grade: Grade, despite: bool) -> None:
    """Raises CourseError where the instructor's own answers are not given all points."""
    faults = maker.try_models(dict.fromkeys(a for _, a in pairs), grade)
    if not faults:
        return
    more = ", ".join(f"{fault.assignment} {fault.test}" for fault in faults[1:])
    line = f"{faults[0]}{f'; also: {more}' if more else ''}."
    if despite:
        maker.say(f"{line} What fails there is for a person.")
        return
    raise CourseError(
        f"Nothing was graded. {line} Mend the notebook and release it again;"
        " --despite-faults grades all the same, and what fails there is for a person."
    )


def _each(
    executor: Executor,
    function: Callable[[dict[str, Any]], dict[str, Any]],
    jobs: Sequence[dict[str, Any]],
) -> list[dict[str, Any] | None]:
    futures = [executor.submit(function, job) for job in jobs]
    return [_unless_died(future.result) for future in futures]


def _unless_died(result: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return result()
    except WorkerDied:
        return None


def _handed_out(
    maker: Jobs,
    pairs: list[Pair],
    executor: Executor,
    function: Callable[[dict[str, Any]], dict[str, Any]],
    ahead: int,
) -> Iterator[list[Done]]:
    waiting: dict[Future[Any], tuple[dict[str, Any], Submission]] = {}
    left = iter(pairs)
    batch: list[Done] = []
    began = time.monotonic()
    while True:
        while len(waiting) < ahead and (pair := next(left, None)) is not None:
            job, submission = maker.make(*pair)
            waiting[executor.submit(function, job)] = job, submission
        if not waiting:
            break
        done, _ = wait(waiting, timeout=_BATCH_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            job, submission = waiting.pop(future)
            batch.append((_safely(future.result, job), job, submission))
        if batch and time.monotonic() - began > _BATCH_SECONDS:
            yield batch
            batch, began = [], time.monotonic()
    yield batch


def _safely(result: Callable[[], dict[str, Any]], job: dict[str, Any]) -> dict[str, Any]:
    try:
        return result()
    except WorkerDied as died:
        return not_graded(job, str(died))


class Keeper:
    """Puts results into the gradebook, and their files into autograded/."""

    def __init__(self, course: Course, writer: gradebook.Writer) -> None:
        self.course, self.writer = course, writer
        self.permissions = 0o664 if course.directory.groupshared else 0o444

    def keep(self, batch: list[Done]) -> list[Graded]:
        """First the gradebook, in one transaction; then the files, each submission at once.

        Killed in between, the next run grades again what has a mark but not yet its files.
        Raises CourseError where they cannot be written.
        """
        try:
            return self._keep(batch)
        except OSError as error:
            what = f"{error.filename or 'A file'} cannot be written: {error.strerror}"
            raise CourseError(f"{what}. Earlier results are kept; the next run goes on.") from None

    def _keep(self, batch: list[Done]) -> list[Graded]:
        staged = []
        for graded, job, submission in batch:
            contents = submission.files | {
                path: base64.b64decode(text) for path, text in job["plan"]["files"].items()
            }
            for name, notebook in graded["notebooks"].items():
                contents[f"{name}.ipynb"] = notebook["text"].encode("utf-8", "replace")
            place = self.course.autograded(graded["student"], graded["assignment"])
            staged.append((autograded.stage(place, contents, self.permissions), place))
            when, _ = timestamp.read(submission.files.get(timestamp.NAME))
            self.writer.write(graded, when)
        self.writer.commit()
        for new, place in staged:
            autograded.put_in_place(new, place)
        return [_summary(graded) for graded, _, _ in batch]


def _summary(graded: dict[str, Any]) -> Graded:
    notebooks = {name: found["results"] for name, found in graded["notebooks"].items()}
    findings = [one for found in graded["notebooks"].values() for one in found["findings"]]
    unique = list({json.dumps(f, sort_keys=True): f for f in findings}.values())
    return Graded(graded["student"], graded["assignment"], notebooks, unique)
