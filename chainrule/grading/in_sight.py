"""What a learner's process can see of the file system, as such a process itself says."""

from pathlib import Path
from typing import Any

_SECONDS = 30


def in_sight(course_dir: Path) -> list[list[str]]:
    """Paths and what they are, where submissions of this course are graded.

    Raises CourseError, NoSandbox.
    """
    from .files import gradebook
    from .files.course import open_course
    from .jobs import Jobs, out_of_sight
    from .limits import Limits
    from .sandbox.bubblewrap import Sandbox
    from .sandbox.probe import probe

    course = open_course(course_dir)
    imports: list[str] = []
    hidden = out_of_sight(course)
    if assignments := sorted({name for _, name in course.submitted(None, None)}):
        with gradebook.opened(course.directory.db_url, course.directory.course_id) as book:
            maker = Jobs(course, book, assignments, confined=True, say=lambda line: None)
        imports = maker.setup["imports"]
    sandbox = Sandbox(imports, Limits(), confined=True, many=False, out_of_sight=hidden)
    try:
        sandbox.wait()
        probe(sandbox, Limits(), hidden)
        return _asked(sandbox)
    finally:
        sandbox.close()


def _asked(sandbox: Any) -> list[list[str]]:
    import time

    from .errors import NoSandbox
    from .wall.wire import Closed, Wire

    channel, line = sandbox.fork()
    with channel, line:
        wire, ends = Wire(channel), time.monotonic() + _SECONDS
        try:
            wire.send({"do": "in_sight"}, deadline=ends)
            answer, _ = wire.receive(ends)
        except Closed:  # it has no /proc that would list the mounts
            raise NoSandbox("a process in the sandbox could not say what it sees") from None
    seen: list[list[str]] = answer["seen"]
    return seen
