"""The numbers of a class as CSV, safe to be opened in a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import pandas as pd

from . import class_figures
from .class_tables import Class, rows_of


def learners(found: Class) -> str:
    """One row a learner and question."""
    columns = ["learner", *class_figures.KEY, "points", "max_points", "verdict"]
    ordered = found.questions.sort_values(["learner", "assignment"], kind="stable")
    rows = (
        [
            *(getattr(row, name) for name in columns),
            " ".join(mistake.id for mistake in row.mistakes),
            "; ".join(map(str, row.flags)),
            row.reason,
        ]
        for row in rows_of(ordered)
    )
    return _csv([*columns, "mistakes", "flags", "reason"], rows)


def questions(found: Class) -> str:
    """One row a question: the learners by verdict, the points, the mean share."""
    tables = [class_figures.difficulty(found, name) for name in found.assignments]
    columns = [*class_figures.KEY, "learners", *class_figures.COUNTS, "most", "share", "tells"]
    rows = (row for table in tables for row in table[columns].itertuples(index=False))
    return _csv(columns, rows)


def mistakes(found: Class) -> str:
    """One row a mistake, learner and question."""
    rows = (
        (name, mistake.id, mistake.name, learner, question)
        for name in found.assignments
        for mistake in class_figures.mistakes(found, name)
        for learner, question in mistake.who
    )
    return _csv(["assignment", "mistake", "name", "learner", "question"], rows)


def _csv(columns: list[str], rows: Iterable[Iterable[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    """A spreadsheet takes text that begins like this for a formula, and runs it."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{round(value, 4):g}"
    return value
