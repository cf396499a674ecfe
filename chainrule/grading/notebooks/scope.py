"""Whose a name is, by plan: from the instructor's notebook alone, in the order of its cells.

What a test or a locked cell binds is the instructor's, and never comes from a learner. An import in
a cell that learners may change is carried out by ourselves, until an answer binds the name; one in
a solution is the learner's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..plain_data import BOTH, TEST, FreeCell, PlannedCell

PlanCell = PlannedCell | FreeCell

_IPYTHONS_OWN = {"_", "__", "___"}  # for the last results


@dataclass(frozen=True)
class Binding:
    """Who binds a name. at: the cell's place in the plan; statement: of an import."""

    whose: Literal["ours", "learner's", "import"]
    at: int
    cell: str = ""
    statement: str = ""


class Scope:
    """The names of one notebook, as far as it has come. cells: of its plan."""

    def __init__(self, cells: Iterable[PlanCell]) -> None:
        self.cells = list(cells)
        self.at = 0
        self.bound: dict[str, Binding] = {}
        self.stars: list[Binding] = []  # imports of everything, in cells that learners may change
        self.of_answers: set[str] = set()
        # What functions of the notebook look up: a test's assignment to it is meant for them.
        self.read: set[str] = set()
        theirs: set[str] = set()
        ours: set[str] = set()
        for cell in self.cells:
            names = cell["names"]
            if cell["kind"] != TEST:
                self.read.update(names["reads"])
            if _is_solution(cell):
                self.of_answers.update(names["binds"])
            (ours if is_trusted(cell) else theirs).update(names["binds"], names["imports"])
        self.only_ours = ours - theirs
        self.of_answers -= _IPYTHONS_OWN

    def reach(self, grade_id: str) -> set[str]:
        """Go on to this cell; returns the names that cells before it have taken from us."""
        taken: set[str] = set()
        while self.at < len(self.cells) and _grade_id(self.cells[self.at]) != grade_id:
            taken |= self._pass(self.cells[self.at], self.at)
            self.at += 1
        return taken

    def looks_up_later(self, names: Iterable[str]) -> bool:
        """Whether a trusted cell after this one looks up any of these."""
        wanted = set(names)
        later = self.cells[self.at + 1 :]
        return any(is_trusted(cell) and wanted & set(cell["names"]["looks_up"]) for cell in later)

    def _pass(self, cell: PlanCell, at: int) -> set[str]:
        names, cell_id = cell["names"], _grade_id(cell)
        imports = names["imports"].items()
        if is_trusted(cell):
            for name in (*names["binds"], *names["imports"]):
                self.bound[name] = Binding("ours", at, cell_id)
            return set()
        for name in names["binds"]:
            self.bound[name] = Binding("learner's", at, cell_id)
        for name, statement in imports:
            whose: Literal["learner's", "import"] = "learner's" if _is_solution(cell) else "import"
            self.bound[name] = Binding(whose, at, cell_id, statement)
        if not _is_solution(cell):
            self.stars += [Binding("import", at, cell_id, star) for star in names["stars"]]
        return {*names["binds"], *names["imports"]} - _IPYTHONS_OWN


def is_trusted(cell: PlanCell) -> bool:
    """Whether the cell of a plan is the instructor's own: a test, or locked."""
    return cell["kind"] in (TEST, BOTH)


def _is_solution(cell: PlanCell) -> bool:
    return cell["kind"] is not None and cell["solution"]


def _grade_id(cell: PlanCell) -> str:
    """ "" for a cell that has none."""
    return cell["grade_id"] if cell["kind"] is not None else ""
