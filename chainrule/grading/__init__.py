"""Safe, fast grading of any nbgrader course of Python notebooks.

The processes, and the modules that they run:

    chainrule grade      run, jobs, pool, worker; gradebook and autograded when results come back
      nursery            has imported what notebooks import; forks templates
        template         is ready for an assignment; forks servers (server)
          server         takes one submission after the other (assess, rebuild)
            tests        a notebook's tests, in a fork of their own (notebook, names, learner)
      bubblewrap
        zygote           has imported the same; forks learner processes, and watches them (guard)
          learner        a notebook's learner cells, behind walls of their own (confine, seccomp)

Between tests and learner only plain data goes over the wire (wire, values).
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .run import Graded


def grade(
    course_dir: str | Path = ".",
    assignment: str | None = None,
    student: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    unsafe: bool = False,
    despite_faults: bool = True,
    **options: Any,
) -> "list[Graded]":
    """Grade what is new in `submitted/`, and write it where nbgrader does.

    assignment, student: only this one. jobs: submissions at a time, as many as cores by default; 0
    uses no pool (the sandbox stays). force: grade again what has a result. unsafe: where no sandbox
    can be had, grade without one; each result says so. despite_faults: where the instructor's own
    answers do not pass a test, grade all the same; what fails there is for a person. options:
    `apart_only`: leave a test that cannot be asked over the wall to a person, in place of asking it
    in the learner's own process; `scheduler`, the address of a Dask scheduler, whose workers
    grade; `executor`, of the interface of concurrent.futures, whose workers do (`jobs` of them);
    `watch(done, of)` and `say(line)`, called on progress and for warnings; fields of `Limits`.

    Returns the results, by assignment and student.
    Raises CourseError (no such course, or without `despite_faults` a faulty one), NoSandbox, and
    NotInstalled without the packages of `chainrule[course]`.
    """
    from ..errors import needs_course
    from .forks.warm import importing
    from .processes.worker import NurseryHandle

    with closing(NurseryHandle()) as nursery:  # which starts while nbgrader is imported
        with needs_course("grading"), importing():
            from .run import grade_course, options_and_limits

        chosen, limits = options_and_limits(
            assignment=assignment,
            student=student,
            jobs=jobs,
            force=force,
            unsafe=unsafe,
            despite_faults=despite_faults,
            **options,
        )
        return grade_course(Path(course_dir), nursery, chosen, **limits)


def try_own_answers(course_dir: str | Path = ".", **options: Any) -> list[str]:
    """Grade the instructor's own answers in `source/`; a line for each test that they do not pass.

    options: `say(line)`, called for warnings; fields of `Limits`. What is handed in is not looked
    at. Raises CourseError, NoSandbox, NotInstalled.
    """
    from ..errors import needs_course
    from .forks.warm import importing
    from .processes.worker import NurseryHandle

    with closing(NurseryHandle()) as nursery:
        with needs_course("grading"), importing():
            from .run import try_course

        return [str(fault) for fault in try_course(Path(course_dir), nursery, **options)]
