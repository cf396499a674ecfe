"""Each mistake of the catalogue, typed into the functions of the exercises.

The right formulas with a wrong one among them become the source of a function, which can be run,
shown as code, and written into a made-up learner's notebook.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chainrule.exercises.form import Mistake, Question
from chainrule.mistakes import SHARED
from chainrule.mistakes.anywhere import ANYWHERE
from chainrule.networks.formulas import Formulas, MissingName, compiled, names_in, source
from chainrule.networks.network import ONE_LAYER, TWO_LAYERS

# What the mistakes that all networks share are wrong about.
_RIGHT = (ONE_LAYER, TWO_LAYERS)


UNWRITTEN = "~"  # begins the id of a mistake that nobody had to write down


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to make a mistake in a function: its source text, and the function."""

    mistake: Mistake
    text: str
    function: Callable[..., Any]


@cache
def variants(question: Question) -> tuple[Variant, ...]:
    """All mistakes that can be typed into this function: the exercise's own, then the others."""
    if question.recorded:
        kept = question.recorded.mistakes
        return tuple(Variant(one, "", given) for one, given in kept if one.id[0] != UNWRITTEN)
    return tuple(
        Variant(mistake, text, right_function(question, text))
        for mistake, text in _wrong_sources(question)
    )


def right_source(question: Question) -> str:
    """The source of a right function."""
    if question.program:
        return _program(question, {})
    return with_formulas(question, {})


def right_function(question: Question, text: str = "") -> Callable[..., Any]:
    """The right function, or the one of another text, with what the notebook gives to it."""
    return compiled(text or right_source(question), question.function, *helpers(question))


@cache
def helpers(question: Question) -> tuple[Callable[..., Any], ...]:
    """What a program may call: what the notebook gives, and right earlier functions."""
    home = question.home
    earlier = [home.question(name) for name in question.earlier] if home else []
    called = [right_function(one) for one in earlier if f"{one.function}(" in question.program]
    return (*(home.helpers if home else ()), *called)


def _wrong_sources(question: Question) -> Iterator[tuple[Mistake, str]]:
    """The mistakes with the sources of the function, one for each way to type it."""
    right = right_source(question)
    own = question.home.mistakes if question.home else ()
    for mistake in (*own, *SHARED, *ANYWHERE):
        texts = dict.fromkeys(_typed(question, mistake, mistake not in own))
        # Where the replaced formula is not used, or is an argument, the function is still right.
        yield from ((mistake, text) for text in texts if text != right)


def _typed(question: Question, mistake: Mistake, shared: bool) -> Iterator[str]:
    if question.program:
        for edit in mistake.edits:
            if all(old in question.program for old in edit):
                yield _program(question, edit)
        return
    for variant in mistake.variants:
        if shared and not is_about(question.formulas, variant):
            continue
        try:
            yield with_formulas(question, variant)
        except MissingName:
            continue


def is_about(formulas: Formulas, variant: Formulas) -> bool:
    """Whether what a shared mistake takes the place of is right here, too, and so is what that is
    computed from: a mistake in ReLU's slope is none where there is another activation."""
    return any(_agree(formulas, right, variant) for right in _RIGHT)


def _agree(formulas: Formulas, right: Formulas, variant: Formulas) -> bool:
    replaced = [name for name in variant if name in right]
    around = {other for name in replaced for other in names_in(right[name]) if other in right}
    return bool(replaced) and all(formulas.get(n) == right[n] for n in {*replaced, *around})


def with_formulas(question: Question, others: Formulas) -> str:
    """The source of the function with other formulas in place of some. Raises MissingName."""
    formulas = {**question.formulas, **others}
    return source(question.function, formulas, question.arguments, question.result_names)


def _program(question: Question, edit: Mapping[str, str]) -> str:
    lines = []
    for line in question.program.splitlines():
        old = next((old for old in edit if old in line), None)
        lines += (line.replace(old, edit[old]) if old else line).splitlines()
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {question.function}({', '.join(question.arguments)}):\n{body}"
