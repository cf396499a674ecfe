"""What the doctor says of one thing."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Finding:
    """bad: grading or a course's way of work will not go; note: it goes, with something to know.

    seen: what was seen. do: what to do about it, "" where nothing is to be done."""

    kind: Kind
    what: str
    seen: str
    do: str = ""

    def __str__(self) -> str:
        line = f"{self.kind:4} {self.what}: {self.seen}"
        return f"{line} -- {self.do}" if self.do else line


def ok(what: str, seen: str) -> Finding:
    return Finding("ok", what, seen)
