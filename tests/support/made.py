"""Graded notebooks and gradebooks for tests, made by hand."""

import json
from unittest import mock

from nbgrader.api import Gradebook

from chainrule import records
from chainrule.checks import mark
from chainrule.report.marks import NotebookMarks
from chainrule.report.sheet import read_sheet


def notebook(*cells, **about):
    about = {"version": 1, "confined": True, "needs_person": False, "findings": []} | about
    return {
        "cells": list(cells),
        "metadata": {records.KEY: about},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def text(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def answer(grade_id, source, outputs=(), **flags):
    return _cell("code", grade_id, source, outputs, solution=True, **flags)


def written(grade_id, source, points=2, result=None, **extra):
    flags = {"solution": True, "grade": True, "points": points}
    return _cell("markdown", grade_id, source, None, result, **flags) | extra


def test(grade_id, result=None, points=1, outputs=(), source="# a test"):
    return _cell("code", grade_id, source, outputs, result, grade=True, points=points)


test.__test__ = False


def _cell(kind, grade_id, source, outputs, result=None, **flags):
    about = {"grade": False, "solution": False, "locked": False, "task": False, **flags}
    cell = {"cell_type": kind, "source": source}
    cell["metadata"] = {"nbgrader": about | {"grade_id": grade_id, "schema_version": 3}}
    if result is not None:
        cell["metadata"][records.KEY] = result
    if kind == "code":
        cell["outputs"] = list(outputs)
    return cell


def shown(record):
    """The output of a test that displayed a record."""
    data = {records.VERDICT_MIME: record, "text/plain": "what a check says"}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def record_of(question, function, points, earlier=(), seeds=(3, 4)):
    """The record that the course's own checks make of a function."""
    with mock.patch.object(mark, "_display") as display:
        mark.mark(question, lambda: function, seeds, points, [lambda f=f: f for f in earlier])
    return display.call_args.args[0].as_json()


def put(root, student, assignment, made, name="nb"):
    """Write an autograded notebook into a course folder; return its path."""
    path = root / "autograded" / student / assignment / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made))
    return path


def sheet_of(tmp_path, made, marks=None, student="ada"):
    path = put(tmp_path, student, "ps1", made)
    return read_sheet(path, "ps1", student, marks or NotebookMarks())


def gradebook(root, assignment, cells, name="nb"):
    """A gradebook with an assignment; cells: grade id -> (type, points), type "code" or other."""
    book = Gradebook(f"sqlite:///{root}/gradebook.db")
    book.add_assignment(assignment)
    book.add_notebook(name, assignment)
    for grade_id, (kind, points) in cells.items():
        book.add_grade_cell(grade_id, name, assignment, max_score=points, cell_type=kind)
        book.add_solution_cell(f"{grade_id}", name, assignment)
    return book
