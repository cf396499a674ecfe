"""Numbers for fresh cases, from shapes in letters.

A shape is written `N D`, or with a number in place of a letter, `1 C`; nothing stands for a single
number. After a colon stands what numbers: `N C: one-hot`, `N C: 0 or 1`, `N: below C` (class
numbers), `: 1 to 3` (a whole number), `: 0.25, 0.5` (one of these), `D: positive`,
`N C: probabilities` (each row sums to 1). Without it they are multiples of 1/8 in [-1.5, 1.5], none
of them 0, so that sums of their products are exact.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from chainrule.exercises.form import Exercise, Given, Shapes, Sizes

_LETTER = re.compile(r"[A-Za-z]\w*")
_RANGE = re.compile(r"(-?\d+) to (-?\d+)")
_BELOW = re.compile(r"below ([A-Za-z]\w*|\d+)")
KINDS = "one-hot, 0 or 1, -1 or 1, positive, probabilities, below C, 1 to 3, or numbers with commas"


class BadShape(ValueError):
    """A shape that cannot be read; the message says why."""


def parts(shape: str) -> tuple[tuple[str, ...], str]:
    """The axes, and what numbers ("" for any). Raises BadShape."""
    axes, _, kind = (part.strip() for part in shape.partition(":"))
    names = tuple(axes.replace(",", " ").split())
    for name in names:
        if not name.isdecimal() and not _LETTER.fullmatch(name):
            raise BadShape(f"{name!r} is neither a letter nor a number of entries")
    if not _known(kind):
        raise BadShape(f"{kind!r} is no kind of numbers; there are {KINDS}")
    return names, kind


def letters(shapes: Shapes) -> list[str]:
    """The letters of a table, in the order in which they come."""
    axes = [axis for one in shapes.values() if isinstance(one, str) for axis in parts(one)[0]]
    return list(dict.fromkeys(axis for axis in axes if not axis.isdecimal()))


def is_float(shape: str | tuple[str, ...]) -> bool:
    """Whether torch is asked for the gradient of what has this shape."""
    return isinstance(shape, str) and parts(shape)[1] in ("", "positive", "probabilities")


def sizes_of(exercise: Exercise, shapes: Shapes) -> Sequence[Sizes | Sequence[Sizes]]:
    """The exercise's own sizes, or: all differing; all alike, where a forgotten transpose computes
    something; and a single example, if there is an N."""
    if exercise.sizes:
        return exercise.sizes
    names = letters(shapes)
    if not names:
        return ({},)
    turns = [
        {name: 2 + (place + turn) % max(len(names), 3) for place, name in enumerate(names)}
        for turn in range(max(len(names), 3))
    ]
    alike = dict.fromkeys(names, 3)
    single = [{**turns[1], "N": 1}] if "N" in names else []
    return (turns, alike, *single)


def drawn_sizes(exercise: Exercise) -> Iterator[tuple[Shapes, Sizes]]:
    """Each table of shapes in each size, with the first of those that are drawn."""
    for shapes in exercise.tables:
        for sizes in sizes_of(exercise, shapes):
            yield shapes, sizes if isinstance(sizes, Mapping) else sizes[0]


def draw(rng: np.random.Generator, shapes: Shapes, sizes: Sizes) -> Given:
    """What a case begins with, by name. Raises BadShape."""
    return {
        name: numbers(rng, shape, sizes) for name, shape in shapes.items() if isinstance(shape, str)
    }


def numbers(rng: np.random.Generator, shape: str, sizes: Sizes) -> np.ndarray | float | int:
    """Fresh numbers of this shape. Raises BadShape."""
    axes, kind = parts(shape)
    size = tuple(int(axis) if axis.isdecimal() else sizes[axis] for axis in axes)
    if found := _RANGE.fullmatch(kind):
        low, high = int(found[1]), int(found[2])
        return rng.integers(low, high + 1, size=size) if size else int(rng.integers(low, high + 1))
    if found := _BELOW.fullmatch(kind):
        most = int(found[1]) if found[1].isdecimal() else sizes[found[1]]
        return rng.integers(0, most, size=size) if size else int(rng.integers(0, most))
    if kind == "one-hot":
        rows: np.ndarray = np.eye(size[-1])[rng.integers(0, size[-1], size=size[:-1])]
        return rows
    if kind == "probabilities":
        made = rng.integers(1, 9, size=size) / 8
        return np.asarray(made / made.sum(axis=-1, keepdims=True))
    if kind in ("", "positive"):
        signs = rng.choice([-1, 1], size=size) if not kind else 1
        made = np.asarray(signs * rng.integers(1, 13, size=size) / 8)
    else:
        made = rng.choice(_choices(kind), size=size)
    return made if size else float(made)


def _known(kind: str) -> bool:
    words = ("", "one-hot", "positive", "probabilities")
    return kind in words or bool(_RANGE.fullmatch(kind) or _BELOW.fullmatch(kind) or _choices(kind))


def _choices(kind: str) -> list[float]:
    try:
        return [float(one) for one in re.split(r",| or ", kind)]
    except ValueError:
        return []
