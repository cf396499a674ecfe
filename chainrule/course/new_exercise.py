"""A new exercise of somebody's own: a definition that runs as it is, and the notebook that asks."""

import keyword
import secrets
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from chainrule.course.folders import CourseError
from chainrule.exercises.form import Exercise, Question
from chainrule.exercises.own import DEFINITION, is_definition, load
from chainrule.exercises.questions import of_this_course
from chainrule.mistakes.variants import right_source

TEMPLATE = '''"""What the checks of this exercise know. `chainrule try {name}` tries it.

The form is explained in the guide "Your own exercise".
"""

from chainrule.exercises import Exercise, asks


def forward(x, W, target):
    """The truth: the pass in torch, with the names of its steps. Gradients follow by themselves."""
    pred = x @ W
    return {{"pred": pred, "loss": ((pred - target) ** 2).mean()}}


EXERCISE = Exercise(
    name="{name}",
    shapes={{
        "x": "N D",
        "W": "D C",
        "target": "N C",
    }},
    forward=forward,
    # The right answers, as they would be typed in NumPy. Each may use the names of others.
    formulas={{
        "pred": "x @ W",
        "loss": "((pred - target) ** 2).mean()",
        "grad_pred": "2 * (pred - target) / pred.size",
        "grad_W": "x.T @ grad_pred",
    }},
    questions=(
        asks("predict", "x, W", "pred"),
        asks("backward", "x, W, target", "grad_W", earlier="predict"),
    ),
)
'''


def new_exercise(course: Path, name: str) -> list[Path]:
    """Make `source/NAME/` with a definition and a notebook; what is there already stays.

    Returns what was made. Raises CourseError where there is nothing to make, and BadExercise where
    a definition that is there does not hold.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise CourseError(f"{name!r} is no name for an exercise: use letters, digits and _ only")
    if name in of_this_course():
        raise CourseError(f"{name} is an exercise of chainrule itself: choose another name")
    folder = course / "source" / name
    definition, notebook = folder / DEFINITION, folder / f"{name}.ipynb"
    if definition.exists() and notebook.exists():
        raise CourseError(f"{definition} and {notebook} are there already: nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    if not definition.exists():
        definition.write_text(TEMPLATE.format(name=name), "utf-8")
        made.append(definition)
    text = definition.read_text("utf-8")
    if not is_definition(text):
        raise CourseError(f"{definition} defines no exercise: it imports no chainrule.exercises")
    if not notebook.exists():
        cells = _notebook(load(text, str(definition)))
        notebook.write_text(nbformat.writes(cells) + "\n", "utf-8")
        made.append(notebook)
    return made


def _notebook(exercise: Exercise) -> nbformat.NotebookNode:
    name = exercise.name
    cells = [
        _text("title", f"# {name.replace('_', ' ').capitalize()}\n\nWhat this notebook is about."),
        _code("setup", "import numpy as np", locked=True),
    ]
    for number, question in enumerate(exercise.questions, 1):
        cells += _cells(name, number, question)
    cells += [
        _text("in_words_question", "## In words (2 points)\n\nWhat did you learn?"),
        _text("in_words", "A model answer.", grade=True, solution=True, points=2),
    ]
    notebook: nbformat.NotebookNode = new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    return notebook


def _cells(exercise: str, number: int, question: Question) -> list[nbformat.NotebookNode]:
    name, function = question.name, question.function
    points = {one.name: 1 for one in question.properties}
    earlier = list(question.earlier)
    looked_up = ", ".join(f"lambda: {one}" for one in earlier)
    hidden = f"    earlier=[{looked_up}],\n" if earlier else ""
    listed = ", ".join(f'"{one}": {point}' for one, point in points.items())
    check = f'from chainrule import check\n\ncheck("{name}")'
    seeds = [secrets.randbelow(10_000) for _ in range(2)]
    test = (
        "# Hidden tests stand here: your function on fresh numbers.\n"
        "### BEGIN HIDDEN TESTS\nfrom chainrule import mark\n\n"
        f'mark(\n    "{name}",\n    lambda: {function},\n{hidden}    seeds={seeds},\n'
        f"    points={{{listed}}},\n)\n### END HIDDEN TESTS"
    )
    total = sum(points.values())
    said = f"## {number}. `{function}` ({total} point{'s' * (total != 1)})\n\nWhat is asked for."
    return [
        _text(f"{function}_text", said),
        _code(function, _answer(question), solution=True),
        _code(f"check_{function}", check, grade=True, locked=True),
        _code(f"test_{function}", test, grade=True, locked=True, points=total),
    ]


def _answer(question: Question) -> str:
    """The right function as the model answer, between nbgrader's marks."""
    first, *body = right_source(question).rstrip().splitlines()
    inside = ["    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"]
    return "\n".join([first, f'    """Returns {", ".join(question.result_names)}."""', *inside])


def _code(id: str, source: str, **about: object) -> nbformat.NotebookNode:
    return _graded(new_code_cell(source, id=id), **about)


def _text(id: str, source: str, **about: object) -> nbformat.NotebookNode:
    cell = new_markdown_cell(source, id=id)
    return _graded(cell, **about) if about else cell


def _graded(cell: nbformat.NotebookNode, **about: object) -> nbformat.NotebookNode:
    roles = {"grade": False, "locked": False, "solution": False, "task": False} | about
    if roles["grade"]:
        roles.setdefault("points", 0)
    if roles["grade"] and not roles["solution"] and not roles["points"]:
        # A check that is not passed yet does not stop those that run all cells.
        cell.metadata["tags"] = ["raises-exception"]
    cell.metadata["nbgrader"] = {**roles, "grade_id": cell.id, "schema_version": 3}
    return cell
