"""Small courses for tests: made of cells, released by nbgrader, and asked for their marks."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# What makes nbgrader's own autograde, and Formgrader's button, grade in the sandbox.
HOOKS = "\nfrom chainrule import hooks\n\nhooks.install(c)\n"


def nbgrader(root, *arguments):
    """Run an nbgrader command in a course; return the finished process."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-P", "-m", "nbgrader", *map(str, arguments)]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def release(root, assignment):
    done = nbgrader(root, "generate_assignment", assignment, "--force")
    assert done.returncode == 0, done.stderr


def gradebook_marks(root):
    """(student, assignment, notebook, grade id) -> (auto score, manual score, needs a person)."""
    with sqlite3.connect(root / "gradebook.db") as connection:
        rows = connection.execute(
            "select s.student_id, a.name, n.name, c.name, g.auto_score, g.manual_score,"
            " g.needs_manual_grade from grade g join base_cell c on c.id = g.cell_id"
            " join submitted_notebook sn on sn.id = g.notebook_id"
            " join notebook n on n.id = sn.notebook_id"
            " join submitted_assignment s on s.id = sn.assignment_id"
            " join assignment a on a.id = s.assignment_id"
        ).fetchall()
    connection.close()
    return {row[:4]: (row[4], row[5], bool(row[6])) for row in rows}


def solved(grade_id, solution):
    """A code cell for the learner to fill in, with the instructor's own answer."""
    return answer(grade_id, f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION")


def answer(grade_id, source):
    """A code cell for the learner to fill in."""
    return _cell(new_code_cell(source), grade_id, solution=True)


def test(grade_id, source, points=1):
    return _cell(new_code_cell(source), grade_id, grade=True, points=points, locked=True)


test.__test__ = False


def locked(grade_id, source):
    return _cell(new_code_cell(source), grade_id, locked=True)


def written(grade_id, source="YOUR ANSWER HERE", points=1):
    cell = new_markdown_cell(source)
    return _cell(cell, grade_id, grade=True, solution=True, points=points)


def _cell(cell, grade_id, points=None, **flags):
    about = {"grade": False, "solution": False, "locked": False, "schema_version": 3, **flags}
    about |= {"grade_id": grade_id, "task": False}
    if points is not None:
        about["points"] = points
    cell.metadata["nbgrader"] = about
    return cell


# An exercise of two points.
DOUBLE = [
    answer("double", "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"),
    test("test_double", "assert double(3) == 6", points=2),
]


def make_course(root, notebooks, assignment="ps1", config=""):
    """Write source/ from {notebook name: cells}, and release it."""
    write_source(root, notebooks, assignment, config)
    release(root, assignment)
    return root


def make_assignments(root, assignments, config=""):
    """The same with many assignments, {name: cells} of one notebook each, released at once."""
    for name, cells in assignments.items():
        write_source(root, {"nb": cells}, name, config)
    release(root, "*")
    return root


def write_source(root, notebooks, assignment, config):
    folder = root / "source" / assignment
    folder.mkdir(parents=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for name, cells in notebooks.items():
        notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    (root / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "small"\n{config}\n'
    )


def submit(root, student, edit=lambda notebook: None, assignment="ps1", name="nb"):
    """Hand in the release with `edit(notebook)` applied; return the submission's folder."""
    notebook = nbformat.read(root / "release" / assignment / f"{name}.ipynb", as_version=4)
    edit(notebook)
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook))  # unchecked, as a stranger would
    return folder


def fill(**answers):
    """An edit that puts text into cells by grade id."""

    def edit(notebook):
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]

    return edit


def copy_of(root, place):
    """A course of its own, with what is in another one."""
    return Path(shutil.copytree(root, place / "course"))


def grade_cases(root, cases, **limits):
    """Grade {case: (cells, {student: (edit, ...)})}, an assignment each, to {(case, student): ...}.

    An instructor's own answer that does not pass fails the test that asked.
    """
    from chainrule.grading import grade

    names = {case: f"ps{number}" for number, case in enumerate(cases)}
    make_assignments(root, {names[case]: cells for case, (cells, _) in cases.items()})
    for case, (_, handed_in) in cases.items():
        for student, (edit, *_) in handed_in.items():
            submit(root, student, edit, names[case])
    said = []
    graded = {(one.assignment, one.student): one for one in grade(root, say=said.append, **limits)}
    assert not any("own answer gets" in line for line in said), said
    return {
        (case, student): graded[names[case], student].notebooks["nb"]
        for case, (_, handed_in) in cases.items()
        for student in handed_in
    }
