"""Who imports whom in the package, by its rooms, as its files say."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "chainrule"
ITSELF = "__init__"  # the package's own file


def room(module: str) -> str:
    """The room of a module, by its full name: a module of the package or a folder in it.

    In grading/, where the wall runs, each folder is a room of its own.
    """
    parts = module.split(".")[1:]
    if not parts or parts == [ITSELF]:
        return ITSELF
    if parts[0] == "grading" and len(parts) > 1 and parts[1][:2] != "__":
        return f"grading.{parts[1]}"
    return parts[0]


def modules() -> dict[str, Path]:
    """The full name of each module of the package -> its file."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imported(text: str, package: tuple[str, ...]) -> Iterator[str]:
    """The full names of what a file imports; package: the names of its folders."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def arrows() -> Iterator[tuple[str, str, Path]]:
    """The room that imports, the room that is imported, and the file that says so."""
    known = {name.removesuffix(f".{ITSELF}") for name in modules()}
    for module, path in modules().items():
        for name in imported(path.read_text(), tuple(module.split(".")[:-1])):
            if name.split(".")[0] != "chainrule":
                continue
            while name not in known:
                name = name.rpartition(".")[0]
            yield room(module), room(name), path
