"""Verdict records and findings as they stand in a notebook, looked at before they are used.

What has not the shape that `chainrule.records` and `chainrule.blocks` describe is left out, and so
is what is too long to be read.
"""

import keyword
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from chainrule import records
from chainrule.blocks import (
    BLOCKS,
    CHARACTERS,
    ENTRIES,
    LINES,
    Block,
    Box,
    Code,
    Entries,
    Headline,
    Paragraph,
    Rows,
)

Kept = TypeVar("Kept")
Value = float | list["Value"]  # of an input: a number, or lists of them

DEPTH = 4  # of lists: parameters are a list of arrays, and one more


class Mistake(NamedTuple):
    """One that a check named."""

    id: str
    name: str


class Part(NamedTuple):
    """What one property of the question was worth."""

    name: str
    points: float
    max_points: float


class Flag(NamedTuple):
    """Something for a person to look into. what: the name that it is about, if it is about one."""

    kind: str
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}" if self.what else self.kind


@dataclass(frozen=True)
class Example:
    """A call's inputs by name, and the result that differed, where it can be shown."""

    inputs: dict[str, Value]
    entries: Entries | None


@dataclass(frozen=True)
class Record:
    """What a check said of a question. text: of a record that is older than blocks."""

    blocks: tuple[Block, ...]
    text: str = ""
    mistakes: tuple[Mistake, ...] = ()
    properties: tuple[Part, ...] = ()
    flags: tuple[Flag, ...] = ()
    example: Example | None = None

    @property
    def shows_entries(self) -> bool:
        return any(isinstance(block, Entries) for block in self.blocks)


def record(outputs: list[Any]) -> Record | None:
    """The verdict record that the test displayed, if it is one: with its words at least."""
    for output in outputs:
        value = mapping(mapping(mapping(output).get("data")).get(records.VERDICT_MIME))
        if not _short(value):
            continue
        blocks: tuple[Block, ...] = _kept(_block, value.get("blocks"), BLOCKS)
        text = "" if blocks else _old_text(value.get("message"))
        if blocks or text:
            return Record(
                blocks,
                text,
                _kept(_mistake, value.get("mistakes"), LINES),
                _kept(_part, value.get("properties"), LINES),
                _kept(_flag, value.get("flags"), LINES),
                _example(value.get("example")),
            )
    return None


def _short(value: Any) -> bool:
    """Whether grading would have kept it."""
    try:
        return len(str(value)) <= records.RECORD_BYTES
    except RecursionError:
        return False


def _kept(read: Callable[[Any], Kept | None], value: Any, most: int) -> tuple[Kept, ...]:
    """What can be read of a list."""
    found = (read(item) for item in items(value)[:most])
    return tuple(one for one in found if one is not None)


def _mistake(value: Any) -> Mistake | None:
    found = Mistake(_words(mapping(value).get("id")), _words(mapping(value).get("name")))
    return found if all(found) else None


def _part(value: Any) -> Part | None:
    name = _words(mapping(value).get("name"))
    points, most = number(mapping(value).get("points")), number(mapping(value).get("max_points"))
    return None if not name or points is None or most is None else Part(name, points, most)


def _flag(value: Any) -> Flag | None:
    """A flag; before there were blocks it was one string."""
    if isinstance(value, str):
        kind, _, what = value.partition(": ")
    else:
        kind, what = mapping(value).get("kind", ""), mapping(value).get("what", "")
    found = Flag(_words(kind), _words(what))
    return found if found.kind else None


def _block(value: Any) -> Block | None:
    value = mapping(value)
    text, label = _words(value.get("text")), _words(value.get("label"))
    match value.get("kind"):
        case "headline":
            return Headline(_words(value.get("question")), text) if text else None
        case "paragraph":
            return Paragraph(text, label) if text else None
        case "code":
            lines = _kept(_line, value.get("lines"), LINES)
            return Code(lines, label) if lines else None
        case "entries":
            return _entries(value, value.get("wrong"))
        case "box":
            parts = [_block(part) for part in items(value.get("paragraphs"))[:LINES]]
            paragraphs = tuple(part for part in parts if isinstance(part, Paragraph))
            named = (_words(item) for item in items(value.get("items"))[:LINES])
            return Box(paragraphs, tuple(filter(None, named))) if paragraphs else None
        case _:
            return None


def _entries(value: Mapping[str, Any], wrong: Any) -> Entries | None:
    yours, true = _rows(value.get("yours")), _rows(value.get("true"))
    name = _words(value.get("result"))
    if not (name and yours and true):
        return None
    return Entries(name, yours, true, tuple(_places(wrong, yours)))


def _places(value: Any, rows: Rows) -> Iterable[tuple[int, int]]:
    """Those of the places that are in the array; () and (column,) are in its first row."""
    there = {(i, j) for i, row in enumerate(rows) for j in range(len(row))}
    for index in items(value)[:ENTRIES]:
        place = [0, 0, *items(index)][-2:]
        if all(isinstance(at, int) for at in place) and (place[0], place[1]) in there:
            yield place[0], place[1]


def _rows(value: Any) -> Rows | None:
    """A number, a row or a matrix as rows of equal length."""
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, list) for row in rows):
        rows = [rows]
    if not rows or not rows[0] or sum(map(len, rows)) > ENTRIES:
        return None
    numbers = [[_entry(one) for one in row] for row in rows]
    if any(one is None for row in numbers for one in row) or len({*map(len, rows)}) > 1:
        return None
    return tuple(tuple(one for one in row if one is not None) for row in numbers)


def _entry(value: Any) -> float | None:
    """A number; one that JSON has not is written as a word."""
    return float(value) if value in ("nan", "inf", "-inf") else number(value)


def _example(value: Any) -> Example | None:
    """The example, if all of its inputs can be shown."""
    value = mapping(value)
    inputs = {}
    for name, given in [*mapping(value.get("inputs")).items()][:LINES]:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            return None
        if (read := _value(given)) is None:
            return None
        inputs[name] = read
    return Example(inputs, _entries(value, value.get("differ"))) if inputs else None


def _value(value: Any, depth: int = DEPTH) -> Value | None:
    if not isinstance(value, list):
        return _entry(value)
    if not depth or not value or len(value) > ENTRIES:
        return None
    read = [_value(one, depth - 1) for one in value]
    return None if None in read else [one for one in read if one is not None]


def _words(value: Any) -> str:
    """One line of text of bounded length, and nothing that does not print."""
    return records.plain(value, CHARACTERS) if isinstance(value, str) else ""


def _line(value: Any) -> str | None:
    """The same of a line of code, which keeps its spaces."""
    return _printable(value[:CHARACTERS]) if isinstance(value, str) else None


def _old_text(value: Any) -> str:
    """A message as it was before there were blocks: lines of text."""
    lines = value[: BLOCKS * CHARACTERS].splitlines() if isinstance(value, str) else []
    return "\n".join(map(_printable, lines))


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)


def finding(value: Any) -> dict[str, str] | None:
    value = mapping(value)
    if not isinstance(value.get("message"), str):
        return None
    return {key: str(value.get(key, "")) for key in ("kind", "cell", "message")}


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        value = float(value)
    except OverflowError:  # JSON has integers of any size
        return None
    return value if math.isfinite(value) else None


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
