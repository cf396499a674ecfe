"""What a learner's text says for or against a mistake that its numbers would fit.

Numbers alone can fit a mistake that nobody made. A name is given only where nothing in the text
speaks against it; where the text is not known, nothing does.
"""

import ast
import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache

from chainrule.exercises.form import Mistake

# By the mistake's id: what the text does not hold if the mistake was made, or the line that raised.
_AGAINST = {
    # There is some ReLU, if not the right one.
    "W1": r"maximum|relu|clip|(?<![.\w])max\(|np\.a?max\((?!logits|scores)",
    "G4": r"mean\(|average\(",  # a mean of all entries is 0 where their sum is
}
_AGAINST_IN_LINE = {
    "B3": r"\.T\b|transpose|outer|swapaxes|\.t\(\)",  # there is a transpose, if not the right one
    "C1": r"\.T\b|transpose|swapaxes|\.t\(\)",
    "B4": r"@|dot\(|matmul",
}


@dataclass(frozen=True)
class Text:
    """A function's source, "" where it is not known, and the outside values that it reads."""

    source: str
    outside: tuple[str, ...] = ()

    def contradicts(self, mistake: Mistake, raised: str = "") -> bool:
        """Whether the text speaks against a mistake. raised: the line that raised, if one did."""
        pattern = _AGAINST.get(mistake.id)
        if pattern and re.search(pattern, _code(self.source)):
            return True
        pattern = _AGAINST_IN_LINE.get(mistake.id)
        return bool(raised and pattern and re.search(pattern, raised))

    def ignores_arguments(self, raised: str, constant: bool) -> bool:
        """Whether what nothing else explains comes from outside values, or an argument unread.

        constant: whether the results stay the same where the truth changes.
        """
        if raised:
            return any(re.search(rf"\b{re.escape(name)}\b", raised) for name in self.outside)
        known = _definition(self.source) is not None
        return bool(self.outside) or (constant and (not known or bool(unread(self.source))))


def unread(source: str) -> tuple[str, ...]:
    """The arguments of a function that its text never reads."""
    definition = _definition(source)
    if definition is None:
        return ()
    given = definition.args
    arguments = [one.arg for one in (*given.posonlyargs, *given.args)]
    read = {
        node.id
        for node in ast.walk(definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    return tuple(name for name in arguments if name not in read)


@lru_cache(maxsize=64)
def _definition(source: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(textwrap.dedent(source)).body
    except SyntaxError:
        return None
    return next((node for node in body if isinstance(node, ast.FunctionDef)), None)


@lru_cache(maxsize=64)
def _code(source: str) -> str:
    """The text without its comments and docstring."""
    definition = _definition(source)
    if definition is None:
        return source
    body = definition.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return "\n".join(ast.unparse(node) for node in body)
