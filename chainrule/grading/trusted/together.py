"""A notebook run as nbgrader runs it: all cells, tests too, in one process; here in the sandbox.

It is asked of the instructor's own answers, to tell a test that is wrong from one that looks at
more than plain values. What runs there can be changed by what runs beside it, so that its marks
are worth what the notebook's author is worth.
"""

from ...records import Result
from ..notebooks import verdict
from ..plain_data import BOTH, LEARNER, TEST, Ran
from ..wall.exceptions import exception
from ..wall.messages import Start
from ..wall.trouble import Gone, NeedsPerson
from .learner import LearnersNotebook
from .notebook import Notebook


def run_together(notebook: Notebook, start: Start) -> Ran:
    """As `notebook.run_notebook`. Raises Machinery."""
    learner = LearnersNotebook(start, notebook.files, notebook.limits)
    results: list[Result] = []
    try:
        for cell in notebook.cells:
            if cell["kind"] not in (LEARNER, BOTH, TEST):
                continue
            learner.process.begin()
            ending = _ended(learner, cell["source"])
            if cell["known"] is not None and cell["kind"] == TEST:
                result = verdict.judge(cell["known"], ending)
                results.append(result | {"flags": cell["flags"]})
    finally:
        learner.process.close()
    return {"outputs": [], "results": results, "findings": []}


def _ended(learner: LearnersNotebook, source: str) -> verdict.Ending:
    try:
        (outputs, error), value = learner.run_valued(source)
    except (Gone, NeedsPerson) as trouble:
        return verdict.Ending(trouble=[trouble])
    raised = exception(error) if error is not None else None
    return verdict.Ending(outputs=outputs, error=raised, value=value)
