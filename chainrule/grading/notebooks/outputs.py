"""What is kept of a learner process's outputs: bounded before anything looks into it.

An honest process has bounded its outputs itself; what comes from another one may be anything that
a message can hold.
"""

import re
import time
from collections.abc import Sequence
from typing import Literal

from chainrule import safe_html

from ..plain_data import Output, StreamOutput
from ..wall.messages import KINDS

OUTPUTS = 1000  # of a cell
NOTEBOOK_BYTES = 16 * 1024 * 1024  # of all cells together
HTML_SECONDS = 3.0  # for cleaning the HTML of a notebook; what comes later is left out
_LINES = 200  # of a traceback
_SLACK = 1000  # for what an honest process says when it has cut its outputs itself
_FORM = 100  # what an output takes beyond its text
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)
_CUT: StreamOutput = {"output_type": "stream", "name": "stdout", "text": "[cut]\n"}


class Cleaner:
    """Cleans the outputs of a notebook's cells: text, bitmaps, and HTML without what can run.

    cell_bytes: kept of each cell.
    """

    def __init__(self, cell_bytes: int) -> None:
        self.cell = cell_bytes + _SLACK
        self.notebook = max(NOTEBOOK_BYTES, self.cell)
        self.seconds = HTML_SECONDS
        self.room = 0  # that is left for the cell
        self.cut = False

    def clean(self, outputs: Sequence[object]) -> list[Output]:
        """One cell's outputs, as far as they are what they should be."""
        before = self.room = min(self.cell, self.notebook)
        self.cut = len(outputs) > OUTPUTS
        kept = [one for output in outputs[:OUTPUTS] if (one := self._one(output)) is not None]
        self.notebook -= before - self.room
        return [*kept, _CUT.copy()] if self.cut else kept

    def _one(self, output: object) -> Output | None:
        if not isinstance(output, dict):
            return None
        kind = output.get("output_type")
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return None
        if self.room <= _FORM:
            self.cut = True
            return None
        self.room -= _FORM
        if kind == "stream":
            text = self._text(output.get("text"))
            name: Literal["stdout", "stderr"] = (
                "stderr" if output.get("name") == "stderr" else "stdout"
            )
            return {"output_type": "stream", "name": name, "text": text}
        if kind == "error":
            frames = output.get("traceback")
            lines = frames[:_LINES] if isinstance(frames, list) else []
            return {
                "output_type": "error",
                "ename": self._text(output.get("ename")),
                "evalue": self._text(output.get("evalue")),
                "traceback": [self._text(line) for line in lines],
            }
        data = output.get("data")
        if not isinstance(data, dict):
            return None
        shown: dict[str, object] = {}
        for mime in KINDS:
            if content := self._shown(mime, data.get(mime)):
                shown[mime] = content
        if not shown:
            return None
        if kind == "display_data":
            return {"output_type": "display_data", "data": shown, "metadata": {}}
        return {
            "output_type": "execute_result",
            "data": shown,
            "metadata": {},
            "execution_count": None,
        }

    def _shown(self, kind: str, content: object) -> str:
        if kind == "text/plain":
            return self._text(content)
        if not isinstance(content, str):
            return ""
        if len(content) > self.room:
            self.cut = True
            return ""
        if kind != "text/html" and not _BASE64.fullmatch(content):
            return ""
        shown = self._html(_encodable(content)) if kind == "text/html" else str(content)
        if len(shown) > self.room:  # cleaned, it may be longer
            self.cut = True
            return ""
        self.room -= len(shown)
        return shown

    def _html(self, markup: str) -> str:
        if self.seconds <= 0:
            self.cut = True
            return ""
        began = time.monotonic()
        cleaned = safe_html.clean(markup)
        self.seconds -= time.monotonic() - began
        return cleaned

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            return ""
        text = _encodable(value[: self.room])
        self.cut = self.cut or len(value) > self.room
        self.room -= len(text)
        return text


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
