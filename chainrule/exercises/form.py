"""The form of an exercise: data first, as short as the mathematics.

    from chainrule.exercises import Exercise, asks

    def forward(x, W, b, target):
        pred = x @ W + b
        return {"pred": pred, "loss": ((pred - target) ** 2).mean()}

    EXERCISE = Exercise(
        name="regression",
        shapes={"x": "N D", "W": "D C", "b": "1 C", "target": "N C"},
        forward=forward,
        formulas={
            "pred": "x @ W + b",
            "grad_pred": "2 * (pred - target) / pred.size",
            "grad_W": "x.T @ grad_pred",
        },
        questions=(asks("backward", "x, W, b, target", "grad_W"),),
    )

The truth is what torch makes of `forward`, for every intermediate that it gives; the cases, the
mistakes that nobody had to write down, and what a check says follow from the rest. This course's
own exercises lie beside this file, anybody's in `source/<name>/exercise.py`.
"""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

Formulas = Mapping[str, str]
Given = dict[str, Any]  # what a case begins with, by name
Shapes = Mapping[str, str | tuple[str, ...]]
Sizes = Mapping[str, int]


@dataclass(frozen=True)
class Property:
    """One thing that is marked on its own: the named results, on one kind of case.

    kind: "fresh", or one of the exercise's special cases. A property without results is about the
    arguments: they must be unchanged afterwards.
    """

    name: str
    results: tuple[str, ...]
    kind: str = "fresh"


@dataclass(frozen=True, eq=False)
class Mistake:
    """One mistake: in formulas, or in a program.

    `variants` are formulas that take the place of right ones, by name; `edits` are words that take
    the place of others in the lines of a right program. Each is one way to make the mistake. A hint
    asks or reminds; it never holds the answer.
    """

    id: str
    name: str
    hint: str
    variants: tuple[Formulas, ...] = ()
    edits: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Special:
    """A kind of case in which a kind of mistake hides from all others.

    words: what messages say of it, after "with". make: draws what such cases begin with.
    """

    words: str
    make: Callable[[np.random.Generator], Sequence[Given]]


@dataclass(frozen=True)
class Drawn:
    """What a case begins with. kind: see Property. words: what it is, as it stands in messages."""

    kind: str
    words: str
    given: Given


class Bundle(tuple[str, ...]):
    """The names of several arrays that are handed over as one tuple, which has a name, too."""

    name: str

    @classmethod
    def called(cls, name: str, members: Sequence[str]) -> "Bundle":
        bundle = cls(members)
        bundle.name = name
        return bundle


@dataclass(frozen=True, eq=False)
class Case:
    """One call of a function: its arguments in order, how its results are nested, the truth.

    kind: "fresh", "earlier" for a call within another one, or one of the exercise's special cases.
    note: what it was run on, as it stands in messages. results: a name, or a tuple of names nested
    as the function returns its values. known: true quantities by name, where no formulas give them.
    """

    kind: str
    note: str
    arguments: dict[str, Any]
    results: Any
    truth: dict[str, np.ndarray]
    known: Mapping[str, np.ndarray] = field(default_factory=dict)

    def expand(self, results: tuple[str, ...]) -> tuple[str, ...]:
        """The results' names, with those of its members in place of a bundle's."""
        nested = self.results if isinstance(self.results, tuple) else ()
        nested = (self.results,) if isinstance(self.results, Bundle) else nested
        members = {one.name: one for one in nested if isinstance(one, Bundle)}
        return tuple(name for result in results for name in members.get(result, (result,)))


@dataclass(frozen=True, eq=False)
class Recorded:
    """What a release knows of a question: its visible cases, and each mistake as a function that
    gives on these what the mistake gives."""

    cases: tuple[Case, ...]
    mistakes: tuple[tuple[Mistake, Callable[..., Any]], ...] = ()


@dataclass(frozen=True, eq=False)
class Question:
    """A function to write; made by `asks`.

    results: a name, or a tuple as the function returns it. earlier: the functions of the same
    exercise that it may build on. composition: formulas that it is composed by where these are the
    learner's own. handwork: using autograd misses the point. program: the lines of a right answer,
    where formulas do not say it; composed: the same, calling the earlier functions, if it does not.
    reference: of a program, another right function, which is the truth. quantities: of a program,
    the true values on the way, from a case. recorded: in a release, what is known in place of the
    right answer.
    """

    function: str
    arguments: tuple[str, ...]
    results: str | tuple[str, ...]
    properties: tuple[Property, ...]
    earlier: tuple[str, ...] = ()
    composition: Formulas = field(default_factory=dict)
    handwork: bool = True
    program: str = ""
    composed: str = ""
    reference: Callable[..., Any] | None = None
    quantities: Callable[[Case], dict[str, np.ndarray]] | None = None
    home: "Exercise | None" = None
    recorded: "Recorded | None" = None

    @property
    def exercise(self) -> str:
        """The notebook that asks."""
        return self.home.name if self.home else ""

    @property
    def name(self) -> str:
        """What checks are called with."""
        return f"{self.exercise}.{self.function}"

    @property
    def formulas(self) -> Formulas:
        """The right ones, all of the exercise."""
        return self.home.formulas if self.home else {}

    @property
    def composes(self) -> str:
        """The program by which its earlier functions are put together; "" where formulas are."""
        calls = any(f"{name}(" in self.program for name in self.earlier)
        return self.composed or (self.program if calls else "")

    @property
    def result_names(self) -> tuple[str, ...]:
        """The results' names, as a tuple also where there is only one."""
        return self.results if isinstance(self.results, tuple) else (self.results,)


def asks(
    function: str,
    arguments: str,
    results: str,
    *properties: Property,
    earlier: str = "",
    composition: Formulas | None = None,
    handwork: bool = True,
    program: str = "",
    composed: str = "",
    reference: Callable[..., Any] | None = None,
    quantities: Callable[[Case], dict[str, np.ndarray]] | None = None,
) -> Question:
    """A question; arguments, results and earlier functions are listed with commas, as in Python.

    Without properties each result is marked on its own, and a single one is called "value".
    """
    names = listed(results)
    single = len(names) == 1 and not results.rstrip().endswith(",")
    each = tuple(Property("value" if single else name, (name,)) for name in names)
    return Question(
        function,
        listed(arguments),
        names[0] if single else names,
        properties or each,
        listed(earlier),
        composition or {},
        handwork,
        _dedented(program),
        _dedented(composed),
        reference,
        quantities,
    )


def listed(names: str) -> tuple[str, ...]:
    """Names that stand with commas between them."""
    return tuple(name for name in (part.strip() for part in names.split(",")) if name)


def _dedented(program: str) -> str:
    return textwrap.dedent(program).strip("\n")


UNCHANGED = Property("arguments unchanged", ())


@dataclass(frozen=True, eq=False)
class Exercise:
    """One notebook's questions, and all that checks know of them.

    shapes: by name the shape in letters, and after a colon what numbers (see `draw`), or the names
    that are handed over as one tuple; several tables where the exercise is asked on different
    things. forward: from named tensors to the named intermediates and the loss. formulas: the right
    ones, which name each other. worked: by its words in messages, what a worked example begins
    with. special: by its kind. mistakes: of its own; they go before those of the catalogue.

    The rest has defaults. sizes: of the letters, of each case of a seed; of a sequence one is
    drawn. draw: what a fresh case begins with, in place of the shapes. words: what it is called in
    messages. spoken: names that no notebook mentions -> what messages say. taken_for: by the name
    of a right formula, others that are taken for it, by their words. helpers: functions that a
    notebook gives to programs. place: in the course's order.
    """

    name: str
    shapes: Shapes | tuple[Shapes, ...]
    questions: tuple[Question, ...]
    forward: Callable[..., Mapping[str, Any]] | None = None
    formulas: Formulas = field(default_factory=dict)
    worked: Mapping[str, Given] = field(default_factory=dict)
    special: Mapping[str, Special] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    sizes: Sequence[Sizes | Sequence[Sizes]] = ()
    draw: Callable[[np.random.Generator, Shapes, Sizes], Given] | None = None
    words: Callable[[Question, Given], str] | None = None
    spoken: Mapping[str, str] = field(default_factory=dict)
    taken_for: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    helpers: tuple[Callable[..., Any], ...] = ()
    place: int = 0

    def __post_init__(self) -> None:
        asked = tuple(replace(one, home=self) for one in self.questions)
        object.__setattr__(self, "questions", asked)

    @cached_property
    def tables(self) -> tuple[Shapes, ...]:
        """The shapes, as several tables also where there is one."""
        return self.shapes if isinstance(self.shapes, tuple) else (self.shapes,)

    def question(self, function: str) -> Question:
        """The one about that function. Raises KeyError."""
        for one in self.questions:
            if one.function == function:
                return one
        raise KeyError(function)
