"""Whether a definition holds together, before anything is compared: each fault in one line."""

import ast
import inspect
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from chainrule.exercises.cases import fresh, worked
from chainrule.exercises.draw import KINDS, BadShape, draw, drawn_sizes, parts
from chainrule.exercises.form import Exercise, Question
from chainrule.exercises.own import BadExercise, line_of
from chainrule.exercises.truth import trace
from chainrule.networks.formulas import MissingName, names_in, steps


def faults(exercise: Exercise, text: str, path: Path) -> list[BadExercise]:
    """What is wrong with a definition; later steps are looked at where earlier ones hold."""
    for look in (_names, _shapes, _formulas, _pass, _questions, _asked):
        found = [BadExercise(path, line, words) for line, words in look(exercise, text, str(path))]
        if found:
            return found
    return []


Faults = Iterator[tuple[int, str]]


def _names(exercise: Exercise, text: str, path: str) -> Faults:
    folder = Path(path).resolve().parent.name
    if exercise.name != folder:
        words = f"name is {exercise.name!r}, the folder is {folder!r}."
        yield line_of(text, "name"), f"{words} They must be the same: rename one."
    for name, count in Counter(one.function for one in exercise.questions).items():
        if count > 1:
            asked = [
                node.lineno
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Call) and node.args and _is(node.args[0], name)
            ]
            line = asked[-1] if asked else 1
            yield line, f"{name} is asked {count} times. Ask for it once."
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Dict):
            keys = [key for key in node.keys if isinstance(key, ast.Constant)]
            counts = Counter(key.value for key in keys)
            for key in keys:
                if counts.pop(key.value, 1) > 1:
                    twice = [one for one in keys if one.value == key.value]
                    words = f"{key.value!r} stands here twice, of which Python keeps the last one."
                    yield twice[-1].lineno, f"{words} Give one of them another name."
    for id, count in Counter(one.id for one in exercise.mistakes).items():
        if count > 1:
            words = f"the id {id!r} belongs to {count} mistakes. Give each its own."
            yield _last_line_of(text, id), words
    if not exercise.questions:
        yield line_of(text, "questions"), "there are no questions. Add one: asks(...)."


def _is(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _last_line_of(text: str, word: str) -> int:
    lines = [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value == word
    ]
    return lines[-1] if lines else 1


def _shapes(exercise: Exercise, text: str, path: str) -> Faults:
    for shapes in exercise.tables:
        for name, shape in shapes.items():
            if isinstance(shape, tuple):
                continue
            line = line_of(text, "shapes", name)
            try:
                axes, kind = parts(shape)
            except BadShape as error:
                yield line, f'the shape of {name}: {error}. Write, for instance, "N D".'
                continue
            if kind in ("one-hot", "probabilities") and not axes:
                words = f'{name} is a single number, which cannot be {kind}. Give it axes: "N C".'
                yield line, words
            below = kind.removeprefix("below ")
            known = {axis for one in shapes.values() if isinstance(one, str) for axis in _axes(one)}
            if below != kind and not below.isdecimal() and below not in known:
                words = f"{name} is below {below}, and no shape has an axis {below}."
                yield line, f"{words} There are {', '.join(sorted(known))}."


def _axes(shape: str) -> tuple[str, ...]:
    try:
        return parts(shape)[0]
    except BadShape:
        return ()


def _formulas(exercise: Exercise, text: str, path: str) -> Faults:
    for name, formula in exercise.formulas.items():
        line = line_of(text, "formulas", name)
        try:
            names_in(formula)
        except SyntaxError as error:
            yield line, f"the formula of {name} cannot be read ({error.msg}): {formula!r}."
    for one in exercise.questions:
        try:
            ast.parse(f"def f():\n{_indented(one.program)}" if one.program else "")
        except SyntaxError as error:
            line = line_of(text, one.function)
            yield line, f"the program of {one.function} cannot be read: {error.msg}."


def _indented(program: str) -> str:
    return "".join(f"    {line}\n" for line in program.splitlines())


def _pass(exercise: Exercise, text: str, path: str) -> Faults:
    """The forward pass, run on each size of each table."""
    if exercise.forward is None:
        return
    taken = [
        name
        for name, one in inspect.signature(exercise.forward).parameters.items()
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    here = line_of(text, exercise.forward.__name__)
    known = {name for shapes in exercise.tables for name in shapes}
    for name in taken:
        if name not in known and exercise.draw is None:
            words = f"forward takes {name}, which has no shape. Add it to shapes."
            yield here, f"{words} There are {', '.join(sorted(known))}."
            return
    rng = np.random.default_rng(0)
    for shapes, sizes in drawn_sizes(exercise):
        said = ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
        try:
            given = (exercise.draw or draw)(rng, shapes, sizes)
        except KeyError as error:
            yield line_of(text, "sizes"), f"sizes has no {error}. Give each letter a size."
            return
        try:
            found = trace(exercise, shapes, given)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [one.lineno for one in frames if one.filename == path]
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            words = f"forward fails where {said}: {told}. Do the shapes fit?"
            yield (lines[-1] if lines else here) or here, words
            return
        for name, value in found.items():
            if isinstance(value, np.ndarray) and not np.isfinite(value).all():
                words = f"forward gives a {name} that is not finite where {said}."
                yield here, f"{words} Draw other numbers: after a colon, {KINDS}."
                return


def _questions(exercise: Exercise, text: str, path: str) -> Faults:
    functions = [one.function for one in exercise.questions]
    for question in exercise.questions:
        line = line_of(text, question.function)
        if not question.function.isidentifier():
            yield line, f"{question.function!r} is no name of a function."
        for name in question.earlier:
            if name not in functions[: functions.index(question.function)]:
                yield line, f"{question.function} builds on {name}, which is not asked before it."
        for prop in question.properties:
            for name in prop.results:
                if name not in question.result_names:
                    listed = ", ".join(question.result_names)
                    words = f"{prop.name!r} marks {name}, which {question.function} does not return"
                    yield line_of(text, prop.name), f"{words}; it returns {listed}."
            if prop.kind != "fresh" and prop.kind not in exercise.special:
                words = f"{prop.name!r} is asked on {prop.kind!r}, which is no special case."
                listed = ", ".join(exercise.special) or "none"
                yield line_of(text, prop.name), f"{words} There are: {listed}. Add it to special."
        yield from _answered(question, text, line)
    used = {prop.kind for one in exercise.questions for prop in one.properties}
    for kind in exercise.special:
        if kind not in used:
            words = (
                f"no property is asked on {kind!r}. Mark one on it: Property(..., kind={kind!r})."
            )
            yield line_of(text, "special", kind), words


def _answered(question: Question, text: str, line: int) -> Faults:
    if question.program:
        return
    try:
        steps(question.formulas, question.arguments, question.result_names)
    except MissingName as error:
        name = str(error)
        if name in question.result_names:
            words = f"{question.function} returns {name}, and no formula gives it."
            yield line, f"{words} Add it to formulas, or give a program."
        else:
            words = f"the formulas of {question.function} need {name}, which is neither an argument"
            needed = [
                one for one, formula in question.formulas.items() if name in names_in(formula)
            ]
            here = line_of(text, "formulas", needed[0]) if needed else line
            yield here, f"{words} nor a formula. Is it mistyped?"


def _asked(exercise: Exercise, text: str, path: str) -> Faults:
    """The cases, drawn once for each question."""
    for question in exercise.questions:
        line = line_of(text, question.function)
        try:
            worked(question)
            fresh(question, np.random.default_rng(0))
        except KeyError as error:
            name = str(error.args[0])
            what = "takes" if name in question.arguments else "returns"
            words = f"{question.function} {what} {name}, which is not in shapes, and forward does"
            yield line, f"{words} not give it. Return it from forward, by this name."
        except Exception as error:
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            words = f"{question.function} cannot be asked ({type(error).__name__}: {told})."
            frames = [x for x in traceback.extract_tb(error.__traceback__) if x.filename == path]
            yield (frames[-1].lineno if frames else line) or line, words
