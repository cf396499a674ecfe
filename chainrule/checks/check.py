"""What a notebook shows: `check` tells the learner whether a function is right, and what is not."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chainrule.blocks import Block, Box, Code, Headline, Paragraph
from chainrule.checks import notebook, progress, ready
from chainrule.checks.attempt import learners_line
from chainrule.checks.examine import examine
from chainrule.checks.explain import explain
from chainrule.checks.plain_text import plain_text
from chainrule.checks.time_limit import (
    SECONDS,
    Stopped,
    in_a_kernel,
    limited,
    no_questions_no_exit,
)
from chainrule.exercises.cases import VISIBLE_SEEDS, Case
from chainrule.exercises.questions import QUESTIONS, Question
from chainrule.exercises.questions import question as question_of

GREEN, PLAIN = "\x1b[1;32m", "\x1b[0m"  # as terminals and notebooks show colour
VALIDATED = 3.0  # seconds for each check while Validate runs: the whole server waits for it
Function = Callable[..., Any]


class CheckFailed(Exception):
    """An answer is not right yet; the message says why. A notebook shows it without frames."""

    def _render_traceback_(self) -> list[str]:
        # IPython's hook for how an exception is shown.
        return str(self).splitlines()


class UnknownQuestion(CheckFailed, ValueError):
    """The check was called with something else than a question and its functions."""


def check(
    question: str, function: Function | None = None, earlier: Sequence[Function] = ()
) -> None:
    """Run a learner's function on a worked example and on fresh networks, and say what came of it.

    question: "exercise.function", as in `questions.QUESTIONS`. The function of that name, and the
    learner's own earlier ones, are looked up where the check is called. function: another one in
    its place; earlier: then, the earlier ones in the order of the exercise. It is called with
    copies of float64 arrays, examples as rows; lists, arrays and tensors may come back.
    Prints one line where the answer is right. Raises CheckFailed where it is not, where it takes
    more than ten seconds in all, and where there is none.
    """
    asked = _asked(question)
    # The names that the notebook's cell sees: the one thing that is taken from the caller.
    names = sys._getframe(1).f_globals
    if function is None:
        try:
            function, own = notebook.look_up(asked, names), notebook.earlier_of(asked, names)
        except notebook.NotFound as error:
            progress.note(question, right=False)
            raise CheckFailed(plain_text([Headline(question, str(error))])) from None
    else:
        own = _given(asked, function, earlier)
    right, (first, *said) = _tried(asked, function, own)
    said = [*(Box((Paragraph(one, "Note"),)) for one in notebook.remarks(asked, function)), *said]
    if older := notebook.older(asked, function):
        # What is handed in is the newer one.
        first, said = Headline(question, older), [Paragraph(first.text, "The earlier one"), *said]
        right = False
    progress.note(question, right)
    message = plain_text([first, *said])
    if not right:
        raise CheckFailed(message)
    print(_with_tick(message, asked))


def _asked(question: object) -> Question:
    """Raises UnknownQuestion."""
    if isinstance(question, str):
        try:
            return question_of(question)
        except ValueError as error:
            text = str(error)
    else:
        first = next(iter(QUESTIONS))
        text = f'it needs the name of a question, as in check("{first}")'
    raise UnknownQuestion(plain_text([Headline("check", text)]))


def _given(asked: Question, function: Any, earlier: Sequence[Function]) -> dict[str, Function]:
    """The earlier functions by name. Raises CheckFailed where what was given does not fit."""
    if not callable(function):
        text = f"check needs your function, not a {type(function).__name__}."
        raise CheckFailed(plain_text([Headline(asked.name, text)]))
    if earlier and len(earlier) != len(asked.earlier):
        names = ", ".join(asked.earlier) or "none"
        text = f"earlier takes {names}, in this order; not {len(earlier)}"
        raise UnknownQuestion(plain_text([Headline(asked.name, text)]))
    return dict(zip(asked.earlier, earlier, strict=bool(earlier)))


def _tried(
    asked: Question, function: Function, own: dict[str, Function]
) -> tuple[bool, tuple[Block, ...]]:
    """Whether the answer is right, and what is to be said of it."""
    seconds = VALIDATED if os.environ.get("NBGRADER_EXECUTION") == "validate" else SECONDS
    began = time.monotonic()
    asked_on: Sequence[Case] = ()
    try:
        asked_on = ready.cases_of(asked.name, VISIBLE_SEEDS, examples=True)
        with limited(seconds, [function, *own.values()]), no_questions_no_exit():
            examined = examine(asked, function, asked_on, own)
            return examined.right, explain(examined)
    except Stopped as stop:
        how = f"stopped after {seconds:g} s"
        return False, _stopped(asked, stop, how, len(asked_on))
    except KeyboardInterrupt as stop:
        how = f"interrupted after {time.monotonic() - began:.0f} s"
        return False, _stopped(asked, stop, how, len(asked_on))


def _stopped(asked: Question, stop: BaseException, how: str, calls: int) -> tuple[Block, ...]:
    """Where the learner's code was when the time was over, or when somebody interrupted it."""
    line, inside = learners_line(stop)
    if not line:
        return (Headline(asked.name, f"{how}."),)
    where = f" of {inside}" if inside not in ("", asked.function) else ""
    why = (
        f"A check calls your function on {calls} small examples, which together take far less than "
        "a second. Is there a loop that does not end, or that goes through far more than it needs?"
    )
    headline = Headline(asked.name, f"{how}, in your line{where}:")
    return (headline, Code((line,)), Paragraph(why))


def _with_tick(message: str, asked: Question) -> str:
    """As a right answer is shown: a sign that is green where there are colours, and in a notebook
    how far the learner has come."""
    if not in_a_kernel():
        return f"✓ {message}"
    first, *rest = message.splitlines()
    so_far = progress.so_far(asked.exercise, Path())
    return "\n".join(filter(None, [f"{GREEN}✓{PLAIN} {first}", so_far, *rest]))
