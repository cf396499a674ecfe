"""A verdict's message as paragraphs and tables, so that it reads well on a narrow screen too.

Records hold plain text in lines of at most 85 characters; indented lines are tables of numbers.
"""

import re
from dataclasses import dataclass

WIDTH = 85
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
