"""The trusted side of the wall: a learner's notebook, its names and functions.

What comes from there is untrusted plain data.
"""

import contextlib
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from ... import records
from ..limits import Limits
from ..wall import carried, values
from ..wall.exceptions import describe, exception
from ..wall.messages import Call, CalledBack, Code, Operation, Said, Start
from ..wall.trouble import Gone, Machinery, NeedsPerson
from ..wall.wire import Buffers
from .function import Arguments, Operator, RemoteFunction, filtered, floating, warn
from .object import RemoteObject
from .overwrite import overwrite
from .process import Process

# A test that looks for the end of an iteration, and does not only let it happen.
_CATCHES_THE_END = re.compile(r"(except|[Rr]aises|suppress)\b[^\n]*\bStop(Async)?Iteration")
CellRan = tuple[list[Any], list[Any] | None]  # its outputs, and its error's type and text


class LearnersNotebook:
    """A learner's running notebook. start, files: see `Process`."""

    def __init__(self, start: Start, files: dict[str, bytes], limits: Limits) -> None:
        self.process = Process(start, files, limits, self._called)
        self.described: dict[tuple[int, int], Said] = {}  # by the process's life, and handle
        self.ours: list[Any] = []
        self.things: dict[tuple[int, int], RemoteObject] = {}  # by the process's life, and handle
        self.iterates = False  # whether the running cell catches StopIteration
        self.seeds: list[carried.Seed] = []  # that the test has sown since the last call
        self.state = carried.state()  # of this process, before any cell has set it
        self.filters: list[Any] = []  # of warnings, as the running cell began
        self.texts = False  # whether any text has come from the learner's code
        self.stood_in = False  # whether the last cell says that it has used a stand-in
        self.asked = False  # whether the running cell came as far as anything of the learner's

    @property
    def life(self) -> int:
        return self.process.life

    def needs_person(self, reason: str) -> NoReturn:
        self.process.needs_person(reason)

    def unfinished(self, reason: str) -> NoReturn:
        self.process.unfinished(reason)

    @contextlib.contextmanager
    def asked_by(self, source: str, away: Callable[[bool], None]) -> Iterator[None]:
        """Meanwhile a trusted cell with this text runs. away: see `Process.serving`."""
        self.asked = False
        self.iterates = bool(_CATCHES_THE_END.search(source))
        self.filters = list(warnings.filters)
        self.seeds.clear()  # a locked cell's own are sown on both sides
        with self.process.serving(away):
            yield

    def run(self, source: str, known: bool) -> CellRan:
        """Run one cell. Raises Gone.

        known: it is an answer or a cell of the instructor, no cell of the learner's own.
        """
        ran, _ = self._run(source)
        self.process.ran.append((source, known))
        return ran

    def run_valued(self, source: str) -> tuple[CellRan, float | None]:
        """The same, and the number that the cell's last expression gives, if it is one."""
        ran, value = self._run(source)
        self.process.ran.append((source, True))
        return ran, value

    def _run(self, source: str) -> tuple[CellRan, float | None]:
        self.described = {}
        try:
            return self._ran(source)
        except Gone as gone:
            self.process.renew(gone)
            return self._ran(source)

    def _ran(self, source: str) -> tuple[CellRan, float | None]:
        answer, _ = self.process.ask({"do": "run", "source": source})
        outputs, error, value = answer.get("outputs"), answer.get("error"), answer.get("value")
        if not isinstance(outputs, list):
            self.process.lost(records.CRASHED, "it sent what is no output")
        self.stood_in = answer.get("stood_in") is not False
        # By its exact type: true and false are numbers to Python.
        number = value if type(value) is int or type(value) is float else None
        return (outputs, error if isinstance(error, list) else None), number

    def written(self) -> set[str]:
        """The files of its working folder that are not as they were handed in; it may say less."""
        answer, _ = self.process.ask({"do": "written"})
        paths = answer.get("written")
        return (
            {path for path in paths if isinstance(path, str)} if isinstance(paths, list) else set()
        )

    def modules(self) -> list[str]:
        """What its cells have imported, as they say."""
        answer, _ = self.process.ask({"do": "modules"})
        names = answer.get("modules")
        return [str(name) for name in names] if isinstance(names, list) else []

    def get(self, name: str) -> tuple[Any, str | None]:
        """The value of a name, and the module's name if it is one. Raises KeyError and so on."""
        self.asked = True
        try:
            answer, buffers = self.process.ask({"do": "get", "name": name})
        except Gone as gone:
            if not self.process.used:
                self.process.mend(gone)
            else:
                self.process.renew(gone)
            answer, buffers = self.process.ask({"do": "get", "name": name})
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
        encoder = self._encoder()
        code = encoder.encode(value)
        self.process.ask({"do": "set", "name": name, "value": code}, encoder.buffers)

    def delete(self, name: str) -> None:
        """Raises KeyError, Gone."""
        answer, _ = self.process.ask({"do": "delete", "name": name})
        if answer.get("missing"):
            raise KeyError(name)

    def describe(self, function: RemoteFunction) -> Said:
        """The text of the definition, and what it reads: both as long as no cell runs."""
        handle = self._handle(function)
        if (self.life, handle) not in self.described:
            answer, _ = self.process.ask({"do": "describe", "function": handle})
            self.described[self.life, handle] = answer
        return self.described[self.life, handle]

    def operate(self, operation: Operation, *arguments: Any) -> Any:
        """Do it over there; what comes of it. Raises what that raises, Gone, or NeedsPerson."""
        (result,) = self.call(Operator(operation), [(arguments, {})])
        return result()

    def call(
        self,
        function: RemoteFunction | Operator,
        given: Sequence[Arguments],
        instead: Mapping[str, Callable[..., Any]] | None = None,
    ) -> list[Callable[[], Any]]:
        """Call it over there with each of these arguments, one after the other.

        instead: functions of the test's that meanwhile take the place of those with these names.
        What is returned gives, for each call, its result when called, or raises what it raised.
        Raises Gone, or NeedsPerson.
        """
        self.asked = True
        encoders: list[values.Encoder] = []
        calls: list[tuple[Code, int]] = []
        buffers: Buffers = []
        for args, kwargs in given:
            encoder = self._encoder()
            try:
                calls.append((encoder.encode([list(args), kwargs]), len(encoder.buffers)))
            except values.CannotCross as error:
                self.process.needs_person(f"the test passes {error} to `{function.__name__}`")
            encoders.append(encoder)
            buffers += encoder.buffers
        seeds, self.seeds[:] = self.seeds[:], []
        state = carried.state()
        message: Call = {
            "do": "call",
            "function": function.handle,
            "calls": calls,
            "floating": floating(),
            "warn_always": filtered(self.filters),
            "seeds": seeds,
            "state": state if state != self.state else {},
        }
        if instead:
            message["instead"] = self._encoder().encode(dict(instead))
        try:
            found = self._answers_to_call(function, message, buffers)
        except Gone as gone:
            self.process.renew(gone)
            found = self._answers_to_call(function, message, buffers)
        return [
            partial(self._result, function, encoder, *one)
            for encoder, one in zip(encoders, found, strict=True)
        ]

    def _answers_to_call(
        self, function: RemoteFunction | Operator, message: Call, buffers: Buffers
    ) -> list[tuple[Said, Buffers]]:
        self.process.in_use = True
        if isinstance(function, RemoteFunction):
            message["function"] = self._handle(function)
        answer, received = self.process.ask(message, buffers)
        return self._answers(answer, received, len(message["calls"]))

    def _answers(self, answer: Said, received: Buffers, count: int) -> list[tuple[Said, Buffers]]:
        """The answer to each call, and the buffers that are its own."""
        answers, start = answer.get("answers"), 0
        found: list[tuple[Said, Buffers]] = []
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
        function: RemoteFunction | Operator,
        encoder: values.Encoder,
        answer: Said,
        buffers: Buffers,
    ) -> Any:
        self.process.refuse(answer)
        self._put_out(answer)
        if "objects" in answer:
            try:
                decoder = self._decoder(buffers, encoder.mutable)
                codes = answer["objects"]
                news = [self._decoded(decoder, code) for code in _as_list(codes)]
                overwrite(encoder.mutable, news)
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
        return values.Decoder(buffers, self._their_function, known, self._their_thing)

    def _encoder(self) -> values.Encoder:
        return values.Encoder(self._function, thing=self._thing, stands_for=RemoteObject)

    def _their_thing(self, code: Code) -> RemoteObject:
        if type(code.get("mine")) is not int:
            raise values.Malformed("no object")
        key = self.life, code["mine"]
        if key not in self.things:
            self.things[key] = RemoteObject(self, code["mine"], code)
        return self.things[key]

    def _thing(self, thing: RemoteObject) -> Any:
        self.process.be_there()
        if thing._life != self.life:
            self.process.lost(records.CRASHED, "the process in which the object was is gone")
        return {"yours": thing._handle}

    def _their_function(self, code: Code) -> Any:
        if "yours" in code:
            return self._numbered(code["yours"])
        if type(code["mine"]) is not int:
            raise values.Malformed("no function")
        return RemoteFunction(self, code["mine"], code)

    def _numbered(self, number: object) -> Any:
        """The function of a test's that was handed over with this number. Raises Malformed."""
        if type(number) is not int or not 0 <= number < len(self.ours):
            raise values.Malformed("no function")
        return self.ours[number]

    def _value(
        self, answer: Said, buffers: Buffers, what: str, known: list[Any] | None = None
    ) -> Any:
        try:
            return self._decoded(self._decoder(buffers, known), answer["value"])
        except (values.Malformed, KeyError) as error:
            self.process.needs_person(f"{what} {error}")

    def _decoded(self, decoder: values.Decoder, code: Code) -> Any:
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

    def _called(self, request: Said, buffers: Buffers) -> tuple[CalledBack, Buffers]:
        """The learner's code calls a function that the test handed it."""
        encoder = self._encoder()
        try:
            function = self._numbered(request["call"])
            args, kwargs = self._decoded(self._decoder(buffers), request["args"])
            return {"value": encoder.encode(function(*args, **kwargs))}, encoder.buffers
        except (Gone, NeedsPerson, Machinery, values.Malformed, values.CannotCross):
            raise
        except Exception as error:
            return {"raised": describe(error)}, []

    def _put_out(self, answer: Said) -> None:
        """What a call printed and warned of, printed and warned of here, as if it ran here."""
        for output in _as_list(answer.get("outputs")):
            if isinstance(output, dict) and output.get("output_type") == "stream":
                stream = sys.stderr if output.get("name") == "stderr" else sys.stdout
                stream.write(str(output.get("text", "")))
        for told in _as_list(answer.get("warned")):
            if isinstance(told, list) and len(told) == 3:
                warn(str(told[0]), str(told[1]), bool(told[2]))


def _as_list(said: object) -> list[Any]:
    """What was said, if it is a list; else nothing."""
    return said if isinstance(said, list) else []
