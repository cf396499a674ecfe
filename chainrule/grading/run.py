"""Grade a course: collect what is new, hand it out, keep what comes back."""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import records
from .again import Again
from .errors import CourseError, GradingError, NoSandbox
from .files import gradebook, timestamp
from .files.course import Course, open_course
from .files.submission import Submission
from .jobs import Jobs
from .model_answers import Fault
from .notebooks import autograded
from .processes.pool import LocalPool
from .processes.worker import KEPT, Nursery, Worker, grade_submission

_BATCH_SECONDS = 0.5
_AHEAD = 4  # submissions read ahead, a worker
_TRIES = 2  # after the first
_IN_A_ROW = 3  # failures after which it is seen whether anything can be graded at all

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
        said = say, despite_faults
        for batch in _results(maker, new, min(workers, len(new)), executor, nursery, *said):
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
    with closing(worker):
        again = Again([worker.alone] * _TRIES)
        pairs = [("", name) for name in maker.plans]
        own = _OwnAnswers(maker, pairs, _Here(), worker.grade, again, despite=True)
        for name in maker.plans:
            own.wait_for(name)
        return own.faults


def _results(
    maker: Jobs,
    pairs: list[Pair],
    workers: int,
    executor: Executor | None,
    nursery: Nursery,
    say: Callable[[str], None],
    despite: bool,
) -> Iterator[list[Done]]:
    """Grade these; yield results as they come, some at a time."""
    worker = Worker(nursery)  # for what is graded alone
    again = Again([worker.alone] * _TRIES)
    ahead = _AHEAD * max(workers, 1)
    with closing(worker):
        if executor is not None:

            def elsewhere(job: dict[str, Any]) -> dict[str, Any]:
                result: dict[str, Any] = executor.submit(grade_submission, job).result()
                return result

            again = Again([elsewhere, worker.alone])
            yield from _handed_out(maker, pairs, executor, grade_submission, ahead, again, despite)
        elif workers == 0:
            nursery.begin(maker.setup)
            yield from _handed_out(maker, pairs, _Here(), worker.grade, 1, again, despite)
        else:
            pool = LocalPool(workers, maker.setup, nursery, maker.ahead()[:KEPT])
            try:
                yield from _handed_out(maker, pairs, pool, pool.grade, ahead, again, despite)
            finally:
                pool.end()
    if line := again.line():
        say(line)


class _Here(Executor):
    """Does what is asked in this thread, at once."""

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*given, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class _OwnAnswers:
    """The instructor's own answers: graded before the submissions of their assignment.

    Those of the first assignment begin at once, the others once there is work for all; nothing is
    kept before all of them are known. despite: whether their faults stop nothing.
    """

    def __init__(
        self,
        maker: Jobs,
        pairs: Sequence[Pair],
        executor: Executor,
        function: Callable[[dict[str, Any]], dict[str, Any]],
        again: Again,
        despite: bool,
    ) -> None:
        self.maker, self.executor, self.function, self.again = maker, executor, function, again
        self.despite = despite
        self.left = list(dict.fromkeys(assignment for _, assignment in pairs))
        self.started: dict[str, Future[Any]] = {}
        self.faults: list[Fault] = []
        self.are_known = False
        self._start(self.left[:1])

    def start_all(self) -> None:
        self._start(self.left)

    def _start(self, assignments: Sequence[str]) -> None:
        for name in assignments:
            job = self.maker.own_job(name) if name not in self.started else None
            if job is not None:
                self.started[name] = _submitted(self.executor, self.function, job)

    def wait_for(self, assignment: str) -> None:
        if assignment in self.left:
            self.left.remove(assignment)
            self.faults += self.maker.try_models([assignment], self._grade)

    def may_be_kept(self, wait: bool) -> bool:
        """Whether all are known; raises CourseError where a fault is to stop it. wait: until so."""
        if self.are_known:
            return True
        if not wait and not all(future.done() for future in self.started.values()):
            return False
        for name in list(self.left):
            self.wait_for(name)
        self.are_known = True
        if line := _line_of(self.faults):
            if not self.despite:
                raise CourseError(
                    f"Nothing was graded. {line} Mend the notebook and release it again;"
                    " --despite-faults grades all the same, and what fails there is for a person."
                )
            self.maker.say(f"{line} What fails there is for a person.")
        return True

    def _grade(self, jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
        """What comes of these jobs, alone if need be; None for what does not come back."""
        done: list[dict[str, Any] | None] = []
        for job in jobs:
            begun = self.started.pop(job["assignment"], None)
            future = begun or _submitted(self.executor, self.function, job)
            error = _error_of(future)
            if error is None:
                done.append(future.result())
                continue
            if isinstance(error, NoSandbox) and self.function is not grade_submission:
                raise error
            self.again.failed(job, error)
            result = self.again.grade(job)
            done.append(None if result.get("given_up") else result)
        return done


def _line_of(faults: Sequence[Fault]) -> str:
    if not faults:
        return ""
    more = ", ".join(f"{fault.assignment} {fault.test}" for fault in faults[1:])
    return f"{faults[0]}{f'; also: {more}' if more else ''}."


def _handed_out(
    maker: Jobs,
    pairs: list[Pair],
    executor: Executor,
    function: Callable[[dict[str, Any]], dict[str, Any]],
    ahead: int,
    again: Again,
    despite: bool,
) -> Iterator[list[Done]]:
    """Grade what is new, many at a time; then, alone, what did not come back.

    Before the end, too, where nothing comes back any more.
    """
    own = _OwnAnswers(maker, pairs, executor, function, again, despite)
    waiting: dict[Future[Any], tuple[Pair, dict[str, Any], Submission]] = {}
    left = iter(pairs)
    failed: list[Pair] = []
    in_a_row = 0
    batch: list[Done] = []
    began = time.monotonic()
    try:
        while True:
            while in_a_row < _IN_A_ROW and len(waiting) < ahead:
                if (pair := next(left, None)) is None:
                    break
                own.wait_for(pair[1])
                job, submission = maker.make(*pair)
                waiting[_submitted(executor, function, job)] = pair, job, submission
            own.start_all()
            if not waiting:
                if not failed:
                    break
                pair = failed.pop(0)
                job, submission = maker.make(*pair)
                batch.append((again.grade(job), job, submission))
                in_a_row = 0 if not failed else in_a_row
            done, _ = wait(waiting, timeout=_BATCH_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                pair, job, submission = waiting.pop(future)
                error = _error_of(future)
                if error is None:
                    batch.append((future.result(), job, submission))
                    in_a_row = 0
                    continue
                if isinstance(error, NoSandbox) and function is not grade_submission:
                    raise error
                again.failed(job, error)
                failed.append(pair)
                in_a_row += 1
            due = batch and time.monotonic() - began > _BATCH_SECONDS
            if due and own.may_be_kept(wait=False):
                yield batch
                batch, began = [], time.monotonic()
        own.may_be_kept(wait=True)
    except GradingError:
        if own.are_known and not (own.faults and not despite):
            yield batch  # what came back is kept whatever ends the run
        raise
    yield batch


def _submitted(executor: Executor, function: Callable[..., Any], job: Any) -> Future[Any]:
    """As the executor's own, where a broken executor's refusal is a failed future too."""
    try:
        return executor.submit(function, job)
    except RuntimeError as error:
        future: Future[Any] = Future()
        future.set_exception(error)
        return future


def _error_of(future: Future[Any]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error


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
            where = error.filename or f"A file in {self.course.directory.autograded_directory}/"
            what = f"{where} cannot be written: {error.strerror}"
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
