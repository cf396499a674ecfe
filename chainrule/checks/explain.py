"""What a check says: plain text, in lines of at most 85 characters, never the right formula."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.checks.compare import Difference, as_array
from chainrule.checks.examine import Examined, Judged
from chainrule.exercises.questions import Question
from chainrule.mistakes import Mistake

# nbgrader's Validate cuts a line at 87 characters.
WIDTH = 85
# Larger arrays are described by their worst entry only.
ROWS, COLUMNS = 6, 6


def explain(examined: Examined) -> str:
    """The whole message about an answer."""
    question = examined.question
    if not examined.attempted:
        return _not_attempted(question)
    lines = [_headline(examined)]
    if examined.faults:
        lines += _fault(examined, examined.faults[0])
    lines += _carried(examined) + _named(examined) + _changed(examined)
    lines += [_flag(flag) for flag in examined.flags]
    return wrapped(lines)


def _not_attempted(question: Question) -> str:
    return wrapped([f"{question.name}: not attempted yet. Write {question.function} above."])


def wrapped(lines: Sequence[str]) -> str:
    """The lines, each wrapped at the width; lines that start with a space are left as they are."""
    done: list[str] = []
    for line in "\n".join(lines).splitlines():
        if line.startswith(" "):
            done.append(line if len(line) <= WIDTH else line[: WIDTH - 3] + "...")
        else:
            done += textwrap.wrap(line, WIDTH) or [""]
    return "\n".join(done)


def _headline(examined: Examined) -> str:
    question, faults = examined.question, examined.faults
    if not faults:
        almost = "the numbers are right, but" if examined.changed else "right."
        return f"{question.name}: {almost}"
    good = [one.property.name for one in examined.judged if not one.fault]
    bad = [one.property.name for one in faults]
    if not good:
        return f"{question.name}: not right yet."
    return f"{question.name}: not right yet. Right: {', '.join(good)}. Wrong: {', '.join(bad)}."


def _fault(examined: Examined, judged: Judged) -> list[str]:
    """What was asked, what came back, where it differs most."""
    fault, question = judged.fault, examined.question
    assert fault is not None
    asked = f"{question.function}({', '.join(question.arguments)})"
    lines = [f"Asked: {asked} on {fault.case.note}."]
    if fault.attempt.problem:
        return [*lines, f"What came back: {fault.attempt.problem}"]
    lines += _inputs(fault.case.arguments)
    here = [one.fault for one in examined.faults if one.fault and one.fault.case is fault.case]
    differences = {name: found for one in here for name, found in one.differences.items()}
    for name, found in list(differences.items())[:2]:
        lines.append(found.message)
        if found.kind in ("value", "not finite"):
            lines += _table(found, fault.case.truth[name])
    rest = list(differences)[2:]
    return lines + ([f"Also wrong: {', '.join(rest)}."] if rest else [])


def _inputs(arguments: Mapping[str, Any]) -> list[str]:
    """The arguments, where they are so few that reading them helps."""
    known = {name: as_array(value) for name, value in arguments.items()}
    rows = {name: value for name, value in known.items() if value is not None}
    if len(known) > 2 or rows.keys() != known.keys() or max(map(np.size, rows.values())) > COLUMNS:
        return []
    return [f"    {name} = {_listed(value.tolist())}" for name, value in rows.items()]


def _listed(value: Any) -> str:
    """Nested lists of plain figures, ready to be typed into a cell."""
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return _figure(value)


def _table(found: Difference, true: np.ndarray) -> list[str]:
    """Yours and the true values, one above the other, with a star at each entry that differs."""
    assert found.yours is not None
    yours, wide = np.atleast_2d(found.yours), np.atleast_2d(true)
    if yours.shape[0] > ROWS or yours.shape[1] > COLUMNS:
        return [_worst(found, true)]
    wrong = {index[-2:] if len(index) > 1 else (0, *index[-1:]) for index in found.where}
    wrong = {(0, 0)} if found.where == ((),) else wrong
    stars = [[(i, j) in wrong for j in range(yours.shape[1])] for i in range(yours.shape[0])]
    blank = [[False] * len(row) for row in stars]
    return [*_rows("yours", yours, stars), *_rows("true", wide, blank)]


def _rows(label: str, values: np.ndarray, stars: list[list[bool]]) -> list[str]:
    lines = []
    for row, marks in zip(values, stars, strict=True):
        cells = [
            f"{_figure(value)}{'*' if mark else ' '}"
            for value, mark in zip(row, marks, strict=True)
        ]
        lines.append(f"    {label:<6}" + "".join(f"{cell:>12}" for cell in cells).rstrip())
        label = ""
    return lines


def _figure(value: float) -> str:
    """Five digits; a negative zero is 0."""
    return f"{value + 0.0:.5g}"


def _worst(found: Difference, true: np.ndarray) -> str:
    """The entry that differs most, yours and true."""
    assert found.yours is not None
    gap = {index: abs(found.yours[index] - true[index]) for index in found.where}
    index = max(gap, key=lambda at: np.inf if np.isnan(gap[at]) else gap[at])
    yours, other = _figure(found.yours[index]), _figure(true[index])
    return f"    most at {list(index)}: yours {yours}, true {other}"


def _named(examined: Examined) -> list[str]:
    """The mistake, if exactly one gives these numbers; else the candidates."""
    groups: dict[tuple[Mistake, ...], list[str]] = {}
    for judged in examined.faults:
        if judged.mistakes:
            groups.setdefault(judged.mistakes, []).append(judged.property.name)
    lines = []
    for mistakes, names in groups.items():
        where = f" ({', '.join(names)})" if len(groups) > 1 else ""
        if len(mistakes) == 1:
            lines.append(f"The mistake{where}: {mistakes[0].name}.")
            lines.append(f"Hint: {mistakes[0].hint}")
        else:
            lines.append(f"One of these gives your numbers{where}:")
            lines += [f"- {mistake.name}. {mistake.hint}" for mistake in mistakes]
    return lines


def _carried(examined: Examined) -> list[str]:
    if not examined.carried:
        return []
    names = " and ".join(examined.carried)
    verb, them = ("is", "it") if len(examined.carried) == 1 else ("are", "them")
    return [
        f"It builds on {names}, which {verb} not right yet. That costs nothing here; "
        f"mend {them} first and the numbers here follow."
    ]


def _changed(examined: Examined) -> list[str]:
    if not examined.changed:
        return []
    names = " and ".join(examined.changed)
    your = "Your" if examined.faults else "your"  # else the headline's sentence goes on
    return [
        f"{your} function changes its argument {names} in place: whoever called it finds other "
        "numbers there afterwards. Work on a copy."
    ]


def _flag(flag: str) -> str:
    if flag == "autograd":
        return "Note: this uses autograd. The exercise asks for the gradient by hand."
    name = flag.partition(": ")[2]
    return f"Note: it reads {name} from outside the function. Use the arguments only."
