"""Which notebook of the course a file is: told by its cells, whatever the file is called."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from nbgrader.api import Gradebook, Notebook

MOST_BYTES = 64 * 2**20  # of a file that is looked at as a notebook
_TELLING = 12  # characters of a cell's text that is like no other's
_ENOUGH = 0.25  # of a notebook's cells, that make it this one


class NoNotebook(Exception):
    """The file is no notebook; the message goes on from its name."""


@dataclass(frozen=True)
class Known:
    """A notebook that was released. ids: its cells' grade ids. texts: what they say."""

    assignment: str
    name: str
    ids: frozenset[str]
    texts: frozenset[str]
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Match:
    """Which one a file is. share: of its cells that are there. answered: cells that were changed.
    nameless: the cells have lost their grade ids."""

    known: Known
    share: float
    answered: int
    nameless: bool = False


@dataclass
class Cells:
    """What a file holds, as far as it tells which notebook it is."""

    ids: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)


def released(book: Gradebook) -> list[Known]:
    """All notebooks that the gradebook knows."""
    return [_known(notebook) for one in book.assignments for notebook in one.notebooks]


def _known(notebook: Notebook) -> Known:
    cells = {cell.name: cell.source or "" for cell in notebook.source_cells}
    answers = {cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]}
    return Known(
        notebook.assignment.name,
        notebook.name,
        frozenset(cells),
        frozenset(_telling(text for name, text in cells.items() if name not in answers)),
        {name: cells[name] for name in answers if name in cells},
    )


def read_cells(content: bytes) -> tuple[Cells, bytes]:
    """The cells of a notebook, and its text as UTF-8. Raises NoNotebook."""
    if len(content) > MOST_BYTES:
        raise NoNotebook(f"is larger than the {MOST_BYTES // 2**20} MiB of a notebook")
    text = _decoded(content)
    start = text.lstrip()[:200].lower()
    if not start:
        raise NoNotebook("is empty")
    if start.startswith("<"):
        raise NoNotebook("is a page of HTML, not the notebook itself")
    if not start.startswith("{"):
        raise NoNotebook("is no notebook")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise NoNotebook("is a damaged notebook, perhaps cut off") from None
    cells = notebook.get("cells")
    if cells is None and isinstance(sheets := notebook.get("worksheets"), list):
        cells = [c for s in sheets if isinstance(s, dict) for c in s.get("cells") or []]
    if not isinstance(cells, list):
        raise NoNotebook("is JSON, but no notebook")
    found = Cells()
    for cell in cells:
        if isinstance(cell, dict):
            _add(found, cell)
    return found, text.encode("utf-8", "replace")


def _decoded(content: bytes) -> str:
    """As text: editors of Windows write a mark before it, or two bytes a character."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    return content.decode("utf-8-sig", "replace")


def _add(found: Cells, cell: Mapping[str, object]) -> None:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = source if isinstance(source, str) else ""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = about.get("grade_id") if isinstance(about, dict) else None
    if isinstance(grade_id, str):
        found.ids[grade_id] = text  # of cells with the same id the last counts, as in nbgrader
    found.texts |= _telling([text])


def _telling(texts: Iterable[str]) -> set[str]:
    squeezed = ("".join(text.split()) for text in texts)
    return {text for text in squeezed if len(text) >= _TELLING}


def recognised(cells: Cells, known: Collection[Known], asked: str | None = None) -> Match | None:
    """The notebook that has most of these cells; of two alike, the asked assignment's."""
    matches = [match for one in known if (match := _match(cells, one))]
    return max(matches, key=lambda m: (m.share, m.known.assignment == asked), default=None)


def _match(cells: Cells, known: Known) -> Match | None:
    there = known.ids & cells.ids.keys()
    changed = [
        name
        for name, text in known.answers.items()
        if name in there and cells.ids[name].rstrip() != text.rstrip()
    ]
    if known.ids and len(there) >= _ENOUGH * len(known.ids):
        return Match(known, len(there) / len(known.ids), len(changed))
    texts = known.texts & cells.texts
    if not cells.ids and known.texts and len(texts) >= _ENOUGH * len(known.texts):
        return Match(known, len(texts) / len(known.texts), 0, nameless=True)
    return None


def assignment_of(matches: Collection[Match]) -> str | None:
    """The assignment of most notebooks."""
    counts = Counter(match.known.assignment for match in matches)
    return counts.most_common(1)[0][0] if counts else None


def looks_like_one(name: str) -> bool:
    """Whether a file's name says that it is meant to be a notebook."""
    return bool(re.search(r"\.ipynb\b", name.lower()))
