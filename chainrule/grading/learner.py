"""What runs in the learner process: the learner's cells, and calls of the learner's functions.

Nothing that this process says is trusted. It answers one request at a time:

    {"do": "probe", ...}                           {"faults": [...]}
    {"do": "files", "files": {path: buffer}}       {"done": true}
    {"do": "run", "source": "..."}                 {"outputs": [...], "error": [name, text] | null}
    {"do": "get", "name": "f"}                     {"value": ...} | {"missing": true}
    {"do": "set", "name": "f", "value": ...}       {"done": true}
    {"do": "delete", "name": "f"}                  {"done": true} | {"missing": true}
    {"do": "call", "function": 3, "calls": [...]}  {"answers": [{"value": ...} | {"raised": ...}]}
    {"do": "describe", "function": 3}              {"source": "...", "reads": {...}}

Each call is its arguments, and how many of the message's buffers are its own; so is each answer.
During a call it may itself ask {"call": 7, "args": ...} for a function that the test passed in.
"""

import inspect
import os
import socket
import sys
import types
import warnings
from pathlib import Path
from typing import Any

from . import raised, values
from .limits import Limits
from .shell import Outputs, Stream, fresh_randomness, new_shell
from .wire import Closed, Wire

_shell: Any = None


def prepare() -> None:
    """Make the shell, before any learner: it takes longer than most submissions."""
    global _shell
    _shell = new_shell(output_bytes=0, namespace={"__name__": "__main__"})
    _shell.run("")


def rehearse(notebooks: list[list[str]], limits: Limits) -> None:
    """Run cells that every learner has been given."""
    from .rehearse import run_cells

    for cells in notebooks:
        run_cells(_shell, cells, limits)


def serve(channel: socket.socket, place: str, limits: Limits) -> None:
    """Answer requests until the other side hangs up."""
    _leave_no_trace_of_parent(channel, place)
    _shell.outputs.limit = limits.output_bytes
    wire = Wire(channel)
    answers = Answers(wire, limits)
    while True:
        try:
            message, buffers = wire.receive()
        except Closed:
            return
        try:
            answer, out = answers.to(message, buffers)
        except values.CannotCross as error:
            answer, out = {"cannot": str(error)}, []
        try:
            wire.send(answer, out)
        except values.CannotCross as error:
            wire.send({"cannot": str(error)})


def _leave_no_trace_of_parent(channel: Any, place: str) -> None:
    """Keep one descriptor, an own working folder, and other random numbers than the siblings."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, 4096)
    os.makedirs(place, exist_ok=True)
    os.chdir(place)
    sys.path[:] = [p for p in sys.path if p] + [place]  # a numpy/ folder there hides nothing
    fresh_randomness()


class Answers:
    def __init__(self, wire: Wire, limits: Limits) -> None:
        self.wire = wire
        self.limits = limits
        self.functions: list[Any] = []
        self.theirs: dict[int, Any] = {}
        self.names = _shell.user_ns

    def to(self, message: dict[str, Any], buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        return getattr(self, message["do"])(message, buffers)

    def probe(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        from .probe import faults

        return {"faults": faults(message)}, []

    def files(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        for path, number in message["files"].items():
            place = Path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(buffers[number])
        return {"done": True}, []

    def run(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        outputs, error = _shell.run(message["source"])
        told = [_images_as_text(output) for output in outputs]
        return {"outputs": told, "error": error and raised.describe(error)}, []

    def get(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        name = message["name"]
        if name not in self.names:
            return {"missing": True}, []
        value = self.names[name]
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}, []
        return self._valued(value)

    def set(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        self.names[message["name"]] = self._decoder(buffers).decode(message["value"])
        return {"done": True}, []

    def delete(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        if message["name"] not in self.names:
            return {"missing": True}, []
        del self.names[message["name"]]
        return {"done": True}, []

    def describe(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        function = self.functions[message["function"]]
        try:
            source = inspect.getsource(function)
        except Exception:
            source = ""
        return {"source": source[:100_000], "reads": _reads(function)}, []

    def call(self, message: dict, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        answers, out, start = [], [], 0
        for args, count in message["calls"]:
            its_own = buffers[start : start + count]
            start += count
            try:
                answer, more = self._one(message, args, its_own)
            except values.CannotCross as error:
                answer, more = {"cannot": str(error)}, []
            answers.append(answer | {"buffers": len(more)})
            out += more
        return {"answers": answers}, out

    def _one(self, message: dict, sent: Any, buffers: list[bytes]) -> tuple[dict, list[bytes]]:
        decoder = self._decoder(buffers)
        args, kwargs = decoder.decode(sent)
        function = self.functions[message["function"]]
        outputs = Outputs(self.limits.output_bytes)
        outer = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(outputs, "stdout"), Stream(outputs, "stderr")
        floating = message.get("floating")
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                value, error = self._called(function, args, kwargs, floating)
        finally:
            sys.stdout, sys.stderr = outer
        answer, out = self._after(value, error, args, kwargs, decoder, sent, buffers)
        if outputs.kept:
            answer["outputs"] = outputs.finish()
        if warned:
            answer["warned"] = [_told(w) for w in warned[:20]]
        return answer, out

    def _called(self, function: Any, args: Any, kwargs: Any, floating: Any) -> tuple[Any, Any]:
        try:
            if floating:
                import numpy

                with numpy.errstate(**floating):
                    return function(*args, **kwargs), None
            return function(*args, **kwargs), None
        except BaseException as error:
            return None, error

    def _after(self, value, error, args, kwargs, decoder, sent, buffers):  # type: ignore[no-untyped-def]
        """The result, and the arguments as they are now if the call has changed them."""
        answer: dict[str, Any] = {}
        now = values.Encoder(self._function)
        try:
            # What the test's arguments were is known from what was sent; a lie about what they
            # are now can only hurt the one who tells it.
            code = now.encode([args, kwargs])
            if now.buffers != buffers or code != (_as_read(sent) if self.theirs else sent):
                answer["args"] = code
            else:
                now.buffers = []
        except values.CannotCross as trouble:
            return {"cannot": f"an argument that it changed to {trouble}"}, []
        known = {id(thing): number for number, thing in enumerate(decoder.mutable)}
        then = values.Encoder(self._function, known)
        then.buffers = now.buffers
        if error is not None:
            answer["raised"] = raised.describe(error)
        else:
            answer["value"] = then.encode(value)
        return answer, then.buffers

    def _valued(self, value: Any) -> tuple[dict, list[bytes]]:
        encoder = values.Encoder(self._function)
        return {"value": encoder.encode(value)}, encoder.buffers

    def _function(self, function: Any) -> Any:
        for number, theirs in self.theirs.items():
            if theirs is function:
                return {"yours": number}
        numbers = (n for n, known in enumerate(self.functions) if known is function)
        number = next(numbers, len(self.functions))
        if number == len(self.functions):
            self.functions.append(function)
        kind = "class" if isinstance(function, type) else "function"
        name = str(getattr(function, "__name__", type(function).__name__))
        doc = getattr(function, "__doc__", None)
        told = {"mine": number, "name": name[:200], "kind": kind}
        return told | {"doc": doc[:10_000] if isinstance(doc, str) else None}

    def _decoder(self, buffers: list[bytes]) -> values.Decoder:
        return values.Decoder(buffers, self._their_function)

    def _their_function(self, code: Any) -> Any:
        if "yours" in code:
            return self.functions[code["yours"]]
        number = code["mine"]
        if number not in self.theirs:
            self.theirs[number] = self._stand_in(number, code["name"])
        return self.theirs[number]

    def _stand_in(self, number: int, name: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            encoder = values.Encoder(self._function)
            code = encoder.encode([args, kwargs])
            self.wire.send({"call": number, "args": code}, encoder.buffers)
            message, buffers = self.wire.receive()
            decoder = self._decoder(buffers)
            if "raised" in message:
                raise raised.exception(message["raised"])
            return decoder.decode(message["value"])

        function.__name__ = function.__qualname__ = name
        return function


def _as_read(sent: Any) -> Any:
    # A function that was passed in is written back as the reader's own.
    if isinstance(sent, dict):
        if "function" in sent and "mine" in (sent["function"] or {}):
            return {"function": {"yours": sent["function"]["mine"]}}
        return {key: _as_read(value) for key, value in sent.items()}
    return [_as_read(item) for item in sent] if isinstance(sent, list) else sent


def _told(warned: warnings.WarningMessage) -> list[Any]:
    kinds = warned.category.__mro__
    name = next(kind.__name__ for kind in kinds if kind.__module__ == "builtins")
    return [name, str(warned.message)[:2000], "site-packages" not in warned.filename]


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


def _images_as_text(output: dict) -> dict:
    """Only text and bitmap images: nothing that a browser would run."""
    import base64

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
