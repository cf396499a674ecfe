"""The cases of a check, the same for every learner, worked out before the first submission.

Grading rehearses an assignment with the instructor's own answers, and nothing that the notebooks
change then stays. What may stay is asked for by name: a line of JSON, `[module, function,
arguments]`, in the file that the variable CHAINRULE_REHEARSAL names. Grading calls these in the
process that all submissions are forks of.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from chainrule.checks import composites
from chainrule.checks.diagnose import predict
from chainrule.checks.quantities import quantities
from chainrule.exercises.cases import Case
from chainrule.exercises.own import DEFINITION, load
from chainrule.exercises.questions import QUESTIONS
from chainrule.exercises.questions import question as question_of
from chainrule.mistakes.shown import cases_of as shown
from chainrule.mistakes.unwritten import unwritten
from chainrule.mistakes.variants import variants


def cases_of(question: str, seeds: Sequence[int], examples: bool) -> tuple[Case, ...]:
    """The cases of a question, by its name; in a rehearsal they are asked for, too."""
    if place := os.environ.get("CHAINRULE_REHEARSAL"):
        own = question not in QUESTIONS and Path(DEFINITION).is_file()
        text = Path(DEFINITION).read_text("utf-8") if own else ""
        with open(place, "a", encoding="utf-8") as file:
            asked = [question, [*seeds], examples, text]
            file.write(json.dumps([__name__, "get_ready", asked]) + "\n")
    return shown(question_of(question), tuple(seeds), examples)


def get_ready(question: str, seeds: Sequence[int], examples: bool, text: str) -> None:
    """Draw the cases, and work out what each mistake gives on them, and what all values on the way
    are. text: of somebody's own definition, whose questions are then the same objects for whoever
    reads the same text."""
    known = {one.name: one for one in load(text).questions} if text else QUESTIONS
    asked = known[question]
    for case in shown(asked, tuple(seeds), examples):
        for variant in variants(asked):
            predict(variant, case)
        composites.get_ready(asked, case)
        quantities(asked, case).get_ready()
    unwritten(asked)
