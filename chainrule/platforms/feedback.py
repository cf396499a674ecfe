"""Feedback pages as the archive that a platform takes."""

import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chainrule.grading.files.course import Course

from .collected import Row
from .entries import Entry
from .layouts import LAYOUTS
from .marks import feedback_pages


@dataclass(frozen=True)
class Receiver:
    """Whose a row of the teacher's file is. first, second: its first fields; row: of `collect`."""

    first: str
    second: str
    row: Row | None


def write(
    course: Course, assignment: str, kind: str, people: Mapping[str, Receiver], output: Path
) -> list[str]:
    """Write the archive; return a line for each learner whose page is not in it."""
    lines = []
    handle, new = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.", suffix=".new")
    try:
        with open(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for learner, receiver in sorted(people.items()):
                pages = feedback_pages(course, learner, assignment)
                folder = _place(kind, learner, receiver)
                if not pages:
                    lines.append(
                        f"{learner}: there is no feedback page: `nbgrader generate_feedback"
                        f" {assignment}` makes it."
                    )
                elif folder is None:
                    lines.append(
                        f"{learner}: the number of the file that came from {kind} is not known"
                        " (it was not collected from there): no feedback."
                    )
                else:
                    for page in pages:
                        made.writestr(f"{folder}{page.name}", page.read_bytes())
        os.chmod(new, 0o644)
        os.replace(new, output)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise
    return lines


def _place(kind: str, learner: str, receiver: Receiver) -> str | None:
    """What a page's name begins with; None where the platform could not tell whose it is."""
    row = receiver.row
    if kind == "moodle":
        name = row.name if row and row.platform == kind else receiver.second
        number = receiver.first.rpartition(" ")[2]
        return f"{name.replace('_', ' ').replace('/', ' ')}_{number}_assignfeedback_file/"
    if kind == "canvas":
        if row is None or row.platform != kind or not row.entry:
            return None
        entry = Entry(row.entry, "", lambda room: b"")
        handed = LAYOUTS["canvas"]([entry], None).handed
        # Canvas takes the first two numbers between `_` for those of learner and file.
        return f"feedback_{row.number}_{handed[0].rank}_" if handed and handed[0].rank else None
    return f"{learner}/"
