"""Somebody's own exercise: `exercise.py` beside its notebook, or what a release has of it.

A definition is run once for each text that it has. In grading the folder at hand is the
instructor's, never one that came back with a submission.
"""

import ast
import contextlib
import re
import sys
import traceback
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from chainrule.errors import ChainruleError
from chainrule.exercises.form import Exercise

DEFINITION = "exercise.py"
RELEASED = "exercise.json"
_IS_ONE = re.compile(r"^\s*(from|import) chainrule\.exercises\b", re.MULTILINE)


class BadExercise(ChainruleError, ValueError):
    """A definition that does not hold: file, line, what was seen, and the mend."""

    def __init__(self, path: Path, line: int, words: str) -> None:
        super().__init__(f"{path}:{line}: {words}")
        self.line, self.words = line, words


def is_definition(text: str) -> bool:
    """Whether a file defines an exercise, and not something else that has this name."""
    return bool(_IS_ONE.search(text))


def at_hand(folder: Path) -> Exercise | None:
    """The exercise that a folder defines, if it does. Raises BadExercise."""
    path = folder / DEFINITION
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return load(text) if is_definition(text) else None


@lru_cache(maxsize=8)
def load(text: str, path: str = DEFINITION) -> Exercise:
    """The exercise that this text defines. path: for messages. Raises BadExercise."""
    file = Path(path)
    namespace: dict[str, object] = {"__name__": "exercise", "__file__": path}
    try:
        code = compile(text, path, "exec")
    except SyntaxError as error:
        words = f"Python cannot read this line ({error.msg}). Mend it, or the one above."
        raise BadExercise(file, error.lineno or 1, words) from None
    try:
        with _beside(file.parent):
            exec(code, namespace)
    except Exception as error:
        frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == path]
        line = (frames[-1].lineno or 1) if frames else 1
        words = f"it cannot be run ({type(error).__name__}: {error})."
        raise BadExercise(file, line, words) from None
    found = namespace.get("EXERCISE")
    if not isinstance(found, Exercise):
        words = "it defines no EXERCISE. It needs a line `EXERCISE = Exercise(name=..., ...)`."
        raise BadExercise(file, len(text.splitlines()), words)
    return found


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Modules beside the definition can be imported by it."""
    before = list(sys.path)
    sys.path.insert(0, str(folder.resolve()))
    try:
        yield
    finally:
        sys.path[:] = before


def line_of(text: str, *wanted: str) -> int:
    """The line where these stand as texts or names of keywords, the last one inside the others; 1
    where they do not."""
    try:
        here: list[ast.AST] = [ast.parse(text)]
    except SyntaxError:
        return 1
    line = 1
    for name in wanted:
        found = [node for tree in here for node in ast.walk(tree) if _says(node, name)]
        if not found:
            return line
        line = min(getattr(node, "lineno", None) or _value_line(node) for node in found)
        around: list[ast.AST] = [
            node
            for tree in here
            for node in ast.walk(tree)
            if isinstance(node, ast.Call | ast.keyword)
            and any(child in found for child in ast.iter_child_nodes(node))
        ]
        keywords: list[ast.AST] = [node for node in found if isinstance(node, ast.keyword)]
        here = keywords or around or here
    return line


def _says(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Constant):
        return node.value == name
    return (
        isinstance(node, ast.keyword)
        and node.arg == name
        or (isinstance(node, ast.FunctionDef) and node.name == name)
    )


def _value_line(node: ast.AST) -> int:
    return int(getattr(getattr(node, "value", None), "lineno", 1))
