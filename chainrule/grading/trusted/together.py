"""A notebook run as nbgrader runs it: all cells, tests too, in one process; here in the sandbox.

So are tests asked that look at more than plain values (`ways`), and the instructor's own answers,
to tell such a test from one that is wrong. What runs there can be changed by what runs beside it:
a result says so by its flag.
"""

from collections.abc import Collection

from ...records import Finding, Result, Verdict
from ..notebooks import verdict
from ..notebooks.outputs import Cleaner
from ..notebooks.scope import Scope
from ..plain_data import BOTH, LEARNER, TEST, Cell, Output, PlannedCell, Ran
from ..wall.exceptions import exception
from ..wall.messages import Start
from ..wall.trouble import Gone, NeedsPerson
from .learner import LearnersNotebook
from .notebook import Notebook, ended_as


def run_together(notebook: Notebook, start: Start, asked: Collection[str] | None = None) -> Ran:
    """As `notebook.run_notebook`. asked: the tests that are judged; all by default.

    Raises Machinery.
    """
    learner = LearnersNotebook(start, notebook.files, notebook.limits)
    run = _Run(learner, notebook, asked)
    try:
        for number, cell in enumerate(notebook.cells):
            if cell["kind"] in (LEARNER, BOTH, TEST):
                run.cell(number, cell)
    finally:
        learner.process.close()
    return {"outputs": run.outputs, "results": run.results, "findings": run.findings}


class _Run:
    def __init__(
        self, learner: LearnersNotebook, notebook: Notebook, asked: Collection[str] | None
    ) -> None:
        self.learner, self.asked, self.ignored = learner, asked, notebook.ignored
        self.cleaner = Cleaner(notebook.limits.output_bytes)
        self.of_answers = Scope(notebook.plan["cells"]).of_answers
        self.outputs: list[tuple[int, list[Output]]] = []
        self.results: list[Result] = []
        self.findings: list[Finding] = []
        self.dead: dict[str, tuple[Verdict, str]] = {}  # as in `notebook`
        self.unanswered: set[str] = set()
        self.stood_in = False  # whether a cell of the instructor's has used a stand-in

    def cell(self, number: int, cell: Cell) -> None:
        known = cell["known"]
        binds = set(known["names"]["binds"]) if known is not None else set()
        if known is not None and known["solution"]:
            self.unanswered = self.unanswered - binds | (set() if cell["answered"] else binds)
        self.learner.process.begin()
        ending = self._ended(cell["source"])
        if known is not None and cell["kind"] in (BOTH, TEST):
            self.stood_in = self.stood_in or self.learner.stood_in
        outputs = self.cleaner.clean(ending.outputs)
        if known is not None and cell["kind"] == TEST:
            self._judge(cell, known, ending)
        elif isinstance(gone := next(iter(ending.trouble), None), Gone):
            reason, finding, shown = ended_as(cell, gone)
            self.dead |= dict.fromkeys(binds, (gone.verdict, reason))
            self.findings.append(finding)
            outputs = [shown]
        else:
            self.dead = {name: why for name, why in self.dead.items() if name not in binds}
        self.outputs.append((number, outputs))

    def _ended(self, source: str) -> verdict.Ending:
        try:
            (outputs, error), value = self.learner.run_valued(source)
        except (Gone, NeedsPerson) as trouble:
            return verdict.Ending(trouble=[trouble])
        raised = exception(error) if error is not None else None
        counted = verdict.without_ignored(outputs, self.ignored)
        return verdict.Ending(outputs=counted, error=raised, value=value)

    def _judge(self, cell: Cell, known: PlannedCell, ending: verdict.Ending) -> None:
        if self.asked is not None and known["grade_id"] not in self.asked:
            return
        if self.stood_in and not ending.trouble:
            # It may give all its points: what stands in for a check knows no answer, and no mark.
            ending.trouble = [NeedsPerson("the test asks this package, which is not there")]
        wanted = self.of_answers.intersection(known["names"]["looks_up"])
        ending.answered = not wanted or not wanted <= self.unanswered
        ending.blamed = next((self.dead[n] for n in sorted(wanted) if n in self.dead), None)
        result = verdict.judge(known, ending)
        result["flags"] = [*cell["flags"], "together"]
        self.results.append(result)
