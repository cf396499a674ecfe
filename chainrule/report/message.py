"""A verdict's message as paragraphs and tables, so that it reads well on a narrow screen too.

Records hold plain text in lines of at most 85 characters; indented lines are tables of numbers.
"""

import re
from dataclasses import dataclass
from typing import Any

WIDTH = 85
# How records write numbers that JSON has not, and how NumPy does.
NOT_FINITE = {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}
# The page has the question's name as its heading.
QUESTION = re.compile(r"\A[\w.]+: (\S)")
# A line that begins like this begins a box of its own; hints and candidates go on in it.
BOX = ("The mistake", "One of these", "Note:")
IN_BOX = ("Hint:", "- ")


@dataclass
class Block:
    """kind: "text" and "table" (one entry), or "box" (a paragraph each)."""

    kind: str
    parts: list[str]


def blocks(message: str, example: bool) -> list[Block]:
    """The message without the question's name and its last line, the marks.

    example: the record's example is shown too, so the inputs and the first table of yours and true
    are left out.
    """
    told = QUESTION.sub(lambda first: first[1].upper(), message)
    found = [block for block in _blocks(told) if not block.parts[0].startswith("Marks: ")]
    if not example:
        return found
    tables = [b for b in found if b.kind == "table"]
    first = next((n for n, b in enumerate(tables) if "yours" in b.parts[0]), -1)
    shown = tables[: first + 1] if first >= 0 else tables
    return [block for block in found if not any(block is one for one in shown)]


def _blocks(message: str) -> list[Block]:
    found: list[Block] = []
    before = ""
    for line in message.splitlines():
        last = found[-1] if found else Block("", [])
        if line.startswith(" "):
            if last.kind == "table":
                last.parts[0] += "\n" + line
            else:
                found.append(Block("table", [line]))
        elif line.startswith(BOX):
            found.append(Block("box", [line]))
        elif line.startswith(IN_BOX) and last.kind == "box":
            last.parts.append(line)
        elif last.kind in ("text", "box") and _broken(before, line):
            last.parts[-1] += " " + line
        else:
            found.append(Block("text", [line]))
        before = line
    return found


def _broken(before: str, line: str) -> bool:
    """Whether a line goes on from the one before, which had no room for its first word."""
    room = len(before) + 1 + len(line.split(maxsplit=1)[0]) <= WIDTH if line else True
    return not room and not before.endswith(".")


@dataclass
class Row:
    """Of an array: each entry as text, and whether it differs."""

    cells: list[tuple[str, bool]]


def table(values: Any, differ: Any) -> list[Row] | None:
    """A number, a row or a matrix as rows of text; None for what is none of these."""
    if values is None or (isinstance(values, str) and values not in NOT_FINITE):
        return None
    rank = 0 if not isinstance(values, list) else 2 if _rows(values) else 1
    rows = [[values]] if rank == 0 else [values] if rank == 1 else values
    if not all(isinstance(c, int | float | str) for row in rows for c in row):
        return None
    wrong = {tuple(index) for index in differ if isinstance(index, list)} if differ else set()

    def at(i: int, j: int) -> bool:
        return ((), (j,), (i, j))[rank] in wrong

    return [Row([(figure(c), at(i, j)) for j, c in enumerate(row)]) for i, row in enumerate(rows)]


def _rows(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(row, list) for row in values)


def figure(value: Any) -> str:
    """Five significant digits, as the checks print them, with a real minus."""
    if isinstance(value, str):
        return value
    text = f"{value:.5g}"
    return "0" if text == "-0" else text.replace("-", "−")


def code(inputs: Any) -> str:
    """The inputs of an example as Python, to be pasted below the learner's function."""
    lines = [f"{name} = {_python(value)}" for name, value in inputs.items()]
    return "\n".join(["import numpy as np", "", *lines])


def _python(value: Any) -> str:
    if not isinstance(value, list):
        return _number(int(value) if isinstance(value, float) and value.is_integer() else value)
    if any(isinstance(item, list) and _rows(item) for item in value):
        return f"({', '.join(_python(item) for item in value)})"
    rows = value if _rows(value) else [value]
    written = [f"[{', '.join(map(_number, row))}]" for row in rows]
    return f"np.array([{', '.join(written)}])" if _rows(value) else f"np.array({written[0]})"


def _number(value: Any) -> str:
    return NOT_FINITE.get(value, repr(value))
