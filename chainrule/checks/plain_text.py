"""Blocks as plain text, for a notebook and for nbgrader's Validate."""

import textwrap
from collections.abc import Iterable, Iterator

from chainrule.blocks import (
    CHARACTERS,
    Block,
    Box,
    Code,
    Entries,
    Headline,
    Paragraph,
    Rows,
    digits,
    figure,
)

# nbgrader's Validate cuts a line at 87 characters.
WIDTH = 85


def plain_text(blocks: Iterable[Block]) -> str:
    """The blocks in lines of at most 85 characters; code and numbers are indented."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Headline():
            yield from _wrapped(f"{block.question}: {block.text}")
        case Paragraph():
            yield from _wrapped(_labelled(block.label, block.text))
        case Code():
            for number, line in enumerate(block.lines):
                yield _cut(f"    {_labelled('' if number else block.label, line)}")
        case Entries():
            count = digits(block)
            yield from _rows("yours", block.yours, block.wrong, count)
            yield from _rows("true", block.true, (), count)
        case Box():
            for paragraph in block.paragraphs:
                yield from _lines(paragraph)
            for item in block.items:
                yield from _wrapped(f"- {item}", below="  ")


def _labelled(label: str, text: str) -> str:
    return f"{label}: {text}" if label else text


def _wrapped(text: str, below: str = "") -> list[str]:
    """The text in lines; below: what the second and all further ones begin with."""
    return textwrap.wrap(text[:CHARACTERS], WIDTH, subsequent_indent=below) or [""]


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def _rows(label: str, rows: Rows, wrong: Iterable[tuple[int, int]], count: int) -> Iterator[str]:
    """One array, its name before the first row, with a star at each wrong entry."""
    marked, wide = set(wrong), count + 7
    for i, row in enumerate(rows):
        cells = [
            f"{figure(v, digits=count)}{'*' if (i, j) in marked else ' '}"
            for j, v in enumerate(row)
        ]
        numbers = "".join(f"{cell:>{wide}}" for cell in cells).rstrip()
        yield _cut(f"    {'' if i else label:<6}{numbers}")
