"""Files of this package that a learner hands in as their own: for a person to look at.

In the sandbox the package cannot compute an answer; a copy of its files beside the notebook could.
Compared are digests: of the text, and of the syntax tree, which comments, blank lines, quotes and
docstrings do not change.
"""

import ast
import hashlib
import re
import warnings
from collections.abc import Mapping
from functools import cache

from ..wall.learners_side import LEARNERS_SIDE, PACKAGE

_LEAST_BYTES = 200  # what is shorter may well be alike by chance
_MOST_BYTES = 1 << 16  # far more than any file of the package has
# A line that each Python file of some length has; data and notebooks do without.
_PYTHON = re.compile(rb"^(def|class|from|import) ?\w", re.M)


def copied(files: Mapping[str, bytes]) -> list[str]:
    """One sentence for each file that is a copy of one that teaches."""
    found = []
    for name, content in sorted(files.items()):
        if not _LEAST_BYTES <= len(content) <= _MOST_BYTES:
            continue
        original = _known().get(_text(content))
        if original is None and (tree := _tree(content)) is not None:
            original = _trees().get(tree)
        if original is not None:
            found.append(f"{name} is a copy of {original}: look at what it is used for.")
    return found


def worth_a_look(files: Mapping[str, bytes]) -> bool:
    """Whether any of these could be one; told without reading a stranger's Python."""
    sized = (text for text in files.values() if _LEAST_BYTES <= len(text) <= _MOST_BYTES)
    return any(_PYTHON.search(text) for text in sized)


def get_ready() -> None:
    """Work out ahead what is the same for all submissions."""
    _known(), _trees()


@cache
def _known() -> dict[bytes, str]:
    """Digest of the text of each file -> its name."""
    return {_text(content): name for name, content in _originals()}


@cache
def _trees() -> dict[bytes, str]:
    digests = {_tree(content): name for name, content in _originals() if name.endswith(".py")}
    return {digest: name for digest, name in digests.items() if digest is not None}


def _originals() -> list[tuple[str, bytes]]:
    teaching = [path for path in PACKAGE.iterdir() if path.name not in LEARNERS_SIDE]
    files = [path for top in teaching for path in (top, *top.rglob("*"))]
    files = [path for path in files if path.suffix in (".py", ".js") and path.is_file()]
    whole = [(f"chainrule/{p.relative_to(PACKAGE).as_posix()}", p.read_bytes()) for p in files]
    return [(name, content) for name, content in whole if len(content) >= _LEAST_BYTES]


def _text(content: bytes) -> bytes:
    return hashlib.sha256(b"\n".join(content.split())).digest()


def _tree(content: bytes) -> bytes | None:
    """None if it is no Python."""
    if not _PYTHON.search(content):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in a learner's text
            tree = ast.parse(content)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and _is_text(body[0]):
                del body[0]
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "replace")).digest()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
