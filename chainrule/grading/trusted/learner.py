"""The trusted side of the wall: a learner's notebook, its names and functions.

What comes from there is untrusted plain data.
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from ... import records
from ..limits import Limits
from ..wall import carried, values
from ..wall.exceptions import describe, exception
from ..wall.messages import Start
from ..wall.trouble import Gone, Machinery, NeedsPerson
from ..wall.wire import Answer, Buffers, Message
from .function import RemoteFunction, filtered, floating, warn
from .overwrite import overwrite
from .process import Process


class Learner:
    """A learner's running notebook. start, files: see `Process`."""

    def __init__(self, start: Start, files: dict[str, bytes], limits: Limits) -> None:
        self.process = Process(start, files, limits, self._called)
        self.described: dict[tuple[int, int], Message] = {}  # by the process's life, and handle
        self.ours: list[Any] = []
        self.iterates = False  # whether the running cell catches StopIteration
        self.seeds: list[list[Any]] = []  # that the test has sown since the last call
        self.state = carried.state()  # of this process, before any cell has set it
        self.filters: list[Any] = []  # of warnings, as the running cell began
        self.texts = False  # whether any text has come from the learner's code
        self.asked = False  # whether the running cell came as far as anything of the learner's

    @property
    def life(self) -> int:
        return self.process.life

    def needs_person(self, reason: str) -> NoReturn:
        self.process.needs_person(reason)

    def unfinished(self, reason: str) -> NoReturn:
        self.process.unfinished(reason)

    def run(self, source: str, known: bool) -> tuple[list[Any], list[Any] | None]:
        """Run one cell; its outputs, and its error's type and text. Raises Gone.

        known: it is an answer or a cell of the instructor, no cell of the learner's own.
        """
        outputs, error, _ = self._run(source)
        self.process.ran.append((source, known))
        return outputs, error

    def run_valued(self, source: str) -> tuple[list[Any], list[Any] | None, float | None]:
        """The same, and the number that the cell's last expression gives, if it is one."""
        outputs, error, answer = self._run(source)
        self.process.ran.append((source, True))
        value = answer.get("value")
        return outputs, error, value if type(value) in (int, float) else None

    def _run(self, source: str) -> tuple[list[Any], list[Any] | None, Message]:
        self.described = {}
        try:
            answer = self._answer_to_run(source)
        except Gone as gone:
            self.process.renew(gone)
            answer = self._answer_to_run(source)
        error = answer.get("error")
        return answer["outputs"], error if isinstance(error, list) else None, answer

    def _answer_to_run(self, source: str) -> Message:
        answer, _ = self.process.ask({"do": "run", "source": source})
        if not isinstance(answer.get("outputs"), list):
            self.process.lost(records.CRASHED, "it sent what is no output")
        return answer

    def get(self, name: str) -> tuple[Any, str | None]:
        """The value of a name, and the module's name if it is one. Raises KeyError and so on."""
        self.asked = True
        request = {"do": "get", "name": name}
        try:
            answer, buffers = self.process.ask(request)
        except Gone as gone:
            if not self.process.used:
                self.process.mend(gone)
            else:
                self.process.renew(gone)
            answer, buffers = self.process.ask(request)
        if answer.get("missing"):
            raise KeyError(name)
        if "module" in answer:
            return None, str(answer["module"])
        value = self._value(answer, buffers, f"`{name}` is")
        if isinstance(value, RemoteFunction):
            value.found_as = name
        return value, None

    def set(self, name: str, value: Any) -> None:
        """Raises values.CannotCross, Gone."""
        encoder = values.Encoder(self._function)
        code = encoder.encode(value)
        self.process.ask({"do": "set", "name": name, "value": code}, encoder.buffers)

    def delete(self, name: str) -> None:
        """Raises KeyError, Gone."""
        answer, _ = self.process.ask({"do": "delete", "name": name})
        if answer.get("missing"):
            raise KeyError(name)

    def describe(self, function: RemoteFunction) -> dict[str, Any]:
        """The text of the definition, and what it reads: both as long as no cell runs."""
        handle = self._handle(function)
        if (self.life, handle) not in self.described:
            answer, _ = self.process.ask({"do": "describe", "function": handle})
            self.described[self.life, handle] = answer
        return self.described[self.life, handle]

    def call(
        self, function: RemoteFunction, given: Sequence[tuple[Sequence[Any], dict[str, Any]]]
    ) -> list[Callable[[], Any]]:
        """Call it over there with each of these arguments, one after the other.

        What is returned gives, for each call, its result when called, or raises what it raised.
        Raises Gone, or NeedsPerson.
        """
        self.asked = True
        encoders, calls, buffers = [], [], []
        for args, kwargs in given:
            encoder = values.Encoder(self._function)
            try:
                calls.append([encoder.encode([list(args), kwargs]), len(encoder.buffers)])
            except values.CannotCross as error:
                self.process.needs_person(f"the test passes {error} to `{function.__name__}`")
            encoders.append(encoder)
            buffers += encoder.buffers
        message: Message = {"do": "call", "calls": calls}
        if (errors := floating()) is not None:
            message["floating"] = errors
        message["warn_always"] = filtered(self.filters)
        message["seeds"], self.seeds[:] = self.seeds[:], []
        state = carried.state()
        message["state"] = state if state != self.state else {}
        try:
            found = self._answers_to_call(function, message, buffers)
        except Gone as gone:
            self.process.renew(gone)
            found = self._answers_to_call(function, message, buffers)
        return [
            partial(self._result, function, list(args), kwargs, encoder, *one)
            for (args, kwargs), encoder, one in zip(given, encoders, found, strict=True)
        ]

    def _answers_to_call(
        self, function: RemoteFunction, message: Message, buffers: Buffers
    ) -> list[Answer]:
        self.process.in_use = True
        message["function"] = self._handle(function)
        answer, received = self.process.ask(message, buffers)
        return self._answers(answer, received, len(message["calls"]))

    def _answers(self, answer: Message, received: Buffers, count: int) -> list[Answer]:
        """The answer to each call, and the buffers that are its own."""
        answers, found, start = answer.get("answers"), [], 0
        for one in answers if isinstance(answers, list) else []:
            its_own = one.get("buffers") if isinstance(one, dict) else None
            if type(its_own) is not int or its_own < 0:
                break
            found.append((one, received[start : start + its_own]))
            start += its_own
        if len(found) != count or start != len(received):
            self.process.lost(records.CRASHED, "it sent what is no answer")
        return found

    def _result(
        self,
        function: RemoteFunction,
        args: list[Any],
        kwargs: dict[str, Any],
        encoder: values.Encoder,
        answer: dict[str, Any],
        buffers: list[bytes],
    ) -> Any:
        self.process.refuse(answer)
        self._put_out(answer)
        if "objects" in answer:
            try:
                decoder = self._decoder(buffers, encoder.mutable)
                codes = answer["objects"] if isinstance(answer["objects"], list) else []
                overwrite(encoder.mutable, [self._decoded(decoder, code) for code in codes])
            except (values.Malformed, ValueError, RuntimeError) as error:
                self.process.needs_person(f"`{function.__name__}` changed its arguments: {error}")
        if "raised" in answer:
            raise self._exception(answer["raised"])
        # The mutable objects were numbered as they were written; the first is our own list.
        return self._value(answer, buffers, f"`{function.__name__}` gave back", encoder.mutable)

    def _handle(self, function: RemoteFunction) -> int:
        self.process.be_there()  # in a new process, functions have other numbers
        if function.life != self.life:
            if function.found_as is None:
                self.process.lost(records.CRASHED, "the process in which the function was is gone")
            again, _ = self.get(function.found_as)
            if not isinstance(again, RemoteFunction):
                self.process.lost(records.CRASHED, "the process in which the function was is gone")
            function.handle, function.life = again.handle, again.life
        return function.handle

    def _function(self, function: Any) -> Any:
        if isinstance(function, RemoteFunction):
            return {"yours": self._handle(function)}
        if function not in self.ours:
            self.ours.append(function)
        name = getattr(function, "__name__", "function")
        return {"mine": self.ours.index(function), "name": name}

    def _decoder(self, buffers: list[bytes], known: list[Any] | None = None) -> values.Decoder:
        return values.Decoder(buffers, self._their_function, known)

    def _their_function(self, code: Any) -> Any:
        if "yours" in code:
            if type(code["yours"]) is not int or not 0 <= code["yours"] < len(self.ours):
                raise values.Malformed("no function")
            return self.ours[code["yours"]]
        if type(code["mine"]) is not int:
            raise values.Malformed("no function")
        return RemoteFunction(self, code)

    def _value(
        self, answer: dict[str, Any], buffers: Any, what: str, known: list[Any] | None = None
    ) -> Any:
        try:
            return self._decoded(self._decoder(buffers, known), answer["value"])
        except (values.Malformed, KeyError) as error:
            self.process.needs_person(f"{what} {error}")

    def _decoded(self, decoder: values.Decoder, code: Any) -> Any:
        value = decoder.decode(code)
        self.texts = self.texts or decoder.texts
        return value

    def _exception(self, told: Any) -> BaseException:
        self.texts = True
        try:
            error = exception(told)
        except (TypeError, ValueError):
            self.process.lost(records.CRASHED, "it sent what is no exception")
        if isinstance(error, (StopIteration, StopAsyncIteration)) and not self.iterates:
            # It would end a `zip`, a `map` or an `all` in the test, which then passes. In a
            # generator Python itself makes a RuntimeError of it, for the same reason (PEP 479).
            return exception(["RuntimeError", f"the function raised {told[0]}", told[2]])
        return error

    def _called(self, request: Message, buffers: Buffers) -> Answer:
        """The learner's code calls a function that the test handed it."""
        encoder = values.Encoder(self._function)
        try:
            function = self.ours[request["call"]]
            args, kwargs = self._decoded(self._decoder(buffers), request["args"])
            return {"value": encoder.encode(function(*args, **kwargs))}, encoder.buffers
        except (Gone, NeedsPerson, Machinery, values.Malformed, values.CannotCross):
            raise
        except Exception as error:
            return {"raised": describe(error)}, []

    def _put_out(self, answer: dict[str, Any]) -> None:
        """What a call printed and warned of, printed and warned of here, as if it ran here."""
        for output in answer.get("outputs") or []:
            if isinstance(output, dict) and output.get("output_type") == "stream":
                stream = sys.stderr if output.get("name") == "stderr" else sys.stdout
                stream.write(str(output.get("text", "")))
        for told in answer.get("warned") or []:
            if isinstance(told, list) and len(told) == 3:
                warn(str(told[0]), str(told[1]), bool(told[2]))
