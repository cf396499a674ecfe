"""How far a learner has come in a notebook: its functions and their points, as it says itself.

The cells' own names tell: `check_<function>` for each that has a check, and `test_<function>`, with
the points, for each that has hidden tests.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_RIGHT = re.compile(r"^(\x1b\[[\d;]*m)?✓", re.MULTILINE)  # as a check begins
_right: set[str] = set()  # questions that were found right since the kernel began


@dataclass(frozen=True)
class Standing:
    """points: of each cell that carries marks, by grade id. functions: those that have a check.
    right: those whose check said so when the notebook was saved."""

    points: dict[str, float] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    def said(self, right: tuple[str, ...]) -> str:
        """So many functions, and the points that their hidden tests can give."""
        got, most = self._worth(right), self._worth(self.functions)
        return f"{len(right)} of {len(self.functions)} functions, {got:g} of {most:g} points"

    def _worth(self, functions: tuple[str, ...]) -> float:
        return sum(self.points.get(f"test_{name}", 0.0) for name in functions)


def note(question: str, right: bool) -> None:
    """Remember how a question stands."""
    (_right.add if right else _right.discard)(question)


def so_far(exercise: str, folder: Path) -> str:
    """How the exercise stands, in a sentence; "" where its notebook is not in the folder."""
    standing = read(folder / f"{exercise}.ipynb")
    right = tuple(name for name in standing.functions if f"{exercise}.{name}" in _right)
    return f"{standing.said(right)} so far." if standing.functions else ""


def read(path: Path) -> Standing:
    """What a notebook's file says; nothing where it is no notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        named = {_grade_id(cell): cell for cell in cells}
        points = {
            name: float(cell["metadata"]["nbgrader"]["points"])
            for name, cell in named.items()
            if name and cell["metadata"]["nbgrader"].get("points")
        }
        checks = [name for name in named if name.startswith("check_")]
        right = [name for name in checks if _is_right(named[name])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Standing()
    return Standing(points, tuple(_functions(checks)), tuple(_functions(right)))


def _functions(checks: list[str]) -> list[str]:
    return [name.removeprefix("check_") for name in checks]


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _is_right(cell: dict[str, Any]) -> bool:
    texts = ("".join(one.get("text", "")) for one in cell.get("outputs", []))
    return any(_RIGHT.search(text) for text in texts)
