"""`chainrule export`: marks into a copy of the file that the teacher downloaded, feedback beside.

Only the one column changes. What a person has to mark first, what is not graded yet and what the
platform would not take is left out and said: a platform takes an empty field for no mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Student

from chainrule.grading.errors import CourseError
from chainrule.grading.files import gradebook
from chainrule.grading.files.course import open_course
from chainrule.records import plain
from chainrule.report.marks import assignments
from chainrule.whole import write_whole

from . import collected, feedback
from .marks import Standing, standings
from .people import learner_of
from .rows import Matched, marks_column, match, maximum
from .teachers_file import FileError, Table, read_table


@dataclass
class Exported:
    """files: those written. filled: learners with a mark. lines: what is not as one would like."""

    assignment: str
    title: str
    files: list[Path] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def summary(self) -> str:
        return (
            f"{self.assignment} in {self.title!r}: {len(self.filled)} marks,"
            f" {len(self.waiting)} empty until a person has marked them,"
            f" {len(self.stale)} not graded yet. Written: {', '.join(map(str, self.files))}"
        )


@dataclass(frozen=True)
class Options:
    """What to fill in. column: its title. scale: marks in proportion to the platform's maximum.
    output, feedback: files to be written."""

    kind: str
    assignment: str | None = None
    column: str | None = None
    scale: bool = False
    output: Path | None = None
    feedback: Path | None = None


def export(course_dir: str | Path, file: str | Path, options: Options) -> Exported:
    """Write a copy of the teacher's file with an assignment's marks in it.

    Raises CourseError, FileError.
    """
    course = open_course(Path(course_dir))
    file, url = Path(file), course.directory.db_url
    output = options.output or file.with_name(f"{file.stem}-marks{file.suffix}")
    if output.exists() and output.samefile(file):
        raise FileError(f"{output} is the file itself: --output has to name another one.")
    assignment = _assignment(options.assignment, assignments(url))
    table = read_table(file)
    column = marks_column(table, options.kind, assignment, options.column)
    rows = collected.read(course.root, assignment)
    with gradebook.opened(url, course.directory.course_id) as book:
        learners = [learner_of(one) for one in book.db.query(Student)]
    marks = standings(course, assignment)
    matched = match(table, options.kind, column, learners, rows)
    made = Exported(assignment, table.titles[column])
    values = _values(table, column, options, matched, marks, made)
    write_whole(output, table.filled(values))
    made.files.append(output)
    if options.feedback is not None:
        people = {
            learner: feedback.Receiver(table.value(row, 0), table.value(row, 1), rows.get(learner))
            for row, learner in matched.learners.items()
            if learner in made.filled
        }
        made.lines += feedback.write(course, assignment, options.kind, people, options.feedback)
        made.files.append(options.feedback)
    return made


def _assignment(asked: str | None, there: list[str]) -> str:
    if asked in there:
        return str(asked)
    if asked is None and len(there) == 1:
        return there[0]
    what = "Which assignment? Give --assignment" if asked is None else f"There is no {asked!r}"
    raise CourseError(f"{what}; the gradebook knows: {', '.join(sorted(there)) or 'none'}.")


def _values(
    table: Table,
    column: int,
    options: Options,
    matched: Matched,
    marks: Mapping[str, Standing],
    made: Exported,
) -> dict[tuple[int, int], str]:
    values: dict[tuple[int, int], str] = {}
    for row, learner in sorted(matched.learners.items()):
        standing = marks.get(learner)
        if column >= len(table.rows[row]):
            made.lines.append(f"{learner}: the row ends before the column: it stays as it is.")
        elif standing is None:
            continue  # has not handed in: whatever the teacher has there stays
        elif table.value(row, column).upper() in ("EX", "N/A"):
            made.lines.append(f"{learner}: {table.value(row, column)} in the file stays.")
        elif standing.stale:
            made.stale.append(learner)
            values[row, column] = ""
            made.lines.append(f"{learner}: is not graded yet (`chainrule grade`): left empty.")
        elif standing.waits:
            made.waiting.append(learner)
            values[row, column] = ""
            made.lines.append(
                f"{learner}: {standing.waits} to be marked by a person first: left empty."
            )
        else:
            most = maximum(table, options.kind, column, row)
            points = _points(learner, standing, most, options, made)
            values[row, column] = table.written(points)
            made.filled.append(learner)
    made.lines += matched.lines
    for learner in sorted(marks.keys() - set(matched.learners.values())):
        made.lines.append(f"{learner}: has no row in the file that is theirs for certain.")
    made.lines = [plain(line) for line in made.lines]
    return values


def _points(
    learner: str, standing: Standing, most: float | None, options: Options, made: Exported
) -> float:
    """The mark as the platform counts. Raises FileError where it counts otherwise, unsaid."""
    points = standing.points
    if most is not None and most != standing.max_points:
        if not options.scale:
            raise FileError(
                f"The platform gives {most:g} points at most, the assignment"
                f" {standing.max_points:g}: --scale turns marks into its points; or change its"
                " maximum, and download the file again."
            )
        points = points * most / standing.max_points if standing.max_points else 0.0
    if most is not None and points > most:
        made.lines.append(f"{learner}: {points:g} is more than the platform takes: {most:g} given.")
        points = most
    return points
