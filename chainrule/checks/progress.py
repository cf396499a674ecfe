"""How far a learner has come in an exercise: what was found right since the kernel began."""

import json
from pathlib import Path

from chainrule.exercises.questions import QUESTIONS

_right: set[str] = set()  # the names of questions


def note(question: str, right: bool) -> None:
    """Remember how a question stands."""
    (_right.add if right else _right.discard)(question)


def so_far(exercise: str, folder: Path) -> str:
    """The functions that are right, and the points that their hidden tests can give, in a sentence.

    folder: where the exercise's notebook lies, which says the points.
    """
    asked = [one for one in QUESTIONS.values() if one.exercise == exercise]
    right = [one for one in asked if one.name in _right]
    said = f"{len(right)} of {len(asked)} functions"
    points = points_of(folder / f"{exercise}.ipynb")
    worth = [points.get(f"test_{one.function}") for one in asked]
    if None not in worth:
        got = sum(points[f"test_{one.function}"] for one in right)
        said += f", {got:g} of {sum(points[f'test_{one.function}'] for one in asked):g} points"
    return f"{said} so far."


def points_of(path: Path) -> dict[str, float]:
    """The points of the cells of a notebook that carry marks, by grade id; none if unreadable."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        about = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {one["grade_id"]: float(one["points"]) for one in about if one.get("points")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
