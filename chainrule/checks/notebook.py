"""The learner's functions as the notebook holds them: found by name, and what is to be said of it.

What a name stands for may be older than what its cell says now: where the cell was run again and
stopped, or defines another name. The kernel's history of what was run tells.
"""

import ast
import builtins
import difflib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chainrule.checks.python_words import IMPORTED
from chainrule.exercises.questions import QUESTIONS, Question
from chainrule.functions import known

RUN_ABOVE = "Run → Run All Above Selected Cell"
ALIKE = 0.7  # of two texts, from where on one is taken for the other's next version


class NotFound(Exception):
    """There is no such function; the message says what there is and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell that was run. number: as in `In [number]`. error: why its text is no Python."""

    number: int
    text: str
    body: tuple[ast.stmt, ...] = ()
    error: SyntaxError | None = None

    @property
    def defines(self) -> dict[str, ast.FunctionDef]:
        """The functions that it defines, inside of ifs and loops too."""
        return {
            node.name: node
            for statement in self.body
            for node in ast.walk(statement)
            if isinstance(node, ast.FunctionDef)
        }

    def is_about(self, name: str) -> bool:
        """Whether its text, which may be no Python, begins to define this name."""
        return bool(re.search(rf"^[ \t]*(async\s+)?\w*def\w*\s+{name}\b", self.text, re.MULTILINE))

    def is_like(self, other: "Cell") -> bool:
        """Whether it defines nothing by another name, and has nearly the same text."""
        return not re.search(r"^[ \t]*def\s", self.text, re.MULTILINE) and _alike(
            self.text, other.text
        )

    @property
    def fault(self) -> str:
        """What is wrong with its text."""
        assert self.error is not None
        kind, line = type(self.error).__name__, self.error.lineno
        return f"stopped with {_one(kind)} in line {line} ({self.error.msg})"


def history() -> tuple[Cell, ...]:
    """The cells that this kernel has run, as far as it remembers."""
    if "IPython" not in sys.modules or (shell := sys.modules["IPython"].get_ipython()) is None:
        return ()
    texts = enumerate(getattr(shell.history_manager, "input_hist_parsed", ()))
    return tuple(_cell(number, text) for number, text in texts if text.strip())


@lru_cache(maxsize=1024)
def _cell(number: int, text: str) -> Cell:
    try:
        return Cell(number, text, tuple(ast.parse(text).body))
    except SyntaxError as error:
        return Cell(number, text, error=error)
    except (ValueError, RecursionError, MemoryError):  # no text of any program
        return Cell(number, text)


def look_up(asked: Question, namespace: Mapping[str, Any]) -> Callable[..., Any]:
    """The learner's function of that name. Raises NotFound."""
    name = asked.function
    try:
        value = namespace[name]
    except KeyError:
        raise NotFound(_why_missing(asked, history())) from None
    if not callable(value):
        raise NotFound(
            f"{name} is {_one(type(value).__name__)} now, not a function: a later line, such as "
            f"`{name} = ...`, has given the name to something else. Run the cell that defines it "
            "again."
        )
    return value  # type: ignore[no-any-return]


def earlier_of(asked: Question, namespace: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The earlier functions that are there."""
    found = {}
    for name in asked.earlier:
        try:
            value = namespace[name]
        except KeyError:
            continue
        if callable(value):
            found[name] = value
    return found


def older(asked: Question, function: Callable[..., Any]) -> str:
    """Why this is an earlier version of what was run last; "" where it is not."""
    name, (at, later) = asked.function, _since(function, history())
    for cell in reversed(later):
        if cell.error and (cell.is_about(name) or cell.is_like(at)):
            why = f"the cell run last, In [{cell.number}], {cell.fault}"
        elif name in cell.defines:
            why = f"In [{cell.number}] stopped before it came to its {name}"
        else:
            continue
        return f"this is your earlier {name}, of In [{at.number}]: {why}."
    return ""


def remarks(asked: Question, function: Callable[..., Any]) -> Iterator[str]:
    """What may be another thing than the learner takes it for, a sentence each."""
    yield from _hidden(function)
    at, later = _since(function, history())
    for cell in reversed(later):
        if other := _renamed(cell, asked, _text(function)):
            yield (
                f"In [{cell.number}] defines {other}, which looks like it. This is {asked.function}"
                f", of In [{at.number}]. If you have renamed it: check and grading look for "
                f"{asked.function}."
            )
            return


def _why_missing(asked: Question, ran: Sequence[Cell]) -> str:
    name = asked.function
    for cell in reversed(ran):
        if cell.error and cell.is_about(name):
            return f"there is no function {name}: the cell that defines it {cell.fault}."
        if other := _renamed(cell, asked, ""):
            return (
                f"there is no function {name}, but {other} with the same arguments. If you have "
                f"renamed it: check and grading look for {name}. Else run the cell that defines it."
            )
        if name in cell.defines or cell.is_about(name):
            return (
                f"there is no function {name} any more: it was deleted, or its cell stopped before "
                "it. Run that cell, and read how it ends."
            )
    return (
        f"there is no function {name} yet. Run the cell that defines it, above this one; after a "
        f"restart of the kernel, all cells above: {RUN_ABOVE}."
    )


def _since(function: Callable[..., Any], ran: Sequence[Cell]) -> tuple[Cell, Sequence[Cell]]:
    """The cell that defines the function, and those that were run after it; none if unknown."""
    text = _text(function)
    for at in reversed(range(len(ran) if text else 0)):
        if not ran[at].error and text in textwrap.dedent(ran[at].text):
            return ran[at], ran[at + 1 :]
    return Cell(0, ""), ()


def _renamed(cell: Cell, asked: Question, text: str) -> str:
    """A function of the cell that looks like the one asked for, or like a text; "" where none."""
    others = {one.function for one in QUESTIONS.values() if one.exercise == asked.exercise}
    for name, node in cell.defines.items():
        arguments = tuple(one.arg for one in node.args.args)
        if name in others or arguments != asked.arguments:
            continue
        if not text or _alike(ast.unparse(node), _unparsed(text)):
            return f"{name}({', '.join(arguments)})"
    return ""


def _hidden(function: Callable[..., Any]) -> Iterator[str]:
    """What is to be said of names that it reads and that a cell has given to something else."""
    for name, kind in sorted(known(function).reads.items()):
        if name in IMPORTED and kind != "module":
            mend = f"`{IMPORTED[name]}` gives it back"
        elif callable(getattr(builtins, name, None)) and kind not in ("function", "class"):
            mend = f"`del {name}` gives Python's own back"
        else:
            continue
        yield f"{name} is {_one(kind)} now: some cell has given it a value. {mend}."


def _text(function: Callable[..., Any]) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function)).strip()
    except Exception:  # a stranger's object can make anything of it
        return ""


def _unparsed(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text))
    except SyntaxError:
        return text


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, one[:4000], other[:4000]).ratio() >= ALIKE


def _one(kind: str) -> str:
    """A kind of value, with its article."""
    if kind == "ndarray":
        return "a NumPy array"
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"
