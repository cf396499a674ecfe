"""The cases of a check, the same for every learner, worked out before the first submission.

Grading rehearses an assignment with the instructor's own answers, and nothing that the notebooks
change then stays. What may stay is asked for by name: a line of JSON, `[module, function,
arguments]`, in the file that the variable CHAINRULE_REHEARSAL names. Grading calls these in the
process that all submissions are forks of.
"""

import json
import os
from collections.abc import Sequence

from chainrule.checks import changes, composites
from chainrule.checks.diagnose import predict
from chainrule.checks.quantities import quantities
from chainrule.exercises.cases import Case, cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes.variants import variants


def cases_of(question: str, seeds: Sequence[int], examples: bool) -> tuple[Case, ...]:
    """As `cases`; in a rehearsal they are asked for, too."""
    if place := os.environ.get("CHAINRULE_REHEARSAL"):
        with open(place, "a", encoding="utf-8") as file:
            file.write(json.dumps([__name__, "get_ready", [question, [*seeds], examples]]) + "\n")
    return cases(question, tuple(seeds), examples)


def get_ready(question: str, seeds: Sequence[int], examples: bool) -> None:
    """Draw the networks, and work out what each mistake gives on them, what all values on the way
    are, and in which ways the right formulas can be changed."""
    asked = QUESTIONS[question]
    changes.get_ready(asked)
    for case in cases(question, tuple(seeds), examples):
        for variant in variants(asked):
            predict(variant, case)
        composites.get_ready(asked, case)
        quantities(asked, case).get_ready()
