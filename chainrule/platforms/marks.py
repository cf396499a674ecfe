"""What an assignment's learners have come to, as far as it may leave the course."""

from dataclasses import dataclass
from pathlib import Path

from chainrule.grading.files.course import Course
from chainrule.grading.files.submission import read_submission
from chainrule.report.marks import read_marks


@dataclass(frozen=True)
class Standing:
    """points: with what was given by hand, less the penalty for late work. waits: how many answers
    a person has to mark first. stale: what was handed in last is not graded yet."""

    points: float
    max_points: float
    waits: int
    stale: bool


def standings(course: Course, assignment: str) -> dict[str, Standing]:
    """By learner: those who are in the gradebook, and those who have handed in."""
    found: dict[str, Standing] = {}
    for (_, learner, _), notebook in read_marks(course.directory.db_url, assignment).items():
        marks = list(notebook.marks.values())
        points = sum((one.points or 0.0) + one.extra for one in marks)
        so_far = found.get(learner, Standing(0.0, 0.0, 0, False))
        found[learner] = Standing(
            so_far.points + max(0.0, points - notebook.penalty),
            so_far.max_points + sum(one.max_points for one in marks),
            so_far.waits + sum(one.waits or one.points is None for one in marks),
            so_far.stale,
        )
    handed_in = course.pairs(course.directory.submitted_directory, assignment)
    for learner, _ in handed_in:
        one = found.get(learner, Standing(0.0, 0.0, 0, True))
        if _is_stale(course, learner, assignment):
            one = Standing(one.points, one.max_points, one.waits, True)
        found[learner] = one
    return found


def _is_stale(course: Course, learner: str, assignment: str) -> bool:
    """Whether another version was graded; of what plain nbgrader has graded nobody knows."""
    if not any(course.autograded(learner, assignment).glob("*.ipynb")):
        return True
    version = course.graded_version(learner, assignment)
    directory = course.directory
    folder = course.place(directory.submitted_directory, learner, assignment)
    ignore, most = list(directory.ignore), course.limits.submission_bytes
    found = read_submission(course.root, folder, ignore, most)
    return version is not None and found.digest != version


def feedback_pages(course: Course, learner: str, assignment: str) -> list[Path]:
    """The pages that `nbgrader generate_feedback` has made."""
    place = course.place(course.directory.feedback_directory, learner, assignment)
    return sorted(place.glob("*.html"))
