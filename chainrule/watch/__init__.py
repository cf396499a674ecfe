"""`chainrule watch`: what comes in is graded while it runs, with its feedback page at once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from chainrule.errors import ChainruleError, needs_course

if TYPE_CHECKING:
    from chainrule.grading.run import Graded

Keep = Literal["last", "best"]


@dataclass(frozen=True)
class Options:
    """every: seconds between two looks. keep: which attempt counts. feedback: make pages.
    collect: from nbgrader's exchange, before each look."""

    every: float = 10.0
    keep: Keep = "last"
    feedback: bool = True
    collect: bool = False


def watch(
    course_dir: str | Path,
    options: Options,
    say: Callable[[str], None],
    stop: threading.Event,
) -> None:
    """Grade what is new in `submitted/` until `stop` is set.

    Each turn begins with what is in the folders, so that nothing is lost where it is killed. What
    goes wrong in a turn is said once, and tried again in the next. Raises ChainruleError for what
    is wrong from the start.
    """
    with needs_course("`chainrule watch`"):
        from .attempts import Attempts
        from .turn import Turn, state

    folder = Path(course_dir)
    turn = Turn(folder, options, Attempts(folder) if options.keep == "best" else None, say)
    # What comes in during a turn differs from what was there before it, and is of the next.
    done = before = state(folder)
    turn.grade()
    said = ""
    while not stop.wait(options.every):
        try:
            turn.collect()
            now = state(folder)
            # Graded once it does not change any more: somebody may still be copying.
            if now != done and now == before:
                turn.grade()
                done = now
            before, said = now, ""
        except (ChainruleError, OSError) as error:
            line = str(error)
            if line != said:
                say(f"{line} Trying again.")
            said = line


def describe(one: "Graded") -> str:
    """A graded submission in a line."""
    waits = len(one.needs_person)
    more = f", {waits} for a person" if waits else ""
    return f"{one.student}, {one.assignment}: {one.points:g} of {one.max_points:g}{more}"
