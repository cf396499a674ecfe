"""What a check says of an answer: blocks, which stay structure until they are shown.

`checks` makes them, the record of a test carries them as plain JSON, and feedback reads them from
there (`report.untrusted`). Plain text for a notebook and HTML for a page are two ways to show them.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

# What a record holds at most, so that nothing that a learner wrote can make it large.
CHARACTERS = 1000  # of a text
LINES = 20  # of code, or items of a list
ENTRIES = 100  # of an array
BLOCKS = 40
# Of a figure; the most that a float has.
DIGITS, MOST_DIGITS = 5, 17

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Headline:
    """What became of a question, in a sentence that begins in lower case."""

    question: str
    text: str
    kind: Literal["headline"] = field(default="headline", init=False)


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more. label: what it is about, such as "Asked"; a colon goes between them."""

    text: str
    label: str = ""
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Code:
    """Lines of Python as they are typed. label: where they stand, or what they are."""

    lines: tuple[str, ...]
    label: str = ""
    kind: Literal["code"] = field(default="code", init=False)


@dataclass(frozen=True)
class Entries:
    """A result beside the true one, both as rows of numbers; wrong: (row, column) of each slip."""

    result: str
    yours: Rows
    true: Rows
    wrong: tuple[tuple[int, int], ...]
    kind: Literal["entries"] = field(default="entries", init=False)


@dataclass(frozen=True)
class Box:
    """Set apart from the rest, such as a mistake with its hint. items: a list below it."""

    paragraphs: tuple[Paragraph, ...]
    items: tuple[str, ...] = ()
    kind: Literal["box"] = field(default="box", init=False)


Block = Headline | Paragraph | Code | Entries | Box


def as_json(blocks: tuple[Block, ...]) -> list[Any]:
    """The blocks as JSON's own types, each with its kind."""
    return [_plain(asdict(block)) for block in blocks[:BLOCKS]]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case float():
            return as_number(value)
        case str():
            return value[:CHARACTERS]
        case _:
            return value


def as_number(value: float) -> float | str:
    """A number as JSON has it; one that is not finite as "nan", "inf" or "-inf"."""
    return value if math.isfinite(value) else str(value)


def figure(value: float, minus: str = "-", digits: int = DIGITS) -> str:
    """So many significant digits, as people read them; a negative zero is 0."""
    return f"{value + 0.0:.{digits}g}".replace("-", minus)


def digits(entries: Entries) -> int:
    """As many digits as it takes that no wrong entry reads like the true one."""
    pairs = [
        (entries.yours[i][j], entries.true[i][j])
        for i, j in entries.wrong
        if i < min(len(entries.yours), len(entries.true))
        and j < min(len(entries.yours[i]), len(entries.true[i]))
    ]
    for count in range(DIGITS, MOST_DIGITS):
        if all(figure(a, digits=count) != figure(b, digits=count) for a, b in pairs):
            return count
    return MOST_DIGITS
