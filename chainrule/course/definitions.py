"""Definitions of a course's own exercises: what a release gets of each, and what it never gets."""

from collections.abc import Iterator
from pathlib import Path

from chainrule.exercises.own import DEFINITION, RELEASED, is_definition
from chainrule.whole import write_whole


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


def withhold_definitions(course: Path) -> None:
    """Take the definitions out of what was released."""
    for path, _ in definitions(course):
        (course / "release" / path.parent.name / DEFINITION).unlink(missing_ok=True)
