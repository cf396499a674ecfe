"""Of each learner the attempt to which the tests gave most: the files of it, and what others got.

A worse one is put aside and the best one back into `submitted/`, so that marks, autograded notebook
and feedback are made from what counts, as if nothing else had come.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.grading.files.course import Course, open_course
from chainrule.grading.files.kept import FOLDER
from chainrule.grading.jobs import read_in, read_of_course
from chainrule.whole import write_whole

if TYPE_CHECKING:
    from chainrule.grading.run import Graded


class Attempts:
    """Kept in the course, under `.chainrule/attempts/<learner>/<assignment>/`."""

    def __init__(self, course: Path) -> None:
        self.course = course

    def hold(self) -> None:
        """Keep what is about to be graded: an attempt may be replaced while that goes on.

        As it is read, and no more: a pipe or a link among a learner's files stops nobody.
        """
        course = open_course(self.course)
        for student, assignment in course.submitted(None, None):
            place = self._place(student, assignment)
            found = read_of_course(course, student, assignment)
            if found.digest in self._points(place):
                continue
            shutil.rmtree(place / "held", ignore_errors=True)
            notebooks = {f"{name}.ipynb": text for name, text in found.notebooks.items()}
            for name, content in (found.files | notebooks).items():
                write_whole(place / "held" / name, content)

    def learn(self, graded: "list[Graded]") -> bool:
        """Remember what came of these; whether one was worse than an earlier one.

        One of which no copy was held, because it came after `hold`, is not learned of.
        """
        course = open_course(self.course)
        worse = False
        for one in graded:
            place = self._place(one.student, one.assignment)
            points = self._points(place)
            is_held = read_in(course, place / "held").digest == one.submission
            if not is_held and one.submission not in points:
                continue
            points |= {one.submission: one.points}
            if is_held and self._best(points) == one.submission:
                shutil.rmtree(place / "best", ignore_errors=True)
                (place / "held").rename(place / "best")
            write_whole(place / "points.json", json.dumps(points, indent=1))
            worse = worse or self._best(points) != one.submission
        return worse

    def put_back_what_was_worse(self) -> Iterator[str]:
        """Exchange each submission that was graded and is not the best; a line for each."""
        course = open_course(self.course)
        for student, assignment in course.submitted(None, None):
            place = self._place(student, assignment)
            points = self._points(place)
            if not points or not (place / "best").is_dir():
                continue
            digest = read_of_course(course, student, assignment).digest
            best = self._best(points)
            if digest in points and digest != best:
                here = self._submitted(course, student, assignment)
                shutil.rmtree(place / "worse", ignore_errors=True)
                here.rename(place / "worse")
                shutil.copytree(place / "best", here)
                yield (
                    f"{student}, {assignment}: {points[digest]:g} is less than an earlier attempt's"
                    f" {points[best]:g}, which counts."
                )

    def _place(self, student: str, assignment: str) -> Path:
        return self.course / FOLDER / "attempts" / student / assignment

    @staticmethod
    def _submitted(course: Course, student: str, assignment: str) -> Path:
        return course.place(course.directory.submitted_directory, student, assignment)

    @staticmethod
    def _points(place: Path) -> dict[str, float]:
        """Digest -> points, the oldest attempt first."""
        try:
            found = json.loads((place / "points.json").read_text("utf-8"))
            return {str(digest): float(points) for digest, points in found.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    @staticmethod
    def _best(points: dict[str, float]) -> str:
        """Of two that are as good, the later one."""
        return max(reversed(points), key=lambda digest: points[digest])
