"""Each mistake of the catalogue, typed into the functions of the exercises.

The right formulas with a wrong one among them become the source of a function, which can be run,
shown as code, and written into a made-up learner's notebook.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chainrule.exercises.questions import Question
from chainrule.mistakes import CATALOGUE, PROGRAMS, SAME_AT_ONE, Mistake
from chainrule.networks.formulas import Formulas, MissingName, compiled, source
from chainrule.networks.network import loss_and_gradients


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to make a mistake in a function: its source text, and the function."""

    mistake: Mistake
    text: str
    function: Callable[..., Any]


@cache
def variants(question: Question) -> tuple[Variant, ...]:
    """All mistakes that can be typed into this function, in the catalogue's order."""
    return tuple(
        Variant(mistake, text, compiled(text, question.function, loss_and_gradients))
        for mistake in CATALOGUE.values()
        for text in _wrong_sources(question, mistake)
    )


def marked_variants(question: Question) -> tuple[Variant, ...]:
    """Those mistakes that cost marks in this function.

    Some are none with a single example; and an overflow is marked where it belongs, in softmax and
    what follows it at once, not again in a whole `backward`.
    """
    unmarked = SAME_AT_ONE | ({"L5"} if question.function == "backward" else set())
    return tuple(one for one in variants(question) if one.mistake.id not in unmarked)


def right_source(question: Question) -> str:
    """The source of a right function."""
    if question.name in PROGRAMS:
        return _program(question, {})
    return _source(question, question.formulas)


def _wrong_sources(question: Question, mistake: Mistake) -> list[str]:
    """The sources of the function with this mistake, one for each way to type it; [] if none is."""
    if question.name in PROGRAMS:
        lines = "\n".join(PROGRAMS[question.name])
        edits = [edit for edit in mistake.edits if all(old in lines for old in edit)]
        return [_program(question, edit) for edit in edits]
    texts = []
    for variant in mistake.variants:
        try:
            texts.append(_source(question, {**question.formulas, **variant}))
        except MissingName:
            continue
    # Where the replaced formula is not used, or is an argument, the function is still right.
    return [text for text in dict.fromkeys(texts) if text != right_source(question)]


def _source(question: Question, formulas: Formulas) -> str:
    return source(question.function, formulas, question.arguments, question.result_names)


def _program(question: Question, edit: Mapping[str, str]) -> str:
    lines = []
    for line in PROGRAMS[question.name]:
        old = next((old for old in edit if old in line), None)
        lines += (line.replace(old, edit[old]) if old else line).splitlines()
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {question.function}({', '.join(question.arguments)}):\n{body}"
