"""What a release gets of an exercise, made with torch once and for all: `exercises.released`."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chainrule import __version__
from chainrule.checks.attempt import Attempt
from chainrule.checks.compare import as_array
from chainrule.checks.diagnose import predict
from chainrule.checks.quantities import quantities
from chainrule.exercises import released
from chainrule.exercises.cases import VISIBLE_SEEDS, Case, cases_of
from chainrule.exercises.form import Exercise, Question
from chainrule.exercises.questions import of_this_course
from chainrule.mistakes.shown import cases_of as shown
from chainrule.mistakes.unwritten import unwritten
from chainrule.mistakes.variants import Variant, variants
from chainrule.whole import write_whole

DIGITS = 10  # of what a mistake gives: a check compares the first six


def release_of(exercise: Exercise, text: str) -> str:
    """The content of `exercise.json`. text: of the definition; its digest says what is stale."""
    about = {
        "about": "What the checks of this exercise compare with: cases, and no right answer.",
        "version": released.VERSION,
        "exercise": exercise.name,
        "digest": digest(text),
        "questions": [_question(one) for one in exercise.questions],
        # Packed, so that nobody reads by chance what may be wrong with an answer.
        "mistakes": _packed({one.function: _mistakes(one) for one in exercise.questions}),
    }
    return json.dumps(about, separators=(",", ":")) + "\n"


def digest(text: str) -> str:
    """What a release keeps of a definition's text."""
    whole = f"{__version__} {released.VERSION} {text}"
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def visible_of_this_course() -> dict[Path, str]:
    """The files that keep the visible cases of this course, with what belongs into them."""
    files = {}
    for exercise in of_this_course().values():
        kept = {
            one.function: [released.as_plain(c, {}) for c in cases_of(one, VISIBLE_SEEDS, True)]
            for one in exercise.questions
        }
        text = json.dumps({"questions": kept}, separators=(",", ":")) + "\n"
        files[released.VISIBLE / f"{exercise.name}.json"] = text
    return files


def _question(question: Question) -> dict[str, Any]:
    return {
        "function": question.function,
        "arguments": question.arguments,
        "results": question.results,
        "properties": [[one.name, one.results, one.kind] for one in question.properties],
        "earlier": question.earlier,
        "handwork": question.handwork,
        "cases": [
            released.as_plain(case, quantities(question, case).values)
            for case in shown(question, VISIBLE_SEEDS, True)
        ],
    }


def _mistakes(question: Question) -> list[dict[str, Any]]:
    cases = shown(question, VISIBLE_SEEDS, True)
    made, seen = [], {json.dumps([_nested(Attempt(dict(c.truth)), c.results) for c in cases])}
    for one in (*variants(question), *unwritten(question)):
        gives = [_given(one, case) for case in cases]
        about = {"id": one.mistake.id, "name": one.mistake.name, "hint": one.mistake.hint}
        text = json.dumps(gives)
        if text not in seen:  # the plainest of those that give the same
            made.append({**about, "gives": gives})
        seen.add(text)
    return made


def _given(variant: Variant, case: Case) -> Any:
    tried = predict(variant, case)
    if not tried.results:
        return {"raised": type(tried.error).__name__, "text": str(tried.error)}
    return _nested(tried, case.results)


def _nested(tried: Attempt, names: Any) -> Any:
    if isinstance(names, str):
        array = as_array(tried.results[names])
        return released.plain(np.array(np.nan) if array is None else array, DIGITS)
    return {"of": [_nested(tried, name) for name in names]}


def _packed(value: Mapping[str, Any]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode(), 9)).decode()


def main() -> None:
    """Write the visible cases of this course: `make visible`."""
    for path, text in visible_of_this_course().items():
        write_whole(path, text)


if __name__ == "__main__":
    main()
