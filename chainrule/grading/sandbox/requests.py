"""The learner process's answers to what the other side asks for; see `learner`."""

import base64
import types
from typing import Any

from chainrule.functions import Local

from ..limits import Limits
from ..shell.shell import KeepingShell
from ..wall import carried, exceptions, handed_files, values
from ..wall.messages import KINDS
from ..wall.points import as_points
from ..wall.wire import Answer, Buffers, Message, Wire
from .calls import call
from .functions import Exchange


class Answers:
    """Each method that is named for a request answers it."""

    def __init__(self, shell: KeepingShell, wire: Wire, limits: Limits) -> None:
        self.shell, self.limits = shell, limits
        self.exchange = Exchange(wire, self.to)
        self.names: dict[str, Any] = shell.user_ns

    def to(self, message: Message, buffers: Buffers) -> Answer:
        try:
            answer: Answer = getattr(self, message["do"])(message, buffers)
            return answer
        except values.CannotCross as error:
            return {"cannot": str(error)}, []

    def probe(self, message: Message, buffers: Buffers) -> Answer:
        from .faults import faults

        return {"faults": faults(message)}, []

    def in_sight(self, message: Message, buffers: Buffers) -> Answer:
        from .visible import seen

        return {"seen": seen()}, []

    def files(self, message: Message, buffers: Buffers) -> Answer:
        return {"left_out": handed_files.write(message["pieces"], buffers)}, []

    def run(self, message: Message, buffers: Buffers) -> Answer:
        outputs, error = self.shell.run(message["source"])
        told = [_images_as_text(output) for output in outputs]
        value = as_points(self.shell.outputs.value)
        return {"outputs": told, "error": error and exceptions.describe(error), "value": value}, []

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
        function = Local(self.exchange.ours[message["function"]])
        kept = sorted(function.reads.items())[:1000]
        return {"source": function.source[:100_000], "reads": dict(kept)}, []

    def call(self, message: Message, buffers: Buffers) -> Answer:
        function = self.exchange.ours[message["function"]]
        always = bool(message.get("warn_always"))
        options = self.limits.output_bytes, message.get("floating"), always
        answers: list[Message] = []
        out: Buffers = []
        start = 0
        for args, count in message["calls"]:
            seeds, message["seeds"] = message.get("seeds", []), []
            its_own = buffers[start : start + count]
            start += count
            try:
                with carried.as_set(seeds, message.get("state", {})):
                    answer, more = call(self.exchange, function, args, its_own, *options)
            except values.CannotCross as error:
                answer, more = {"cannot": str(error)}, []
            answers.append(answer | {"buffers": len(more)})
            out += more
        return {"answers": answers}, out

    def _valued(self, value: Any) -> Answer:
        encoder = self.exchange.encoder()
        return {"value": encoder.encode(value)}, encoder.buffers


def _images_as_text(output: dict[str, Any]) -> dict[str, Any]:
    """Only text and bitmap images: nothing that a browser would run."""
    data = output.get("data")
    if data is None:
        return output
    kept: dict[str, str] = {}
    for kind in KINDS:
        value = data.get(kind)
        if isinstance(value, bytes):
            kept[kind] = base64.b64encode(value).decode()
        elif isinstance(value, str):
            kept[kind] = value
    return output | {"data": kept, "metadata": {}}
