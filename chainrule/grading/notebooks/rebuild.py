"""The notebook that is run: the instructor's cells with the learner's answers put in.

A submitted notebook is data from a stranger: only the text of its cells is taken, and pictures in
written answers. Its metadata, tags, outputs, points and order of the instructor's cells do not
count; what was changed is reported. How much of it is kept is bounded: all that follows handles it
several times.
"""

import json
import re
from typing import Any

from ... import records
from ...records import Finding, Flag
from ..plain_data import (
    LEARNER,
    TEXT,
    Cell,
    CellType,
    NotebookPlan,
    Pictures,
    PlannedCell,
    SubmittedCell,
)
from ..wall import foreign_json

Json = dict[str, object]  # what a stranger wrote: each value is looked at before it is used

CELLS = 5000
CHARACTERS = 4_000_000  # characters of all cells
PICTURE_BYTES = 32 * 1024 * 1024  # of all written answers; in base64
_NAME = 1000  # characters
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)
_PICTURES = ("image/png", "image/jpeg", "image/gif")


class Unreadable(Exception):
    """The submitted notebook cannot be read; the message is one sentence."""


class OldFormat(Exception):
    """The submitted notebook has to be converted first."""


def read_notebook(content: bytes, convert: bool = True) -> list[SubmittedCell]:
    """The cells of a submitted notebook.

    How much time and memory it takes is the writer's choice: see `read_apart`.

    Raises Unreadable; OldFormat, if not `convert`.
    """
    if not content.strip():
        raise Unreadable("The file is empty.")
    try:
        notebook = foreign_json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("The file is not text in UTF-8.") from None
    except RecursionError:
        raise Unreadable("The file is nested too deep.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"The file is not JSON ({error}).") from None
    except ValueError:  # Python reads no integer of more than 4300 digits
        raise Unreadable("The file holds a number of thousands of digits.") from None
    if not isinstance(notebook, dict):
        raise Unreadable("The file is JSON, but not a notebook.")
    version = notebook.get("nbformat")
    if version in (1, 2, 3):
        if not convert:
            raise OldFormat
        notebook = _upgraded(notebook)
    elif version != 4:
        raise Unreadable(f"The file is of notebook format {version!r:.40}; known are 1 to 4.")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable("The notebook has no cells.")
    if len(cells) > CELLS:
        raise Unreadable(f"The notebook has {len(cells)} cells; the most are {CELLS}.")
    read = [_plain_cell(cell) for cell in cells if isinstance(cell, dict)]
    size = sum(len(cell["source"]) for cell in read)
    if size > CHARACTERS:
        raise Unreadable(f"The notebook's cells hold {size} characters; the most are {CHARACTERS}.")
    room = PICTURE_BYTES
    for cell in read:
        room = _leave_out_pictures(cell, room)
    return read


def _upgraded(notebook: Json) -> Json:
    import nbformat

    try:
        upgraded: Json = nbformat.convert(nbformat.from_dict(notebook), 4)
        return upgraded
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged notebook makes of the converter
        words = str(error)[:200]
        raise Unreadable(f"The old notebook could not be converted ({words}).") from None


def _plain_cell(cell: Json) -> SubmittedCell:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    cell_id = cell.get("id")
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = about.get("grade_id") if isinstance(about, dict) else None
    return {
        "cell_type": _cell_type(cell.get("cell_type")),
        # Lone surrogates cannot be written to a file.
        "source": source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        "grade_id": grade_id if isinstance(grade_id, str) and len(grade_id) <= _NAME else None,
        "id": cell_id if isinstance(cell_id, str) and _CELL_ID.fullmatch(cell_id) else None,
        "attachments": _pictures(cell.get("attachments")),
        "left_out": 0,
    }


def _cell_type(said: object) -> CellType:
    return "code" if said == "code" else "markdown" if said == "markdown" else "raw"


def _pictures(attachments: Any) -> Pictures:
    kept: Pictures = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if isinstance(name, str) and len(name) <= _NAME and isinstance(bundle, dict):
            safe = {k: bundle[k] for k in _PICTURES if _is_base64(bundle.get(k))}
            if safe:
                kept[name.encode("utf-8", "replace").decode()] = safe
    return kept


def _is_base64(text: Any) -> bool:
    return isinstance(text, str) and _BASE64.fullmatch(text) is not None


def _leave_out_pictures(cell: SubmittedCell, room: int) -> int:
    """Keep the pictures for which there is room; return how much room is left."""
    for name, bundle in list(cell["attachments"].items()):
        size = sum(map(len, bundle.values()))
        if size > room:
            del cell["attachments"][name]
            cell["left_out"] += 1
        else:
            room -= size
    return room


def rebuild(
    plan: NotebookPlan, submitted: list[SubmittedCell] | None
) -> tuple[list[Cell], list[Finding]]:
    """The cells to run and to show, and the findings. submitted: None where nothing is readable."""
    known = {cell["grade_id"]: cell for cell in plan["cells"] if cell["kind"] is not None}
    # Of cells with the same id the last is the answer, as in nbgrader.
    last = {
        name: number
        for number, cell in enumerate(submitted or [])
        if (name := cell["grade_id"]) in known
    }
    findings: list[Finding] = []
    flags: dict[str, list[Flag]] = {name: [] for name in known}

    def report(name: str, what: str) -> None:
        flags[name] = ["changed"]
        findings.append(records.finding("changed", f"The cell {name} was {what}.", name))

    extra: dict[str | None, list[Cell]] = {}
    anchor: str | None = None
    if left_out := sum(cell["left_out"] for cell in submitted or []):
        message = (
            f"Pictures in written answers beyond {PICTURE_BYTES >> 20} MiB: {left_out} left out."
        )
        findings.append(records.finding("file", message))
    for number, one in enumerate(submitted or []):
        grade_id = one["grade_id"]
        if grade_id in known and last[grade_id] == number:
            anchor = grade_id
            continue
        if grade_id in known:
            report(grade_id, "doubled")
        extra.setdefault(anchor, []).append(_extra_cell(one))
    order = sorted(last, key=lambda name: last[name])
    cells = extra.pop(None, [])
    expected = [name for name in known if name in last]
    for name, cell in known.items():
        theirs = submitted[last[name]] if submitted is not None and name in last else None
        if theirs is None:
            if submitted is not None:
                report(name, "deleted")
        else:
            if theirs["cell_type"] != cell["cell_type"]:
                report(name, f"turned from {cell['cell_type']} into {theirs['cell_type']}")
            released = cell["released"] if cell["released"] is not None else theirs["source"]
            if not cell["solution"] and theirs["source"] != released:
                report(name, "edited")
            if order.index(name) != expected.index(name):
                report(name, "moved")
        cells.append(_rebuilt(cell, theirs, flags[name]))
        cells += extra.pop(name, [])
    return cells, findings


def _rebuilt(cell: PlannedCell, theirs: SubmittedCell | None, flags: list[Flag]) -> Cell:
    source = theirs["source"] if theirs is not None and cell["solution"] else cell["source"]
    answered = cell["solution"] and theirs is not None and source != cell["source"]
    # A missing answer is shown as released, but not run: it could undo one that lost its id.
    kind = TEXT if cell["solution"] and theirs is None else cell["kind"]
    attachments = theirs["attachments"] if theirs is not None and cell["solution"] else {}
    return {
        "kind": kind,
        "cell_type": cell["cell_type"],
        "source": source,
        "id": cell["id"],
        "known": cell,
        "answered": answered,
        "flags": flags,
        "attachments": attachments,
    }


def _extra_cell(cell: SubmittedCell) -> Cell:
    return {
        "kind": LEARNER if cell["cell_type"] == "code" else TEXT,
        "cell_type": cell["cell_type"],
        "source": cell["source"],
        "id": cell["id"],
        "known": None,
        "answered": False,
        "flags": [],
        "attachments": cell["attachments"],
    }
