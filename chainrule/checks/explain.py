"""What a check says, as blocks; never the right formula."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.blocks import Block, Box, Code, Entries, Headline, Paragraph, Rows, figure
from chainrule.checks.attempt import Attempt
from chainrule.checks.compare import Difference, as_array
from chainrule.checks.examine import Examined, Judged
from chainrule.checks.flags import Flag
from chainrule.checks.lines import Departure
from chainrule.checks.quantities import said as called
from chainrule.exercises.form import Mistake, Question
from chainrule.mistakes.unwritten import is_unwritten

# Larger arrays are described by their worst entry only.
ROWS, COLUMNS = 6, 6
LINES = 3  # at fault, that are shown
PRINTED = 5  # lines, that are shown


def explain(examined: Examined) -> tuple[Block, ...]:
    """The whole message about an answer."""
    if not examined.attempted:
        text = f"not attempted yet. Write {examined.question.function} above."
        return (Headline(examined.question.name, text),)
    said: list[Block] = [Headline(examined.question.name, _state(examined))]
    if examined.faults:
        said += _fault(examined, examined.faults[0])
    said += _carried(examined) + _seen(examined) + _named(examined) + _lines(examined)
    if examined.changed:
        # Where no marks are for it, it is a note, in a check and in feedback alike.
        told = Paragraph(f"Your {_changed(examined)}", "" if examined.faults else "Note")
        said.append(told if examined.faults else Box((told,)))
    if examined.changed and (writes := examined.findings.writes):
        said.append(Code((writes.text,), f"in line {writes.line}"))
    said += [Box((_note(flag),)) for flag in examined.flags]
    return tuple(said + _printed(examined))


def _printed(examined: Examined) -> list[Block]:
    """The first lines that the function printed, in the call that the message is about."""
    first = examined.faults[0].fault if examined.faults else None
    told = [(first.case, first.attempt)] if first else []
    for case, answer in (*told, *examined.attempts):
        if lines := [_printable(line) for line in answer.printed.splitlines()]:
            more = ("...",) if len(lines) > PRINTED else ()
            return [Paragraph(f"On {case.note} it printed:"), Code((*lines[:PRINTED], *more))]
    return []


def _printable(text: str) -> str:
    """Without what moves a cursor or changes a colour."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _state(examined: Examined) -> str:
    """What is right and what is not, as the message's first sentence."""
    if not examined.faults:
        return "right."
    good = [one.property.name for one in examined.judged if not one.fault and not one.follows]
    bad = [one.property.name for one in examined.faults]
    after = [one.property.name for one in examined.judged if one.follows]
    if not good and not after:
        return "not right yet."
    right = f" Right: {', '.join(good)}." if good else ""
    costs = f" {', '.join(after)}: not right either, but for the same reason." if after else ""
    return f"not right yet.{right} Wrong: {', '.join(bad)}.{costs}"


def _fault(examined: Examined, judged: Judged) -> list[Block]:
    """What was asked, what came back, where it differs most."""
    fault, question = judged.fault, examined.question
    assert fault is not None
    call = f"{question.function}({', '.join(question.arguments)})"
    asked = Paragraph(f"{call} on {fault.case.note}.", "Asked")
    if fault.attempt.problem:
        return [
            asked,
            Paragraph(fault.attempt.problem, "What came back"),
            *_raised(examined, fault.attempt),
        ]
    said: list[Block] = [asked, *_inputs(fault.case.arguments)]
    here = [one.fault for one in examined.faults if one.fault and one.fault.case is fault.case]
    differences = {name: found for one in here for name, found in one.differences.items()}
    for name, found in list(differences.items())[:2]:
        said.append(Paragraph(found.message))
        if found.kind in ("value", "not finite"):
            said.append(_beside(name, found, fault.case.truth[name]))
    rest = list(differences)[2:]
    return said + ([Paragraph(f"{', '.join(rest)}.", "Also wrong")] if rest else [])


def _raised(examined: Examined, answer: Attempt) -> list[Block]:
    """The line that raised, or returned what has the wrong form, and what that means."""
    findings = examined.findings
    if answer.kind == "type" and findings.returns:
        return [Code((findings.returns.text,), f"line {findings.returns.line}")]
    said: list[Block] = []
    if answer.line:
        other = answer.inside not in ("", examined.question.function)
        said.append(Code((answer.line,), f"in the line{f' of {answer.inside}' if other else ''}"))
    if answer.kind == "raised" and findings.meaning:
        said.append(Paragraph(findings.meaning))
    shapes = [f"{name} has shape {shape}" for name, shape in findings.shapes]
    if answer.kind == "raised" and len(shapes) > 1:
        said.append(Paragraph(f"{', '.join(shapes)}.", "There"))
    return said


def _inputs(arguments: Mapping[str, Any]) -> list[Block]:
    """The arguments, where they are so few that reading them helps; to be typed into a cell."""
    known = {name: as_array(value) for name, value in arguments.items()}
    rows = {name: value for name, value in known.items() if value is not None}
    if len(known) > 2 or rows.keys() != known.keys() or max(map(np.size, rows.values())) > COLUMNS:
        return []
    return [Code(tuple(f"{name} = {_listed(value.tolist())}" for name, value in rows.items()))]


def _listed(value: Any) -> str:
    """Nested lists of plain figures."""
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return figure(value)


def _beside(name: str, found: Difference, true: np.ndarray) -> Block:
    """A result beside the true one; of a large one, the entry that differs most."""
    assert found.yours is not None
    high, wide = (1, 1, *true.shape)[-2:]
    if true.ndim <= 2 and high <= ROWS and wide <= COLUMNS:
        places = [(0, 0, *index) for index in found.where]
        wrong = tuple((place[-2], place[-1]) for place in places)
        return Entries(name, _rows(found.yours), _rows(true), wrong)
    gap = {index: abs(found.yours[index] - true[index]) for index in found.where}
    index = max(gap, key=lambda at: np.inf if np.isnan(gap[at]) else gap[at])
    yours, other = figure(found.yours[index]), figure(true[index])
    return Paragraph(f"They differ most at {list(index)}: yours {yours}, true {other}.")


def _rows(values: np.ndarray) -> Rows:
    return tuple(tuple(map(float, row)) for row in np.atleast_2d(values).tolist())


def _named(examined: Examined) -> list[Block]:
    """The mistake, if exactly one gives these numbers; else the candidates."""
    groups: dict[tuple[Mistake, ...], list[str]] = {}
    for judged in examined.faults:
        if judged.mistakes:
            groups.setdefault(judged.mistakes, []).append(judged.property.name)
    said: list[Block] = []
    if examined.both:
        several = Paragraph("Two mistakes together give your numbers:")
        said.append(Box((several,), tuple(f"{one.name}. {one.hint}" for one in examined.both)))
    told = {one.id for one in examined.both}
    for mistakes, names in groups.items():
        if len(mistakes) == 1 and mistakes[0].id in told:
            continue
        where = f" ({', '.join(names)})" if len(names) < len(examined.faults) else ""
        if len(mistakes) == 1 and is_unwritten(mistakes[0]):
            (mistake,) = mistakes
            out = Paragraph(f"The same numbers come out{where} with {mistake.name}.")
            said.append(Box((out, Paragraph(mistake.hint, "Hint"))))
        elif len(mistakes) == 1:
            named = Paragraph(f"{mistakes[0].name}.", f"The mistake{where}")
            said.append(Box((named, Paragraph(mistakes[0].hint, "Hint"))))
        else:
            several = Paragraph(f"One of these gives your numbers{where}:")
            said.append(Box((several,), tuple(f"{one.name}. {one.hint}" for one in mistakes)))
    return said


def _seen(examined: Examined) -> list[Block]:
    """What the numbers are, where no mistake has a name."""
    unnamed = {
        result
        for judged in examined.faults
        for result in judged.property.results
        if not any(not is_unwritten(one) for one in judged.mistakes)
    }
    findings = examined.findings
    seen = [one.words for one in findings.observations if unnamed & set(one.results)]
    return [Paragraph(words) for words in seen]


def _lines(examined: Examined) -> list[Block]:
    """The learner's own lines at fault, as typed."""
    said: list[Block] = []
    first = examined.faults[0].fault if examined.faults else None
    stopped = examined.findings.stopped
    if first and stopped and first.attempt.kind != "raised":
        case, answer = stopped
        said.append(Paragraph(answer.problem, f"On {case.note}"))
        said += _raised(examined, answer)
    named = {mistake.id for judged in examined.faults for mistake in judged.mistakes}
    named |= {mistake.id for mistake in examined.both}
    shown = {answer.line for answer in (first and first.attempt, stopped and stopped[1]) if answer}
    told = bool(examined.findings.observations) or bool(examined.mistakes)
    for departure in examined.findings.departures[:LINES]:
        vague = not (departure.role or departure.holds or departure.instead or departure.infinite)
        # A return line of which nothing is known says no more than what has been said.
        if departure.text in shown or (told and vague and departure.text.startswith("return")):
            continue
        said.append(Code((departure.text,), f"line {departure.line}"))
        said.append(Paragraph(_of_the_line(departure, examined.question)))
        if len(departure.mistakes) == 1 and departure.mistakes[0].id not in named:
            (mistake,) = departure.mistakes
            here = Paragraph(f"{mistake.name}.", "The mistake in this line")
            said.append(Box((here, Paragraph(mistake.hint, "Hint"))))
    return said


def _of_the_line(departure: Departure, question: Question) -> str:
    """What is seen at a line; of what is not recognised, no more than that."""

    def said_of(name: str) -> str:
        return called(name, question)

    if departure.infinite:
        how = "a division by 0, or the logarithm or root of what is not positive"
        if departure.overflow:
            how = f"exp of something large, {how}"
        return f"Here the first value appears that is not finite, as after {how}."
    if departure.instead:
        typed, quantity, role = departure.instead
        here = typed if typed == quantity else f"{typed}, which is {said_of(quantity)},"
        return f"Here {here} is taken for {said_of(role)}; all else follows rightly."
    if departure.holds:
        name = departure.variable or departure.role or "This"
        return f"After this line, {name} holds the numbers of {said_of(departure.holds)}."
    right = [
        typed if typed == name else f"{typed} ({said_of(name)})" for typed, name in departure.reads
    ]
    role = said_of(departure.role)
    after = f"what it gives as {role} is not right" if role else "what it gives is not recognised"
    if not right:
        return f"Nothing before this line is seen to be wrong; {after}."
    return f"{_listed_words(right)} {_be(right)} right before this line; {after}."


def _be(words: list[str]) -> str:
    return "is" if len(words) == 1 else "are"


def _listed_words(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _carried(examined: Examined) -> list[Block]:
    if not examined.carried:
        return []
    wrong = [name for name in examined.carried if name not in examined.missing]
    parts = [f"{_listed_words(wrong)}, which {_be(wrong)} not right yet"] if wrong else []
    if missing := list(examined.missing):
        told = f"which {_be(missing)} not there: was {'its' if len(missing) == 1 else 'their'}"
        parts.append(f"{_listed_words(missing)}, {told} cell run?")
    text = f"It builds on {' and on '.join(parts)}{'' if examined.missing else '.'} "
    what = "What follows from that" if examined.faults else "That"
    one = len(examined.carried) == 1
    if examined.put_right:
        text += f"{what} costs nothing here: it was run with "
        text += "a right one in its place." if one else "right ones in their place."
    else:
        them = "it" if one else "them"
        text += f"{what} costs nothing here; mend {them} first and the numbers here follow."
    return [Paragraph(text)]


def _changed(examined: Examined) -> str:
    """What follows "your": an argument was written to."""
    return (
        f"function changes its argument {' and '.join(examined.changed)} in place: whoever called "
        "it finds other numbers there afterwards. Work on a copy."
    )


def _note(flag: Flag) -> Paragraph:
    if flag.kind == "autograd":
        text = "this uses autograd. The exercise asks for the gradient by hand."
    else:
        text = f"it reads {flag.what} from outside the function. Use the arguments only."
    return Paragraph(text, "Note")
