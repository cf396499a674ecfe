"""What a release knows of an exercise, as data: visible cases, and what each mistake gives on them.

A learner's check then needs NumPy alone, and the release of somebody's own exercise holds no right
answer. The same is kept of this course's own exercises, without their mistakes, in `visible/`. It
is written by `chainrule.checks.records_of_exercises`.
"""

import base64
import builtins
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.exercises.form import (
    Bundle,
    Case,
    Exercise,
    Mistake,
    Property,
    Question,
    Recorded,
)
from chainrule.exercises.own import RELEASED

VERSION = 1
VISIBLE = Path(__file__).parent / "visible"


def at_hand(folder: Path) -> Exercise | None:
    """The exercise that was released into a folder, if one was; None for any other file."""
    try:
        text = (folder / RELEASED).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    try:
        return _read(text)
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


@cache
def of_this_course(question: Question) -> tuple[Case, ...]:
    """The visible cases of a question of this course; () where none are kept."""
    path = VISIBLE / f"{question.exercise}.json"
    if question.exercise not in _kept() or not path.is_file():
        return ()
    kept = json.loads(path.read_text("utf-8"))["questions"]
    return tuple(map(case_from, kept.get(question.function, ())))


@cache
def _kept() -> set[str]:
    return {path.stem for path in VISIBLE.glob("*.json")}


@lru_cache(maxsize=4)
def _read(text: str) -> Exercise:
    about = json.loads(text)
    if about["version"] != VERSION:
        raise ValueError(about["version"])
    mistakes = json.loads(zlib.decompress(base64.b64decode(about["mistakes"])))
    questions = tuple(_question(one, mistakes[one["function"]]) for one in about["questions"])
    return Exercise(name=about["exercise"], shapes={}, questions=questions)


def _question(about: dict[str, Any], mistakes: list[dict[str, Any]]) -> Question:
    cases = tuple(map(case_from, about["cases"]))
    known = tuple(
        (Mistake(one["id"], one["name"], one["hint"]), _replay(cases, one["gives"]))
        for one in mistakes
    )
    results = about["results"]
    return Question(
        about["function"],
        tuple(about["arguments"]),
        results if isinstance(results, str) else tuple(results),
        tuple(Property(name, tuple(of), kind) for name, of, kind in about["properties"]),
        tuple(about["earlier"]),
        handwork=about["handwork"],
        recorded=Recorded(cases, known),
    )


def _replay(cases: Sequence[Case], gives: Sequence[Any]) -> Callable[..., Any]:
    """A function that gives on each of the cases what was recorded."""
    known = {_key(case.arguments.values()): one for case, one in zip(cases, gives, strict=True)}

    def replay(*arguments: Any) -> Any:
        given = known[_key(arguments)]
        if isinstance(given, dict) and "raised" in given:
            kind = getattr(builtins, given["raised"], RuntimeError)
            raise kind(given["text"])
        return _value(given)

    return replay


def _key(values: Any) -> bytes:
    parts = []
    for value in values:
        array = value if isinstance(value, tuple) else (value,)
        parts += [f"{np.shape(one)}".encode() + np.asarray(one, float).tobytes() for one in array]
    return b"|".join(parts)


# Values: an array is a list [shape, entries], several are {"of": [...]}; whole numbers stay so.


def case_from(about: Mapping[str, Any]) -> Case:
    """A case from JSON's own types."""
    return Case(
        about["kind"],
        about["note"],
        {name: _value(value) for name, value in about["arguments"].items()},
        _names(about["results"]),
        {name: _value(value) for name, value in about["truth"].items()},
        {name: _value(value) for name, value in about.get("known", {}).items()},
    )


def as_plain(case: Case, known: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """A case as JSON's own types. known: quantities by name, where no formulas give them."""
    return {
        "kind": case.kind,
        "note": case.note,
        "arguments": {name: plain(value) for name, value in case.arguments.items()},
        "results": _plain_names(case.results),
        "truth": {name: plain(value) for name, value in case.truth.items()},
    } | ({"known": {name: plain(value) for name, value in known.items()}} if known else {})


def plain(value: Any, digits: int = 0) -> Any:
    """A value of a case as JSON's own types. digits: significant ones; 0 for all."""
    if isinstance(value, tuple | list):
        return {"of": [plain(one, digits) for one in value]}
    if isinstance(value, bool | int):
        return value
    array = np.asarray(value)
    if isinstance(value, float):
        return float(value)
    kind = "i" if array.dtype.kind in "iub" else "f"
    entries = array.astype(float).ravel().tolist()
    if digits:
        entries = [float(f"{one:.{digits}g}") for one in entries]
    return [kind, list(array.shape), [int(one) for one in entries] if kind == "i" else entries]


def _value(about: Any) -> Any:
    if isinstance(about, dict):
        return tuple(map(_value, about["of"]))
    if not isinstance(about, list):
        return about
    kind, shape, entries = about
    return np.array(entries, dtype=int if kind == "i" else float).reshape(shape)


def _plain_names(names: Any) -> Any:
    if isinstance(names, Bundle):
        return {"name": names.name, "of": list(names)}
    return names if isinstance(names, str) else [_plain_names(one) for one in names]


def _names(about: Any) -> Any:
    if isinstance(about, dict):
        return Bundle.called(about["name"], about["of"])
    return about if isinstance(about, str) else tuple(map(_names, about))
