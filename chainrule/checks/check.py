"""What a notebook shows: `check` tells the learner whether a function is right, and what is not."""

from collections.abc import Callable, Sequence
from typing import Any

from chainrule.blocks import Headline
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import question as question_of


class CheckFailed(Exception):
    """An answer is not right yet; the message says why. A notebook shows it without frames."""

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for how an exception is shown.
        return str(self).splitlines()


def check(
    question: str, function: Callable[..., Any], earlier: Sequence[Callable[..., Any]] = ()
) -> None:
    """Run a learner's function on a worked example and on fresh networks, and say what came of it.

    question: "exercise.function", as in `questions.QUESTIONS`. function: is called with copies of
    float64 arrays, examples as rows; lists, arrays and tensors may come back. earlier: the
    learner's own earlier functions, in the order of the exercise.
    Prints one line where the answer is right. Raises CheckFailed where it is not, and ValueError
    where the question is unknown.
    """
    asked = question_of(question)
    if not callable(function):
        text = f"check needs your function, not a {type(function).__name__}."
        raise CheckFailed(plain_text([Headline(question, text)]))
    if earlier and len(earlier) != len(asked.earlier):
        names = ", ".join(asked.earlier) or "none"
        raise ValueError(f"{question}: earlier takes {names}, in this order; not {len(earlier)}")
    own = dict(zip(asked.earlier, earlier, strict=bool(earlier)))
    examined = examine(asked, function, cases(question, VISIBLE_SEEDS, examples=True), own)
    message = plain_text(explain(examined))
    if not examined.right:
        raise CheckFailed(message)
    print(message)
