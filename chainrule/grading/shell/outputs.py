"""What a cell puts out, as notebook outputs of bounded size."""

import io
from typing import Any

NOTHING = object()


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
        self.failed = ""  # what there was of it that costs points: "stderr", "error"

    def stream(self, name: str, text: str) -> None:
        if text and name == "stderr":
            self.failed = self.failed or "stderr"
        text = self._fitting(text)
        if not text:
            return
        last = self.kept[-1] if self.kept else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.kept.append({"output_type": "stream", "name": name, "text": [text]})

    def add(self, output: dict[str, Any]) -> None:
        if output["output_type"] == "error":
            self.failed = "error"
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
        self._keep_what_costs_points()
        if self.cut:
            note = "[The output was longer; the rest is left out.]\n"
            self.kept.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.kept

    def _keep_what_costs_points(self) -> None:
        """A flood of output must not wash it away."""
        if self.failed == "error" and not any(o["output_type"] == "error" for o in self.kept):
            cut = {"output_type": "error", "ename": "Error", "evalue": "[cut]", "traceback": []}
            self.kept.append(cut)
        elif self.failed == "stderr" and not any(o.get("name") == "stderr" for o in self.kept):
            self.kept.append({"output_type": "stream", "name": "stderr", "text": "[cut]\n"})

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
