"""What becomes of every mistake in every function where it can be typed: `make mistakes`."""

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chainrule.checks.examine import examine
from chainrule.exercises.cases import VISIBLE_SEEDS, cases
from chainrule.exercises.questions import QUESTIONS
from chainrule.mistakes import CATALOGUE
from chainrule.mistakes.variants import variants
from tests.course.conftest import source
from tests.support.wrong_answers import U10, WRONG

HIDDEN_SEEDS = (41, 42, 43)


class Typed(NamedTuple):
    """A mistake typed into a function: by hand, or else in the catalogue's own words."""

    question: str
    mistake: str
    function: Callable[..., Any]
    by_hand: bool = True


class Outcome(NamedTuple):
    """The marked properties that fail, and the ids of the mistakes that the check names."""

    lost: list[str]
    named: set[str]


def typed_by_hand() -> Iterator[Typed]:
    for question, mistakes in WRONG.items():
        for mistake, functions in mistakes.items():
            yield from (Typed(question, mistake, function) for function in functions)
    for question, function in U10.items():
        yield Typed(question, "U10", function)


def typed_by_the_catalogue(question: str) -> Iterator[Typed]:
    for variant in variants(QUESTIONS[question]):
        yield Typed(question, variant.mistake.id, variant.function, by_hand=False)


def outcome(typed: Typed, seeds: tuple[int, ...] = VISIBLE_SEEDS) -> Outcome:
    examined = examine(QUESTIONS[typed.question], typed.function, cases(typed.question, seeds))
    lost = [judged.property.name for judged in examined.faults]
    return Outcome(lost, {mistake.id for mistake in examined.mistakes})


def points(question: str) -> dict[str, int]:
    """What each property is worth, as the hidden test in the exercise says."""
    exercise, _, function = question.partition(".")
    (cell,) = (cell for cell in source(exercise).cells if cell.id == f"test_{function}")
    nodes = ast.walk(ast.parse(cell.source))
    (given,) = (node for node in nodes if isinstance(node, ast.keyword) and node.arg == "points")
    return dict(ast.literal_eval(given.value))


def show() -> None:
    """Print the catalogue: below each mistake, where it was typed, what that costs, and its name.

    What was not typed by hand is in the catalogue's words.
    """
    every = list(typed_by_hand())
    for question in QUESTIONS:
        every += (t for t in typed_by_the_catalogue(question) if t.mistake not in WRONG[question])
    worth = {question: points(question) for question in QUESTIONS}
    free, missed = [], 0
    print(f"     {'typed in':<30}{'loses':<8}{'for':<52}named")
    for mistake in CATALOGUE.values():
        print(f"{mistake.id:<4} {mistake.name}")
        found = [(typed, outcome(typed)) for typed in every if typed.mistake == mistake.id]
        for typed, (lost, named) in found:
            given = worth[typed.question]
            marks = f"{sum(given[name] for name in lost)} of {sum(given.values())}"
            names = " or ".join(sorted(named)) or ("?" if lost else "")
            print(f"     {typed.question:<30}{marks:<8}{', '.join(lost):<52}{names}".rstrip())
            missed += bool(lost) and mistake.id not in named
        if not any(lost for _, (lost, _) in found):
            free.append(mistake.id)
    print(f"\n{len(CATALOGUE)} mistakes, typed in {len(every)} ways; {missed} lose marks unnamed.")
    print(f"With one example these compute what is right, and cost nothing: {', '.join(free)}.")


if __name__ == "__main__":
    show()
