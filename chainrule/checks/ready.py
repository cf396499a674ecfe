"""The cases of a check, the same for every learner, worked out before the first submission.

Grading rehearses an assignment in a process that ends again, so that nothing the notebooks change
stays. What may stay is asked for by name: a line of JSON, `[module, function, arguments]`, in the
file that the variable CHAINRULE_REHEARSAL names. Grading calls these in the process that all
submissions are forks of.
"""

import json
import os
from collections.abc import Sequence

from chainrule.checks import composites
from chainrule.checks.diagnose import predict
from chainrule.exercises.cases import Case
from chainrule.exercises.questions import question as question_of
from chainrule.mistakes.shown import cases_of as shown
from chainrule.mistakes.variants import variants


def cases_of(question: str, seeds: Sequence[int], examples: bool) -> tuple[Case, ...]:
    """The cases of a question, by its name; in a rehearsal they are asked for, too."""
    if place := os.environ.get("CHAINRULE_REHEARSAL"):
        with open(place, "a", encoding="utf-8") as file:
            file.write(json.dumps([__name__, "get_ready", [question, [*seeds], examples]]) + "\n")
    return shown(question_of(question), tuple(seeds), examples)


def get_ready(question: str, seeds: Sequence[int], examples: bool) -> None:
    """Draw the networks, and work out what each mistake gives on them."""
    asked = question_of(question)
    for case in shown(asked, tuple(seeds), examples):
        for variant in variants(asked):
            predict(variant, case)
        composites.get_ready(asked, case)
