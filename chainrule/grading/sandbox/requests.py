"""The learner process's answers to what the other side asks for; see `learner`."""

import base64
import sys
import types
from typing import assert_never

from chainrule.functions import Local

from ..forks.warm import forget_those_beside
from ..limits import Limits
from ..plain_data import Output
from ..shell.shell import KeepingShell, Namespace
from ..wall import carried, exceptions, handed_files, values
from ..wall.messages import (
    KINDS,
    Call,
    Called,
    Delete,
    Describe,
    Files,
    Get,
    ImportedModules,
    InSight,
    Modules,
    Probe,
    RanCell,
    Reply,
    Request,
    Run,
    Set,
    Written,
)
from ..wall.points import as_points
from ..wall.wire import Buffers, Wire
from .calls import call
from .functions import Exchange
from .stand_ins import StandIn

Answer = tuple[Reply, Buffers]


class Answers:
    """Answers requests, one method each."""

    def __init__(self, shell: KeepingShell, wire: Wire, limits: Limits) -> None:
        self.shell, self.limits = shell, limits
        self.exchange = Exchange(wire, self.to)
        self.names: Namespace = shell.user_ns
        self.handed = handed_files.Handed()
        self.imported_before = len(sys.modules)  # in the order in which they are imported

    def to(self, request: Request, buffers: Buffers) -> Answer:
        try:
            return self._to(request, buffers)
        except values.CannotCross as error:
            return {"cannot": str(error)}, []

    def _to(self, request: Request, buffers: Buffers) -> Answer:
        # What is asked most comes first. The type checker knows each request by its word.
        if request["do"] == "call":
            return self.call(request, buffers)
        if request["do"] == "get":
            return self.get(request, buffers)
        if request["do"] == "run":
            return self.run(request, buffers)
        if request["do"] == "set":
            return self.set(request, buffers)
        if request["do"] == "delete":
            return self.delete(request, buffers)
        if request["do"] == "describe":
            return self.describe(request, buffers)
        if request["do"] == "files":
            return self.files(request, buffers)
        if request["do"] == "written":
            return self.written(request, buffers)
        if request["do"] == "modules":
            return self.modules(request, buffers)
        if request["do"] == "probe":
            return self.probe(request, buffers)
        if request["do"] == "in_sight":
            return self.in_sight(request, buffers)
        assert_never(request)

    def probe(self, request: Probe, buffers: Buffers) -> Answer:
        from .faults import faults

        return {"faults": faults(request)}, []

    def in_sight(self, request: InSight, buffers: Buffers) -> Answer:
        from .visible import seen

        return {"seen": seen()}, []

    def files(self, request: Files, buffers: Buffers) -> Answer:
        left_out = self.handed.write(request["pieces"], buffers)
        forget_those_beside(path for path, _ in request["pieces"])
        return {"left_out": left_out}, []

    def written(self, request: Written, buffers: Buffers) -> Answer:
        return {"written": self.handed.written()}, []

    def modules(self, request: Modules, buffers: Buffers) -> Answer:
        imported: ImportedModules = {"modules": [*sys.modules][self.imported_before :]}
        return imported, []

    def run(self, request: Run, buffers: Buffers) -> Answer:
        before = StandIn.made
        outputs, error = self.shell.run(request["source"])
        ran: RanCell = {
            "outputs": [_images_as_text(output) for output in outputs],
            "error": None if error is None else exceptions.describe(error),
            "value": as_points(self.shell.outputs.value),
            "stood_in": StandIn.made > before,
        }
        return ran, []

    def get(self, request: Get, buffers: Buffers) -> Answer:
        if request["name"] not in self.names:
            return {"missing": True}, []
        value = self.names[request["name"]]
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}, []
        encoder = self.exchange.encoder()
        return {"value": encoder.encode(value)}, encoder.buffers

    def set(self, request: Set, buffers: Buffers) -> Answer:
        self.names[request["name"]] = self.exchange.decoder(buffers).decode(request["value"])
        return {"done": True}, []

    def delete(self, request: Delete, buffers: Buffers) -> Answer:
        if request["name"] not in self.names:
            return {"missing": True}, []
        del self.names[request["name"]]
        return {"done": True}, []

    def describe(self, request: Describe, buffers: Buffers) -> Answer:
        function = Local(self.exchange.ours[request["function"]])
        kept = sorted(function.reads.items())[:1000]
        return {"source": function.source[:100_000], "reads": dict(kept)}, []

    def call(self, request: Call, buffers: Buffers) -> Answer:
        answers: list[Called] = []
        out: Buffers = []
        seeds, start = request["seeds"], 0
        for code, count in request["calls"]:
            sown, seeds = seeds, []  # by the first of the calls
            its_own = buffers[start : start + count]
            start += count
            answer: Called
            more: Buffers
            try:
                with carried.as_set(sown, request["state"]):
                    answer, more = call(
                        self.exchange, request, code, its_own, self.limits.output_bytes
                    )
            except values.CannotCross as error:
                answer, more = {"cannot": str(error)}, []
            answers.append(answer | {"buffers": len(more)})
            out += more
        return {"answers": answers}, out


def _images_as_text(output: Output) -> Output:
    """Only text and bitmap images: nothing that a browser would run."""
    if output["output_type"] == "stream" or output["output_type"] == "error":
        return output
    kept: dict[str, object] = {}
    for kind in KINDS:
        value = output["data"].get(kind)
        if isinstance(value, bytes):
            kept[kind] = base64.b64encode(value).decode()
        elif isinstance(value, str):
            kept[kind] = value
    return output | {"data": kept, "metadata": {}}
