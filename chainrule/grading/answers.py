"""The learner process's answers to what the other side asks for; see `learner`."""

import base64
import inspect
import types
from pathlib import Path
from typing import Any

from . import raised, values
from .calls import call
from .exchange import Exchange
from .limits import Limits
from .shell import KeepingShell
from .wire import Answer, Buffers, Message, Wire


class Answers:
    """Each method that is named for a request answers it."""

    def __init__(self, shell: KeepingShell, wire: Wire, limits: Limits) -> None:
        self.shell, self.limits = shell, limits
        self.exchange = Exchange(wire)
        self.names: dict[str, Any] = shell.user_ns

    def to(self, message: Message, buffers: Buffers) -> Answer:
        answer: Answer = getattr(self, message["do"])(message, buffers)
        return answer

    def probe(self, message: Message, buffers: Buffers) -> Answer:
        from .probe import faults

        return {"faults": faults(message)}, []

    def files(self, message: Message, buffers: Buffers) -> Answer:
        for path, number in message["files"].items():
            place = Path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(buffers[number])
        return {"done": True}, []

    def run(self, message: Message, buffers: Buffers) -> Answer:
        outputs, error = self.shell.run(message["source"])
        told = [_images_as_text(output) for output in outputs]
        return {"outputs": told, "error": error and raised.describe(error)}, []

    def get(self, message: Message, buffers: Buffers) -> Answer:
        name = message["name"]
        if name not in self.names:
            return {"missing": True}, []
        value = self.names[name]
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}, []
        return self._valued(value)

    def set(self, message: Message, buffers: Buffers) -> Answer:
        self.names[message["name"]] = self.exchange.decoder(buffers).decode(message["value"])
        return {"done": True}, []

    def delete(self, message: Message, buffers: Buffers) -> Answer:
        if message["name"] not in self.names:
            return {"missing": True}, []
        del self.names[message["name"]]
        return {"done": True}, []

    def describe(self, message: Message, buffers: Buffers) -> Answer:
        function = self.exchange.ours[message["function"]]
        try:
            source = inspect.getsource(function)
        except Exception:
            source = ""
        return {"source": source[:100_000], "reads": _reads(function)}, []

    def call(self, message: Message, buffers: Buffers) -> Answer:
        function = self.exchange.ours[message["function"]]
        options = self.limits.output_bytes, message.get("floating")
        answers: list[Message] = []
        out: Buffers = []
        start = 0
        for args, count in message["calls"]:
            its_own = buffers[start : start + count]
            start += count
            try:
                answer, more = call(self.exchange, function, args, its_own, *options)
            except values.CannotCross as error:
                answer, more = {"cannot": str(error)}, []
            answers.append(answer | {"buffers": len(more)})
            out += more
        return {"answers": answers}, out

    def _valued(self, value: Any) -> Answer:
        encoder = self.exchange.encoder()
        return {"value": encoder.encode(value)}, encoder.buffers


def _reads(function: Any) -> dict[str, str]:
    """The global names that a function's code reads, and the kind of what they name."""
    code = getattr(function, "__code__", None)
    names = getattr(function, "__globals__", {})
    found: dict[str, str] = {}
    waiting = [code] if code is not None else []
    while waiting:
        code = waiting.pop()
        waiting += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        for name in code.co_names:
            if name in names and len(found) < 1000:
                found[name] = _kind(names[name])
    return found


def _kind(value: Any) -> str:
    for kind, name in ((types.ModuleType, "module"), (type, "class")):
        if isinstance(value, kind):
            return name
    return "function" if callable(value) else type(value).__name__


def _images_as_text(output: dict[str, Any]) -> dict[str, Any]:
    """Only text and bitmap images: nothing that a browser would run."""
    data = output.get("data")
    if data is None:
        return output
    kept: dict[str, str] = {}
    for kind in ("text/plain", "text/html", "image/png", "image/jpeg"):
        value = data.get(kind)
        if isinstance(value, bytes):
            kept[kind] = base64.b64encode(value).decode()
        elif isinstance(value, str):
            kept[kind] = value
    return output | {"data": kept, "metadata": {}}
