"""What an assignment's notebooks are: the instructor's cells, as plain data, in their order.

The order comes from source/, the cells' text and points from the gradebook, where
`nbgrader generate_assignment` put them: that is the version that learners got.
"""

import ast
import copy
import json
import symtable
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.api import Gradebook, MissingEntry, Notebook

from ..errors import CourseError, NotReleased
from ..plain_data import (
    BOTH,
    LEARNER,
    TEST,
    TEXT,
    CellType,
    FreeCell,
    Kind,
    Names,
    NotebookPlan,
    Plan,
    PlannedCell,
)
from .unlike import changes


def plan_assignment(gradebook: Gradebook, assignment: str, source: Path, release: Path) -> Plan:
    """The plan of an assignment, as yet without its other files.

    source, release: the assignment's folders. Raises NotReleased, CourseError.
    """
    try:
        found = gradebook.find_assignment(assignment)
    except MissingEntry:
        found = None
    if found is None or not found.notebooks:
        raise NotReleased(
            f"{assignment} is not in the gradebook: "
            f"nbgrader generate_assignment {assignment} --force"
        )
    warnings: list[str] = []
    plans: dict[str, NotebookPlan] = {}
    for notebook in sorted(found.notebooks, key=lambda n: n.name):
        handed_out = _cells(release / f"{notebook.name}.ipynb")
        plans[notebook.name] = _plan_notebook(notebook, source, handed_out, warnings)
    return {
        "assignment": assignment,
        "notebooks": plans,
        "files": {},
        "for_tests": {},
        "warnings": warnings,
    }


def _plan_notebook(
    notebook: Notebook, source: Path, handed_out: list[Any], warnings: list[str]
) -> NotebookPlan:
    path = source / f"{notebook.name}.ipynb"
    in_source = _read(path)
    written = [] if in_source is None else in_source.cells
    released = {cell.name: cell for cell in notebook.source_cells}
    texts = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in handed_out}
    cells: list[PlannedCell | FreeCell] = []
    edited = []
    for cell in written:
        about = cell.metadata.get("nbgrader", {})
        grade_id = about.get("grade_id")
        if grade_id in released:
            known = released.pop(grade_id)
            tests = "AUTOTEST" in cell.source or about.get("solution")
            if not tests and cell.source.rstrip() != known.source.rstrip():
                edited.append(grade_id)
            cells.append(_known_cell(known, notebook, cell, texts.get(grade_id)))
        elif about.get("grade") or about.get("solution") or about.get("locked"):
            edited.append(grade_id or "a cell without id")
        elif cell.cell_type == "code":
            cells.append({"kind": None, "names": names_of(cell.source)})
    for name in sorted(released) if written else released:
        edited.append(name)
        cells.append(_known_cell(released[name], notebook, None, texts.get(name)))
    if not path.is_file():
        warnings.append(f"{path} is missing: its questions are graded as released.")
    elif edited:
        warnings.append(
            f"{path.name} was edited after its release ({', '.join(map(str, edited[:5]))}): graded "
            "as released. nbgrader generate_assignment --force releases the new version."
        )
    kernelspec = json.loads(notebook.kernelspec) if notebook.kernelspec else {}
    return {
        "cells": cells,
        "kernelspec": kernelspec,
        "language": _language(kernelspec, in_source),
    }


def _cells(path: Path) -> list[Any]:
    """The cells of one of the instructor's notebooks; none if it is not there."""
    notebook = _read(path)
    return [] if notebook is None else list(notebook.cells)


def _read(path: Path) -> Any:
    if not path.is_file():
        return None
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat's own, json's, whatever a damaged file makes of them
        raise CourseError(f"{path} is no notebook that can be read ({error}).") from None


def _known_cell(known: Any, notebook: Notebook, written: Any, released: str | None) -> PlannedCell:
    """known: the gradebook's. written: the cell in source/, None if it is not there."""
    graded = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    solution = known.name in {cell.name for cell in notebook.solution_cells}
    task = known.name in {cell.name for cell in notebook.task_cells}
    grade = known.name in graded
    code = known.cell_type == "code"
    kind: Kind = TEXT if not code else LEARNER if solution else TEST if grade else BOTH
    text = written.source if solution and written and written.source else known.source
    return {
        "kind": kind,
        "grade_id": known.name,
        "cell_type": cast(CellType, known.cell_type),
        "source": known.source,
        "grade": grade and not task,
        "solution": solution,
        "task": task,
        "locked": bool(known.locked),
        "points": float(graded[known.name].max_score or 0) if grade else None,
        "checksum": known.checksum,
        "names": names_of(text) if code else names_of(""),
        "id": written.get("id") if written else None,
        "released": released,
    }


def _language(kernelspec: Mapping[str, object], written: Any) -> str:
    """What the notebook's cells are written in. written: the notebook in source/, or None.

    A kernel may be named after anything, an environment say: its name tells no language.
    """
    info = {} if written is None else written.metadata.get("language_info", {})
    named = str(kernelspec.get("language") or info.get("name") or "python")
    return "python" if "python" in named.lower() else named


def names_of(source: str) -> Names:
    """What a cell does to the global names; nothing, if it is not Python."""
    found: Names = {
        "binds": [],
        "reads": [],
        "looks_up": [],
        "in_classes": [],
        "imports": {},
        "stars": [],
        "uses": [],
        "needs": [],
        "unlike": {},
    }
    try:
        text = TransformerManager().transform_cell(source)
        tree = ast.parse(text)
        table = symtable.symtable(text, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return found
    found["uses"] = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level)
    ]
    found["needs"] = sorted(_needed(tree))
    found["unlike"] = changes(tree)
    defined = set()
    for node in _top_level(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            defined.add(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                one: ast.Import | ast.ImportFrom = copy.copy(node)
                one.names = [alias]
                if alias.name == "*":
                    found["stars"].append(ast.unparse(one))
                    continue
                bound = alias.asname or alias.name.partition(".")[0]
                found["imports"][bound] = ast.unparse(one)
    # A cell that imports a name and defines it as well means its own definition.
    found["imports"] = {k: v for k, v in found["imports"].items() if k not in defined}
    assigned = {s.get_name() for s in table.get_symbols() if s.is_assigned()}
    assigned |= _declared_global(table)
    found["binds"] = sorted(assigned - set(found["imports"]))
    reads = _global_reads(table)
    found["reads"] = sorted(reads)
    looked_up = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    found["looks_up"] = sorted(reads | looked_up)
    found["in_classes"] = sorted(_class_reads(table))
    return found


def _top_level(tree: ast.AST) -> list[ast.AST]:
    """The statements that run in the cell itself, inside `if`, `try`, `with` and loops too."""
    statements: list[ast.AST] = []
    waiting = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                statements.append(child)
                if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    waiting.append(child)
    return statements


def _global_reads(table: symtable.SymbolTable) -> set[str]:
    reads = set()
    for child in table.get_children():
        reads |= {s.get_name() for s in child.get_symbols() if s.is_global() and s.is_referenced()}
        reads |= _global_reads(child)
    return reads


def _class_reads(table: symtable.SymbolTable) -> set[str]:
    """What bodies of classes look up themselves; CPython asks a dict for it, not its subclass."""
    reads = set()
    for child in table.get_children():
        if child.get_type() == "class":
            symbols = child.get_symbols()
            reads |= {s.get_name() for s in symbols if s.is_global() and s.is_referenced()}
        reads |= _class_reads(child)
    return reads


def _declared_global(table: symtable.SymbolTable) -> set[str]:
    """What functions of the cell bind among the globals."""
    bound = set()
    for child in table.get_children():
        symbols = child.get_symbols()
        bound |= {s.get_name() for s in symbols if s.is_declared_global() and s.is_assigned()}
        bound |= _declared_global(child)
    return bound


def _needed(tree: ast.AST) -> set[str]:
    """Packages that are imported, but in a `try` that goes on without them."""
    if isinstance(tree, ast.Import):
        return {alias.name.partition(".")[0] for alias in tree.names}
    if isinstance(tree, ast.ImportFrom):
        return {(tree.module or "").partition(".")[0]} if not tree.level else set()
    nodes: Iterable[ast.AST] = ast.iter_child_nodes(tree)
    if isinstance(tree, ast.Try) and any(map(_forgives, tree.handlers)):
        nodes = [*tree.handlers, *tree.orelse, *tree.finalbody]
    return {name for node in nodes for name in _needed(node)}


def _forgives(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type is not None else ""
    known = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
    return not caught or any(name in caught for name in known)
