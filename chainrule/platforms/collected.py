"""What was collected of an assignment, kept in `collected/<assignment>.csv` for the way back.

A table that a person can read and a spreadsheet can open: a row a learner, with the name and the
number that the platform had for them in this assignment.
"""

import csv
import io
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from chainrule.whole import write_whole

FOLDER = "collected"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass
class Row:
    """A learner of an assignment. late: "LATE" where the platform says so. entry: the notebook's
    name in the archive, "" where there was none to be taken."""

    learner: str
    platform: str
    name: str = ""
    number: str = ""
    email: str = ""
    time: str = ""
    late: str = ""
    entry: str = ""
    notes: str = ""


def place(course: Path, assignment: str) -> Path:
    return course / FOLDER / f"{assignment}.csv"


def read(course: Path, assignment: str) -> dict[str, Row]:
    """The rows by learner; none where nothing was collected."""
    try:
        text = place(course, assignment).read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    names = [one.name for one in fields(Row)]
    found = {}
    for line in csv.DictReader(io.StringIO(text)):
        values = {name: _read(line.get(name) or "") for name in names}
        if values["learner"]:
            found[values["learner"]] = Row(**values)
    return found


def write(course: Path, assignment: str, rows: dict[str, Row]) -> None:
    """Keep the rows, those of learners who did not hand in this time too."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [one.name for one in fields(Row)], lineterminator="\n")
    writer.writeheader()
    for _, row in sorted(rows.items()):
        writer.writerow({name: _safe(value) for name, value in asdict(row).items()})
    write_whole(place(course, assignment), file.getvalue())


def _safe(text: str) -> str:
    """A spreadsheet takes text that begins like this for a formula."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _read(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULAS else text
