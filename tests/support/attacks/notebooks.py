"""Attacks on the notebook itself: cells and their metadata."""

import json

from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.support.attacks.course import (
    RIGHT_MEAN,
    RIGHT_SCALE,
    Attack,
    after,
    both,
    cell_of,
    editing,
    index,
)


def _set(key, value):
    def edit(cell):
        cell.metadata.nbgrader[key] = value

    return edit


def _forged_output(notebook):
    for grade_id in ("test_mean", "test_scale"):
        cell_of(notebook, grade_id).outputs = [
            {
                "output_type": "execute_result",
                "data": {"text/plain": "2.0"},
                "metadata": {},
                "execution_count": 1,
            }
        ]


def _delete(*grade_ids):
    def edit(notebook):
        for grade_id in grade_ids:
            del notebook.cells[index(notebook, grade_id)]

    return edit


def _move_tests_up(notebook):
    tests = [cell_of(notebook, name) for name in ("test_mean", "test_scale")]
    notebook.cells[:] = tests + [cell for cell in notebook.cells if cell not in tests]


def _duplicate(grade_id, source):
    def edit(notebook):
        copy = json.loads(json.dumps(cell_of(notebook, grade_id)))
        again = new_code_cell(source, metadata=copy["metadata"])
        notebook.cells.insert(index(notebook, grade_id) + 1, again)

    return edit


def _own_grade_cell(notebook):
    about = {"grade": True, "grade_id": "extra", "locked": False, "points": 100}
    about |= {"schema_version": 3, "solution": False, "task": False}
    notebook.cells.append(new_code_cell("100.0", metadata={"nbgrader": about}))


def _strip_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()


def _all_markdown(notebook):
    for name in ("test_mean", "test_scale"):
        number = index(notebook, name)
        old = notebook.cells[number]
        notebook.cells[number] = new_markdown_cell(old.source, metadata=old.metadata)


def _swap_ids(notebook):
    one, other = cell_of(notebook, "test_double"), cell_of(notebook, "test_mean")
    one.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = "test_mean", "test_double"


def _as_solution(cell):
    cell.metadata.nbgrader.update(solution=True, locked=False)


def foreign_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "evil", "display_name": "evil", "language": "evil"}


def attacks_on_notebooks():
    """Each with what it does to the notebook."""
    skip = editing(lambda cell: cell.metadata.update(tags=["skip-execution"]))
    raises = editing(lambda cell: cell.metadata.update(tags=["raises-exception"]))
    emptied = editing(lambda cell: cell.update(source=""))
    always = editing(lambda cell: cell.update(source="2.0"))
    half = editing(_set("points", 1000))
    return [
        Attack("forged outputs", edit=_forged_output),
        Attack("skipped tests", edit=both(skip("test_mean"), skip("test_scale"))),
        Attack("errors allowed", edit=both(raises("test_mean"), raises("test_scale"))),
        Attack("emptied tests", edit=both(emptied("test_mean"), emptied("test_scale"))),
        Attack("rewritten tests", edit=both(always("test_mean"), always("test_scale"))),
        Attack("deleted tests", edit=_delete("test_mean", "test_scale")),
        Attack("deleted answers", edit=_delete("mean", "scale")),
        Attack("deleted written answer", edit=_delete("why")),
        Attack("moved tests", edit=_move_tests_up),
        Attack("doubled test", edit=_duplicate("test_mean", "2.0")),
        Attack("doubled answer", edit=_duplicate("mean", "close = lambda a, b: True")),
        Attack("more points", edit=both(half("test_mean"), half("test_scale"))),
        Attack("negative points", edit=editing(_set("points", -5))("test_mean")),
        Attack("points as text", edit=editing(_set("points", "many"))("test_mean")),
        Attack("tests as text", edit=_all_markdown),
        Attack("tests as answers", edit=editing(_as_solution)("test_mean")),
        Attack("answers as tests", edit=editing(_set("grade", True))("mean")),
        Attack("written answer not an answer", edit=editing(_set("solution", False))("why")),
        Attack("schema too old", edit=editing(_set("schema_version", 1))("test_mean")),
        Attack("schema too new", edit=editing(_set("schema_version", 99))("test_mean")),
        Attack("schema is text", edit=editing(_set("schema_version", "x"))("test_scale")),
        Attack("own grade cell", edit=_own_grade_cell),
        Attack("swapped ids", edit=_swap_ids),
        Attack("id of another type", edit=editing(_set("grade_id", ["test_mean"]))("test_mean")),
        Attack("unlocked imports", edit=always("imports")),
        Attack("foreign kernel", edit=foreign_kernel),
        Attack(
            "no metadata, right answers",
            mean=RIGHT_MEAN,
            scale=RIGHT_SCALE,
            edit=_strip_metadata,
            fair=(1, 2, 2),
        ),
        Attack("cell after the test", edit=after("test_mean", "2.0", "float(2.0)")),
        Attack("last cells of all", edit=after("test_scale", "2.0\n")),
        Attack("partly right", mean="def mean(v):\n    return 1.5", fair=(1, 0.5, 0)),
        Attack("right after all", mean=RIGHT_MEAN, scale=RIGHT_SCALE, fair=(1, 2, 2)),
        Attack("in place of a new array", scale="def scale(d):\n    d /= d.max()\n    return d"),
    ]
