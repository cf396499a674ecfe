"""One turn of watching: collect, grade, keep the attempt that counts, make feedback pages."""

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.course.folders import nbgrader
from chainrule.grading import grade
from chainrule.grading.files.course import open_course

from . import Options, describe
from .attempts import Attempts

if TYPE_CHECKING:
    from chainrule.grading.run import Graded

State = dict[str, tuple[int, int]]  # a file of submitted/ -> when it was written, its size


def state(course: Path) -> State:
    """What there is to be graded, as far as it can be told without reading it."""
    found: State = {}
    folder = open_course(course).directory.submitted_directory
    for place, folders, files in os.walk(course / folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(place, name)
            try:
                about = os.lstat(path)
            except OSError:  # it has just gone
                continue
            found[path] = about.st_mtime_ns, about.st_size
    return found


class Turn:
    """What a turn does. attempts: where the best one counts."""

    def __init__(
        self,
        course: Path,
        options: Options,
        attempts: Attempts | None,
        say: Callable[[str], None],
    ) -> None:
        self.course, self.options, self.attempts, self.say = course, options, attempts, say

    def collect(self) -> None:
        """Take from nbgrader's exchange what is newer than what is here."""
        if self.options.collect:
            for folder in sorted((self.course / "release").glob("[!.]*")):
                nbgrader(self.course, "collect", folder.name, "--update")

    def grade(self) -> None:
        """Grade what is new; say a line for each."""
        if not any(True for _ in (self.course / "submitted").glob("*/*")):
            return
        if self.attempts is not None:
            for line in self.attempts.put_back_what_was_worse():
                self.say(line)
            self.attempts.hold()
        graded = grade(self.course, say=self.say)
        for one in graded:
            self.say(describe(one))
        if self.attempts is not None:
            worse = self.attempts.learn(graded)
            if worse:
                for line in self.attempts.put_back_what_was_worse():
                    self.say(line)
                grade(self.course, say=self.say)
        if self.options.feedback:
            self._make_pages(graded)

    def _make_pages(self, graded: "list[Graded]") -> None:
        learners: dict[str, list[str]] = defaultdict(list)
        for one in graded:
            learners[one.assignment].append(one.student)
        for assignment, names in learners.items():
            only = [f"--student={names[0]}"] if len(names) == 1 else []
            nbgrader(self.course, "generate_feedback", assignment, "--force", *only)
