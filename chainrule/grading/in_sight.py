"""What a learner's process can see of the file system, as such a process itself says."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .sandbox.bubblewrap import Sandbox

_SECONDS = 30


class Sight(NamedTuple):
    """seen: paths and what they are. one_each: the sandbox is the slower kind of `one_each`."""

    seen: list[list[str]]
    one_each: bool


def in_sight(course_dir: Path) -> Sight:
    """What can be seen where submissions of this course are graded.

    Raises CourseError, NoSandbox.
    """
    from .files import gradebook
    from .files.course import open_course
    from .jobs import Jobs, setup_of
    from .sandbox.bubblewrap import Sandbox
    from .sandbox.probe import held

    course = open_course(course_dir)
    assignments = sorted({name for _, name in course.submitted(None, None)})
    if assignments:
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            setup = Jobs(course, book, assignments, confined=True, say=lambda line: None).setup
    else:
        setup = setup_of(course, {}, confined=True)
    sandbox = held(Sandbox(setup))
    try:
        return Sight(_asked(sandbox), sandbox.one_each)
    finally:
        sandbox.close()


def _asked(sandbox: "Sandbox") -> list[list[str]]:
    import time

    from .errors import NoSandbox
    from .wall.messages import InSight, Seen
    from .wall.wire import Closed, Wire

    channel, line = sandbox.fork()
    with channel, line:
        wire, ends = Wire(channel), time.monotonic() + _SECONDS
        try:
            request: InSight = {"do": "in_sight"}
            wire.send(request, deadline=ends)
            answer: Seen
            answer, _ = wire.receive(ends)
        except Closed:  # it has no /proc that would list the mounts
            raise NoSandbox("a process in the sandbox could not say what it sees") from None
    return answer["seen"]
