"""An instructor's notebook with nbgrader's cells, and what learners could hand in for it."""

import ast
import json
import re
from pathlib import Path

from nbformat import NotebookNode

SOLUTION, RELEASE, WRONG = KINDS = ("solution", "release", "wrong")
MARK = re.compile(r"^.*(BEGIN|END) (SOLUTION|MARK SCHEME).*\n?", re.MULTILINE)
REGION = re.compile(r"BEGIN SOLUTION[^\n]*\n(.*?)[^\n]*END SOLUTION", re.DOTALL)
STUB = re.compile(r"NotImplementedError|YOUR CODE HERE")


def is_of_a_course(path: Path) -> bool:
    """Whether a Python notebook has tests, and an answer that is not only a stub."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        metadata, cells = notebook["metadata"], _about(notebook)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    kernel, about = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    language = about.get("name") or kernel.get("language") or kernel.get("name") or "python"
    if "python" not in language.lower():
        return False
    answers = [text for about, text in cells if about.get("solution")]
    return any(_is_test(about) for about, _ in cells) and any(map(is_answered, answers))


def is_answered(text: str) -> bool:
    """Whether an answer cell of a source holds an answer."""
    regions = REGION.findall(text)
    if not regions and STUB.search(text):
        return False
    return bool("".join(regions or [text]).strip())


def is_older(notebook: NotebookNode) -> bool:
    """Whether nbgrader's own update has to come first: its cells are of an older schema."""
    about = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    return any(one.get("schema_version", 0) < 3 for one in about)


def tests(path: Path) -> dict[str, str]:
    """The tests of a notebook, by grade id."""
    cells = _about(json.loads(path.read_text(encoding="utf-8")))
    return {about["grade_id"]: text for about, text in cells if _is_test(about)}


def filled(released: NotebookNode, source: NotebookNode, kind: str) -> NotebookNode:
    """The released notebook with the answers of its source, spoiled in a wrong one."""
    answers = {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in released.cells:
        answer = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if answer is not None:
            text = MARK.sub("", answer.source)
            is_code = cell.cell_type == "code"
            cell.source = spoiled(text) if kind == WRONG and is_code else text
    return released


def spoiled(text: str) -> str:
    """An answer made wrong: its first `return` gives None, or else its first number is one more.

    Where there is neither, or the cell is not plain Python, its first assignment is of None, or it
    is as it was.
    """
    try:
        nodes = sorted(
            (node for node in ast.walk(ast.parse(text)) if hasattr(node, "lineno")),
            key=lambda node: (node.lineno, node.col_offset),
        )
    except SyntaxError:
        return text
    for node in nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            return _exchanged(text, node.value, "None")
    for node in nodes:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return _exchanged(text, node, repr(node.value + 1))
    for node in nodes:
        if isinstance(node, ast.Assign):
            return _exchanged(text, node.value, "None")
    return text


def _exchanged(text: str, node: ast.expr, by: str) -> str:
    lines = text.encode().splitlines(keepends=True)  # ast counts bytes
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = b"".join(lines[:first]) + lines[first][: node.col_offset]
    after = lines[last][node.end_col_offset :] + b"".join(lines[last + 1 :])
    return (before + by.encode() + after).decode()


def _about(notebook: dict) -> list[tuple[dict, str]]:
    """The code cells: nbgrader's metadata of each, and its text."""
    return [
        (cell.get("metadata", {}).get("nbgrader", {}), "".join(cell["source"]))
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _is_test(about: dict) -> bool:
    return bool(about.get("grade") and not about.get("solution"))
