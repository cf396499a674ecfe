"""What a cell puts out, as notebook outputs of bounded size."""

import base64
import io
import json
from typing import Any, Literal

from ..plain_data import Output, StreamOutput

StreamName = Literal["stdout", "stderr"]
NOTHING = object()


class Outputs:
    """The outputs of the cell that is running, in nbformat's form, at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.begin()

    def begin(self) -> None:
        self.kept: list[Output] = []
        self.streams: list[tuple[StreamOutput, list[str]]] = []  # of these, and what was written
        self.room = self.limit
        self.cut = False
        self.value: Any = NOTHING  # of the cell's last expression
        self.failed: Literal["", "stderr", "error"] = ""  # what there was that costs points

    def stream(self, name: StreamName, text: str) -> None:
        if text and name == "stderr":
            self.failed = self.failed or "stderr"
        text = self._fitting(text)
        if not text:
            return
        if self.kept and self.streams:
            last, written = self.streams[-1]
            if self.kept[-1] is last and last["name"] == name:
                written.append(text)
                return
        output: StreamOutput = {"output_type": "stream", "name": name, "text": ""}
        self.kept.append(output)
        self.streams.append((output, [text]))

    def add(self, output: Output) -> None:
        if output["output_type"] == "error":
            self.failed = "error"
        elif output["output_type"] != "stream":
            output = output | {"data": storable(output["data"])}
        size = len(repr(output))
        if size > self.room:
            self.cut = True
            return
        self.room -= size
        self.kept.append(output)

    def finish(self) -> list[Output]:
        for output, written in self.streams:
            output["text"] = "".join(written)
        self._keep_what_costs_points()
        if self.cut:
            note = "[The output was longer; the rest is left out.]\n"
            self.kept.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.kept

    def _keep_what_costs_points(self) -> None:
        """A flood of output must not wash it away."""
        if self.failed == "error" and not any(o["output_type"] == "error" for o in self.kept):
            self.kept.append(
                {"output_type": "error", "ename": "Error", "evalue": "[cut]", "traceback": []}
            )
        elif self.failed == "stderr" and not any(o.get("name") == "stderr" for o in self.kept):
            self.kept.append({"output_type": "stream", "name": "stderr", "text": "[cut]\n"})

    def _fitting(self, text: str) -> str:
        fitting = text[: max(self.room, 0)]
        self.cut = self.cut or len(fitting) < len(text)
        self.room -= len(fitting)
        return fitting


def storable(data: dict[str, object]) -> dict[str, object]:
    """A MIME bundle as far as a notebook can hold it: bytes in base64, the rest as JSON has it."""
    kept: dict[str, object] = {}
    for kind, value in data.items():
        if isinstance(value, (bytes, bytearray)):
            kept[kind] = base64.b64encode(value).decode()
            continue
        try:
            json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            continue
        kept[kind] = value
    return kept


class Stream(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: StreamName) -> None:
        self.outputs, self.name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.stream(self.name, text)
        return len(text)
