"""Grade a course: collect what is new, hand it out, keep what comes back."""

import base64
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .. import records
from ..records import Finding, Result
from .again import Again
from .errors import CourseError, GradingError, NoSandbox
from .files import gradebook, lock, shared, timestamp
from .files.course import Course, open_course
from .files.submission import Submission
from .jobs import Jobs
from .notebooks import autograded
from .plain_data import Grade, GradedSubmission, Job
from .processes.pool import LocalPool
from .processes.worker import KEPT, NurseryHandle, Worker, grade_submission
from .remedies import ONE_EACH, remedy
from .ways import FIRST, Fault, Trial

_BATCH_SECONDS = 0.5
_AHEAD = 4  # submissions read ahead, a worker
_TRIES = 2  # after the first
_IN_A_ROW = 3  # failures after which it is seen whether anything can be graded at all

Pair = tuple[str, str]  # student, assignment
Done = tuple[GradedSubmission, Job, Submission]


@dataclass
class Graded:
    """One submission's result.

    notebooks: name -> the results of its cells. submission: the digest of the files as graded.
    """

    student: str
    assignment: str
    notebooks: dict[str, list[Result]]
    findings: list[Finding]
    submission: str = ""

    @property
    def points(self) -> float:
        return sum(r["points"] or 0.0 for results in self.notebooks.values() for r in results)

    @property
    def max_points(self) -> float:
        return sum(r["max_points"] for found in self.notebooks.values() for r in found)

    @property
    def needs_person(self) -> list[Result]:
        results = [r for results in self.notebooks.values() for r in results]
        return [r for r in results if r["verdict"] == records.NEEDS_PERSON]


@dataclass(frozen=True)
class Options:
    """What to grade of a course, and how; see `chainrule.grading.grade`."""

    assignment: str | None = None
    student: str | None = None
    jobs: int | None = None
    force: bool = False
    unsafe: bool = False
    despite_faults: bool = True
    apart_only: bool = False
    executor: Executor | None = None
    watch: Callable[[int, int], None] = lambda done, of: None
    say: Callable[[str], None] = lambda line: None


def options_and_limits(**given: Any) -> tuple[Options, dict[str, float]]:
    """What is no field of `Options` is one of `Limits`."""
    names = {field.name for field in fields(Options)}
    chosen = {name: value for name, value in given.items() if name in names}
    return Options(**chosen), {name: v for name, v in given.items() if name not in names}


def grade_course(
    course_dir: Path, nursery: NurseryHandle, options: Options, **limits: float
) -> list[Graded]:
    """See `chainrule.grading.grade`. nursery: one that has not begun; it is used up here."""
    course = open_course(course_dir, **limits)
    folder = course.root / course.directory.submitted_directory
    if not folder.is_dir():  # nothing is written into what is no course, no lock either
        raise CourseError(f"{folder} does not exist: is this a course, is anything handed in?")
    with lock.held(course.root, "chainrule grade", options.say):
        return _grade(course, nursery, options)


def _grade(course: Course, nursery: NurseryHandle, options: Options) -> list[Graded]:
    pairs = course.submitted(options.assignment, options.student)
    if not pairs:
        if options.assignment or options.student:
            folder = course.root / course.directory.submitted_directory
            asked = " by ".join(filter(None, [options.assignment or "anything", options.student]))
            raise CourseError(f"There is no submission of {asked} in {folder}.")
        return []
    with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
        if course.directory.groupshared:
            shared.share_gradebook(course.directory.db_url)
        names = sorted({assignment for _, assignment in pairs})
        confined, apart = not options.unsafe, options.apart_only
        maker = Jobs(course, book, names, confined, options.say, apart)
        if not maker.plans:
            raise CourseError("None of the submitted assignments is in the gradebook.")
        # By assignment: a worker is ready for one at a time.
        new = [p for p in sorted(pairs, key=lambda p: p[::-1]) if p[1] in maker.plans]
        if not options.force:
            have = gradebook.with_results(book)
            new = [pair for pair in new if not maker.is_graded(have, *pair)]
        if not new:
            return []
        maker.expect(new)
        keeper = Keeper(course, gradebook.Writer(book, course.config))
        graded: list[Graded] = []
        for batch in _results(maker, new, options, nursery):
            graded += keeper.keep(batch)
            options.watch(len(graded), len(new))
        return sorted(graded, key=lambda g: (g.assignment, g.student))


def try_course(
    course_dir: Path,
    nursery: NurseryHandle,
    say: Callable[[str], None] = lambda line: None,
    **limits: float,
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
        own = _OwnAnswers(maker, pairs, _Workers(_Here(), worker.grade), again, despite=True)
        for name in maker.plans:
            own.wait_for(name)
            for test, why in maker.ways[name].reasons():
                say(f"{name}, {test}: is asked together with the answers, because apart: {why}")
        return own.faults


def _results(
    maker: Jobs, pairs: list[Pair], options: Options, nursery: NurseryHandle
) -> Iterator[list[Done]]:
    """Grade these; yield results as they come, some at a time."""
    despite, executor = options.despite_faults, options.executor
    count = os.cpu_count() or 1 if options.jobs is None else max(options.jobs, 0)
    count = min(count, len(pairs))
    ahead = _AHEAD * max(count, 1)
    worker = Worker(nursery)  # for what is graded alone
    again = Again([worker.alone] * _TRIES)
    with closing(worker):
        if executor is not None:

            def elsewhere(job: Job) -> GradedSubmission:
                return executor.submit(grade_submission, job).result()

            again = Again([elsewhere, worker.alone])
            theirs = _Workers(executor, grade_submission, ahead, are_here=False)
            yield from _handed_out(maker, pairs, theirs, again, despite)
        elif count == 0:
            nursery.begin(maker.setup)
            alone = _Workers(_Here(), worker.grade)
            yield from _handed_out(maker, pairs, alone, again, despite)
        else:
            pool = LocalPool(count, maker.setup, nursery, maker.ahead()[:KEPT])
            try:
                ours = _Workers(pool, pool.grade, ahead)
                yield from _handed_out(maker, pairs, ours, again, despite)
            finally:
                pool.end()
    if line := again.line():
        options.say(line)
    if nursery.one_each:
        why = remedy("namespace")
        options.say(f"The marks are as ever, but {ONE_EACH}.{f' {why}' if why else ''}")


@dataclass(frozen=True)
class _Workers:
    """What jobs are handed out to. ahead: so many at a time. are_here: on this machine."""

    executor: Executor
    grade: Grade
    ahead: int = 1
    are_here: bool = True

    def start(self, job: Job) -> Future[GradedSubmission]:
        """As the executor does; a broken one's refusal is a failed future too."""
        try:
            return self.executor.submit(self.grade, job)
        except RuntimeError as error:
            future: Future[GradedSubmission] = Future()
            future.set_exception(error)
            return future

    def error_of(self, future: Future[GradedSubmission]) -> BaseException | None:
        """What became of it, if not a result. Raises NoSandbox where this machine has none."""
        try:
            error = future.exception()
        except CancelledError as cancelled:
            return cancelled
        if isinstance(error, NoSandbox) and self.are_here:
            raise error
        return error


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
    """The trials of each assignment, graded before its submissions (`ways`).

    Those of the first assignment begin at once, the others once there is work for all; nothing is
    kept before all of them are known. The first trial of each is a rehearsal for the others.
    despite: whether faults of the own answers stop nothing.
    """

    def __init__(
        self,
        maker: Jobs,
        pairs: Sequence[Pair],
        workers: _Workers,
        again: Again,
        despite: bool,
    ) -> None:
        self.maker, self.workers, self.again, self.despite = maker, workers, again, despite
        self.left = list(dict.fromkeys(assignment for _, assignment in pairs))
        self.rehearsing: dict[str, tuple[Job, Future[GradedSubmission]]] = {}
        self.tried: dict[str, dict[Trial, GradedSubmission | None]] = {}
        self.started: dict[str, dict[Trial, tuple[Job, Future[GradedSubmission]]]] = {}
        self.faults: list[Fault] = []
        self.are_known = False
        self._start(self.left[:1])

    def start_all(self) -> None:
        self._start(self.left)

    def _start(self, assignments: Sequence[str]) -> None:
        for name in assignments:
            if name not in self.tried:
                self.tried[name] = {}
                if job := self.maker.trials(name).get(FIRST):
                    self.rehearsing[name] = job, self.workers.start(job)
                else:
                    self.started[name] = {}

    def go_on(self) -> None:
        """Start the other trials of what is rehearsed."""
        for name, (_, future) in list(self.rehearsing.items()):
            if future.done():
                self._start_others(name)

    def _start_others(self, assignment: str) -> None:
        if assignment in self.rehearsing:
            first = self._come(*self.rehearsing.pop(assignment))
            self.tried[assignment][FIRST] = first
            if first is not None:
                self.maker.rehearsed(assignment, first)
            jobs = {t: job for t, job in self.maker.trials(assignment).items() if t != FIRST}
            started = {trial: (job, self.workers.start(job)) for trial, job in jobs.items()}
            self.started[assignment] = started

    def wait_for(self, assignment: str) -> None:
        if assignment in self.left:
            self._start([assignment])
            self._start_others(assignment)
            self.left.remove(assignment)
            tried = self.tried[assignment]
            for trial, (job, future) in self.started[assignment].items():
                tried[trial] = self._come(job, future)
            self.faults += self.maker.learn(assignment, tried)

    def _come(self, job: Job, future: Future[GradedSubmission]) -> GradedSubmission | None:
        """What comes of a trial, alone if need be; None for what does not come back."""
        error = self.workers.error_of(future)
        if error is None:
            return future.result()
        self.again.failed(job, error)
        result = self.again.grade(job)
        return None if result.get("given_up") else result

    def may_be_kept(self, wait: bool) -> bool:
        """Whether all are known; raises CourseError where a fault is to stop it. wait: until so."""
        if self.are_known:
            return True
        self.go_on()
        futures = [future for trials in self.started.values() for _, future in trials.values()]
        if not wait and (self.rehearsing or not all(future.done() for future in futures)):
            return False
        for name in list(self.left):
            self.wait_for(name)
        if line := _line_of(self.faults):
            if not self.despite and any(fault.stops for fault in self.faults):
                raise CourseError(
                    f"Nothing was graded. {line} Mend the notebook and release it again;"
                    " --despite-faults grades all the same, and what fails there is for a person."
                )
            self.maker.say(f"{line} What fails there is for a person.")
        self.are_known = True
        for name, ways in self.maker.ways.items():
            if not self.maker.apart_only and (line := ways.line(name)):
                self.maker.say(line)
        return True


def _line_of(faults: Sequence[Fault]) -> str:
    if not faults:
        return ""
    more = ", ".join(f"{fault.assignment} {fault.test}" for fault in faults[1:])
    return f"{faults[0]}{f'; also: {more}' if more else ''}."


def _handed_out(
    maker: Jobs,
    pairs: list[Pair],
    workers: _Workers,
    again: Again,
    despite: bool,
) -> Iterator[list[Done]]:
    """Grade what is new, many at a time; then, alone, what did not come back.

    Before the end, too, where nothing comes back any more.
    """
    own = _OwnAnswers(maker, pairs, workers, again, despite)
    waiting: dict[Future[GradedSubmission], tuple[Pair, Job, Submission]] = {}
    left = iter(pairs)
    failed: list[Pair] = []
    in_a_row = 0
    batch: list[Done] = []
    began = time.monotonic()
    try:
        while True:
            while in_a_row < _IN_A_ROW and len(waiting) < workers.ahead:
                if (pair := next(left, None)) is None:
                    break
                own.wait_for(pair[1])
                job, submission = maker.make(*pair)
                waiting[workers.start(job)] = pair, job, submission
            own.start_all()
            own.go_on()
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
                error = workers.error_of(future)
                if error is None:
                    batch.append((future.result(), job, submission))
                    in_a_row = 0
                    continue
                again.failed(job, error)
                failed.append(pair)
                in_a_row += 1
            due = batch and time.monotonic() - began > _BATCH_SECONDS
            if due and own.may_be_kept(wait=False):
                yield batch
                batch, began = [], time.monotonic()
        own.may_be_kept(wait=True)
    except GradingError:
        if own.are_known:
            yield batch  # what came back is kept whatever ends the run
        raise
    yield batch


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
        if self.course.directory.groupshared:
            shared.share(*(place for new, place in staged for place in (new.parent, new)))
        for new, place in staged:
            autograded.put_in_place(new, place)
        return [_summary(graded, job["digest"]) for graded, job, _ in batch]


def _summary(graded: GradedSubmission, digest: str) -> Graded:
    notebooks = {name: found["results"] for name, found in graded["notebooks"].items()}
    findings = [one for found in graded["notebooks"].values() for one in found["findings"]]
    unique = list({json.dumps(f, sort_keys=True): f for f in findings}.values())
    return Graded(graded["student"], graded["assignment"], notebooks, unique, digest)
