"""What a cell puts out, as notebook outputs of bounded size."""

import io
import math
import numbers
from typing import Any

NOTHING = object()
KINDS = ("text/plain", "text/html", "image/png", "image/jpeg")  # all that is kept of a display


class Outputs:
    """The outputs of the cell that is running, in nbformat's form, at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.begin()

    def begin(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.room = self.limit
        self.cut = False
        self.value: Any = NOTHING  # of the cell's last expression

    def stream(self, name: str, text: str) -> None:
        text = self._fitting(text)
        if not text:
            return
        last = self.kept[-1] if self.kept else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.kept.append({"output_type": "stream", "name": name, "text": [text]})

    def add(self, output: dict[str, Any]) -> None:
        size = len(repr(output))
        if size > self.room:
            self.cut = True
            return
        self.room -= size
        self.kept.append(output)

    def finish(self) -> list[dict[str, Any]]:
        for output in self.kept:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        if self.cut:
            note = "[The output was longer; the rest is left out.]\n"
            self.kept.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.kept

    def _fitting(self, text: str) -> str:
        fitting = text[: max(self.room, 0)]
        self.cut = self.cut or len(fitting) < len(text)
        self.room -= len(fitting)
        return fitting


class Stream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self.outputs, self.name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.stream(self.name, text)
        return len(text)


def as_points(value: Any) -> float | None:
    """The number that a test ended in; None for anything else, which gives all the points."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.inf
