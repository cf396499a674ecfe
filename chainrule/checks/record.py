"""The record of a verdict: what grading keeps with a test, and feedback and reports are made from.

In a notebook it is JSON. What a learner chose in it (numbers, names, the text of an exception) is
bounded, so that nobody can make it too large to be kept.
"""

from dataclasses import asdict, dataclass
from typing import Any

from chainrule.blocks import CHARACTERS, ENTRIES, Block, as_json
from chainrule.checks.compare import as_array, as_plain
from chainrule.checks.examine import Examined
from chainrule.checks.flags import Flag
from chainrule.exercises.form import Mistake

VERSION = 2  # 1 had the message as text, and flags as "kind: what"


@dataclass(frozen=True)
class Part:
    """What one property of the question was worth."""

    name: str
    points: float
    max_points: float


@dataclass(frozen=True)
class Example:
    """One result that differs, with the inputs that led to it; the numbers as in JSON."""

    inputs: dict[str, object]
    result: str
    yours: object
    true: object
    differ: list[list[int]]


@dataclass(frozen=True)
class Record:
    """What became of a question. carried: the earlier functions that it follows in a slip."""

    question: str
    verdict: str
    points: float
    max_points: float
    blocks: tuple[Block, ...]
    mistakes: tuple[Mistake, ...] = ()
    properties: tuple[Part, ...] = ()
    flags: tuple[Flag, ...] = ()
    carried: tuple[str, ...] = ()
    example: Example | None = None

    def as_json(self) -> dict[str, Any]:
        """The record as JSON's own types."""
        return {
            "version": VERSION,
            "question": self.question,
            "points": self.points,
            "max_points": self.max_points,
            "verdict": self.verdict,
            "blocks": as_json(self.blocks),
            "mistakes": [{"id": m.id, "name": m.name, "hint": m.hint} for m in self.mistakes],
            "properties": [asdict(part) for part in self.properties],
            "flags": [{"kind": f.kind, "what": f.what[:CHARACTERS]} for f in self.flags],
            "carried": list(self.carried),
            "example": self.example and asdict(self.example),
        }


def example(examined: Examined) -> Example | None:
    """The first result that differs."""
    fault = examined.faults[0].fault if examined.faults else None
    if fault is None or not fault.differences:
        return None
    name, found = next(iter(fault.differences.items()))
    inputs = {key: _shown(value) for key, value in fault.case.arguments.items()}
    where = [list(index) for index in found.where]
    return Example(inputs, name, _shown(found.yours), _shown(fault.case.truth[name]), where)


def _shown(value: Any) -> object:
    """A value as a record shows it: a learner may return anything."""
    if isinstance(value, tuple):
        return [_shown(item) for item in value]
    array = as_array(value)
    if array is None:
        return None
    return as_plain(array) if array.size <= ENTRIES else f"{array.size} numbers"
