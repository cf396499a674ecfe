"""The report of a class: one page, and its numbers as CSV beside it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from ..whole import write_whole
from . import class_figures, pages, plots, spreadsheets
from .class_tables import Class, gather
from .similar import Pair

PAIRS = 20  # that are shown side by side


@dataclass
class Section:
    """One assignment, ready for the page. Plots are data URLs, "" where there is nothing to see."""

    name: str
    marks: dict[str, Any]
    questions: list[dict[str, Any]]
    mistakes: list[class_figures.Mistake]
    not_attempted: dict[str, list[str]]
    waiting: dict[str, list[tuple[str, str]]]
    troubles: dict[str, list[tuple[str, str]]]
    histogram: str
    verdicts: str
    alike: list[Pair]

    @property
    def hardest(self) -> dict[str, Any] | None:
        """The question of the smallest share, among those that are marked for everybody."""
        marked = [q for q in self.questions if q["share"] is not None and not q["waits"]]
        return min(marked, key=lambda question: question["share"], default=None)


def report(
    course_dir: str | Path = ".", assignment: str | None = None, output: str | Path | None = None
) -> list[Path]:
    """Write the report of a class; return the files, the page first.

    assignment: only this one. output: the page, `report.html` in the course by default; three CSV
    files stand beside it, of the learners' questions, the questions and the mistakes. Each file is
    written whole or not at all. Raises ReportError.
    """
    course = Path(course_dir)
    page = course / "report.html" if output is None else Path(output)
    found = gather(course, assignment)
    sections = [_section(found, name) for name in found.assignments]
    beside = {
        page: render(found, sections, page.parent),
        page.with_suffix(".csv"): spreadsheets.learners(found),
        page.with_name(f"{page.stem}-questions.csv"): spreadsheets.questions(found),
        page.with_name(f"{page.stem}-mistakes.csv"): spreadsheets.mistakes(found),
    }
    for path, text in beside.items():
        write_whole(path, text)
    return list(beside)


def render(found: Class, sections: list[Section], folder: Path) -> str:
    """The page as HTML. folder: where it will be, and from where feedback pages are linked."""
    table = class_figures.by_learner(found)
    rows = [
        (found.learners[learner], [_number(value) for value in row])
        for learner, row in zip(table.index, table.itertuples(index=False), strict=True)
    ]
    links = {
        key: quote(os.path.relpath(path.resolve(), folder.resolve()))
        for key, path in found.pages.items()
    }
    return pages.render("report.html.j2", found=found, sections=sections, rows=rows, links=links)


def _section(found: Class, name: str) -> Section:
    difficulty = class_figures.difficulty(found, name)
    shares = class_figures.shares(found, name)
    return Section(
        name,
        {key: _number(value) for key, value in class_figures.marks(found)[name].items()},
        [{str(k): _number(v) for k, v in row.items()} for row in difficulty.to_dict("records")],
        class_figures.mistakes(found, name),
        class_figures.not_attempted(found, name),
        class_figures.waiting(found, name),
        class_figures.troubles(found, name),
        plots.histogram(shares) if len(shares) else "",
        plots.verdicts(difficulty) if len(difficulty) else "",
        class_figures.alike(found, name)[:PAIRS],
    )


def _number(value: Any) -> Any:
    """None for NaN, which a page would print."""
    return None if isinstance(value, float) and pd.isna(value) else value
