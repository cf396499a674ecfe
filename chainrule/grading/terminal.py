"""Grading as seen in a terminal: a progress bar, then the marks and what needs a person."""

import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from . import grade
from .errors import GradingError, NoSandbox
from .remedies import remedy

if TYPE_CHECKING:
    from .run import Graded

_LINES = 40
_MANY = 3  # learners, from whom on a reason is no one's alone


def grade_in_terminal(**options: Any) -> int:
    """`grade` with its options, shown; returns the exit status."""
    out, errors = Console(), Console(stderr=True)
    bar, watch = progress_bar(errors)
    try:
        with bar:
            graded = grade(
                **options,
                watch=watch,
                say=lambda line: errors.print(line, markup=False, soft_wrap=True),
            )
    except GradingError as error:
        cure = remedy(str(error)) if isinstance(error, NoSandbox) else ""
        print(f"chainrule grade: {error}{f': {cure}' if cure else ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. The next run grades the rest.", file=sys.stderr)
        return 130
    show(graded, out)
    return 0


def progress_bar(console: Console) -> tuple[Progress, Callable[[int, int], None]]:
    """A bar, to be entered, and the function that moves it."""
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal  # rich would still end it with an empty line
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False, disable=hidden)
    task = bar.add_task("", total=None)

    def watch(done: int, of: int) -> None:
        bar.update(task, completed=done, total=of, refresh=True)

    return bar, watch


def show(graded: "list[Graded]", console: Console) -> None:
    """Print the marks, one row a learner, and the list of what needs a person."""
    if not graded:
        console.print("Nothing new in submitted/. --force grades again what has a result.")
        return
    console.print(_marks(graded))
    lines = [*_by_hand(graded), *_of_many(graded), *_of_few(graded)]
    if lines:
        console.print(f"\nNeeds a person ({len(lines)}):")
        for line in lines[:_LINES]:
            console.print(f"  {escape(line)}", soft_wrap=True)
        if len(lines) > _LINES:
            console.print(f"  and {len(lines) - _LINES} more: see Formgrader.")


def _marks(graded: "list[Graded]") -> Table:
    most = {one.assignment: one.max_points for one in graded}
    table = Table("Learner", *(escape(f"{name} /{points:g}") for name, points in most.items()))
    for column in table.columns[1:]:
        column.justify = "right"
    rows: dict[str, dict[str, float]] = {}
    for one in graded:
        rows.setdefault(one.student, {})[one.assignment] = one.points
    for student, points in sorted(rows.items()):
        table.add_row(escape(student), *(f"{points[n]:g}" if n in points else "" for n in most))
    return table


def _by_hand(graded: "list[Graded]") -> list[str]:
    counts = Counter(
        (one.assignment, result["grade_id"])
        for one in graded
        for result in one.needs_person
        if result["points"] is None
    )
    return [f"{name}, {cell}: {count} to mark by hand" for (name, cell), count in counts.items()]


Reason = tuple[str, tuple[str, ...], str]  # assignment, cells, why


def _of_many(graded: "list[Graded]") -> list[str]:
    """What is true of several learners' answers alike, once: it is of the test, or of us."""
    return [
        f"{assignment}, {', '.join(cells)}: {count} learners: {reason}"
        for (assignment, cells, reason), count in _counted(graded).items()
        if count >= _MANY
    ]


def _of_few(graded: "list[Graded]") -> list[str]:
    counted = _counted(graded)
    lines = []
    for one in graded:
        who = f"{one.student}, {one.assignment}"
        found = [finding["message"] for finding in one.findings if finding["kind"] != "changed"]
        lines += [f"{who}: {message}" for message in found]
        lines += [
            f"{who}, {', '.join(cells)}: {why}"
            for _, cells, why in _reasons(one)
            if counted[one.assignment, cells, why] < _MANY
        ]
    return lines


def _counted(graded: "list[Graded]") -> Counter[Reason]:
    return Counter(reason for one in graded for reason in _reasons(one))


def _reasons(one: "Graded") -> list[Reason]:
    """Each reason why a person has to look at this submission, with the cells that it concerns."""
    cells: dict[str, list[str]] = {}
    found = [finding["message"] for finding in one.findings]
    for result in one.needs_person:
        # What is true of the whole submission is not said again of each cell.
        if result["points"] is not None and result["reason"] not in found:
            cells.setdefault(result["reason"], []).append(result["grade_id"])
    return [(one.assignment, tuple(ids), reason) for reason, ids in cells.items()]
