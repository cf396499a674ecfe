"""Definitions of a course's own exercises: what a release gets of each, and what it never gets."""

from collections.abc import Iterator
from pathlib import Path

from chainrule.errors import ChainruleError
from chainrule.exercises.own import DEFINITION, RELEASED, is_definition
from chainrule.whole import write_whole


class NoDefinition(ChainruleError):
    """There is no definition of an exercise where one is looked for."""


def definitions(course: Path) -> Iterator[tuple[Path, str]]:
    """The definitions in `source/`, each with its text."""
    for path in sorted((course / "source").glob(f"*/{DEFINITION}")):
        text = path.read_text("utf-8", errors="replace")
        if is_definition(text):
            yield path, text


def prepare_definitions(course: Path) -> None:
    """Write beside each definition what checks need of it. Raises BadExercise.

    It lies in `source/`, so that every way to release takes it along.
    """
    for path, text in definitions(course):
        prepare(path, text)


def prepare(path: Path, text: str) -> None:
    """The same for one definition; what is up to date already stays as it is."""
    from chainrule.checks.to_release import digest, release_of
    from chainrule.exercises.own import load

    place = path.with_name(RELEASED)
    if place.is_file() and f'"digest":"{digest(text)}"' in place.read_text("utf-8", "replace"):
        return
    write_whole(place, release_of(load(text, str(path)), text))


def withhold_definitions(course: Path, releases: Path) -> None:
    """Take the definitions out of what was released, into this folder."""
    for path, _ in definitions(course):
        (releases / path.parent.name / DEFINITION).unlink(missing_ok=True)


def try_definition(course: Path, name: str, messages: bool) -> tuple[list[str], bool]:
    """What `chainrule try` prints, and whether all holds. Raises CourseError, BadExercise.

    messages: also what a learner would read of each mistake.
    """
    from chainrule.checks.trial import table, trial, what_is_wrong
    from chainrule.exercises.own import load

    path = course / "source" / name / DEFINITION
    if not path.is_file():
        raise NoDefinition(f"there is no {path}: `chainrule new-exercise {name}` makes one")
    text = path.read_text("utf-8", errors="replace")
    if not is_definition(text):
        raise NoDefinition(f"{path} defines no exercise: it imports no chainrule.exercises")
    exercise = load(text, str(path))
    if wrong := what_is_wrong(exercise, text, path):
        return [str(one) for one in wrong], False
    prepare(path, text)
    lines = []
    for question in exercise.questions:
        tried = trial(question)
        lines += [f"{question.name}: the right answer is right", *table(tried)]
        if messages:
            told = {one.message: one for one in tried if one.shown}
            for one in told.values():
                lines += ["", f"--- {one.variant.mistake.name}", one.message, ""]
    return lines, True
