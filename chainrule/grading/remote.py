"""The trusted side of the wall: a learner process and the functions in it.

What comes from there is untrusted plain data. When a learner process ends, or does not answer in
time, `Gone` says why; the next request starts another one, in which the cells that came back before
run again.
"""

import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

from . import records, values
from .function import RemoteFunction, floating, warn
from .guard import ending
from .limits import Limits
from .overwrite import overwrite
from .raised import describe, exception
from .sandbox import Start
from .trouble import Gone, NeedsPerson
from .wire import Answer, Buffers, Closed, Message, Wire


class Learner:
    """A learner's running notebook.

    start: starts a learner process; returns its wire and the line to its guard.
    files: the files in its working folder, path -> content.
    """

    def __init__(self, start: Start, files: dict[str, bytes], limits: Limits) -> None:
        self.start, self.files, self.limits = start, files, limits
        self.ends = time.monotonic() + limits.notebook_seconds
        self.deadline = self.ends
        self.ran: list[tuple[str, bool]] = []  # sources, and whether the cell is the instructor's
        self.mended = False  # only the instructor's cells and the answers run again
        self.wire: Wire | None = None
        self.line: socket.socket | None = None
        self.life = 0  # counts the processes: functions of an earlier one are gone
        self.described: dict[int, dict[str, Any]] = {}
        self.ours: list[Any] = []
        self.trouble: list[Gone | NeedsPerson] = []  # in this cell, also where a test hid it

    def begin(self) -> None:
        """A cell begins; its time runs from now."""
        self.trouble = []
        self.deadline = min(time.monotonic() + self.limits.cell_seconds, self.ends)

    def run(self, source: str, known: bool) -> tuple[list[Any], list[Any] | None]:
        """Run one cell; its outputs, and its error's type and text. Raises Gone.

        known: it is an answer or a cell of the instructor, no cell of the learner's own.
        """
        self.described = {}
        answer, _ = self._ask({"do": "run", "source": source})
        outputs, error = answer.get("outputs"), answer.get("error")
        if not isinstance(outputs, list):
            self._lost(records.CRASHED, "it sent what is no output")
        self.ran.append((source, known))
        return outputs, error if isinstance(error, list) else None

    def get(self, name: str) -> tuple[Any, str | None]:
        """The value of a name, and the module's name if it is one. Raises KeyError and so on."""
        request = {"do": "get", "name": name}
        try:
            answer, buffers = self._ask(request)
        except Gone as gone:
            # No question's code ran: a cell of the learner's own has broken the process itself.
            if self.mended or gone.verdict != records.CRASHED:
                raise
            self.mended = True
            self.trouble.remove(gone)
            answer, buffers = self._ask(request)
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
        self._ask({"do": "set", "name": name, "value": code}, encoder.buffers)

    def delete(self, name: str) -> None:
        """Raises KeyError, Gone."""
        answer, _ = self._ask({"do": "delete", "name": name})
        if answer.get("missing"):
            raise KeyError(name)

    def describe(self, function: RemoteFunction) -> dict[str, Any]:
        """The text of the definition, and what it reads: both as long as no cell runs."""
        handle = self._handle(function)
        if handle not in self.described:
            self.described[handle] = self._ask({"do": "describe", "function": handle})[0]
        return self.described[handle]

    def call(
        self, function: RemoteFunction, given: Sequence[tuple[Sequence[Any], dict[str, Any]]]
    ) -> list[Callable[[], Any]]:
        """Call it over there with each of these arguments, one after the other.

        What is returned gives, for each call, its result when called, or raises what it raised.
        Raises Gone, or NeedsPerson.
        """
        encoders, calls, buffers = [], [], []
        for args, kwargs in given:
            encoder = values.Encoder(self._function)
            try:
                calls.append([encoder.encode([list(args), kwargs]), len(encoder.buffers)])
            except values.CannotCross as error:
                self.needs_person(f"the test passes {error} to `{function.__name__}`")
            encoders.append(encoder)
            buffers += encoder.buffers
        message = {"do": "call", "function": self._handle(function), "calls": calls}
        if (state := floating()) is not None:
            message["floating"] = state
        answer, received = self._ask(message, buffers)
        return [
            partial(self._result, function, list(args), kwargs, encoder, *one)
            for (args, kwargs), encoder, one in zip(
                given, encoders, self._answers(answer, received, len(calls)), strict=True
            )
        ]

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
            self._lost(records.CRASHED, "it sent what is no answer")
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
        self._refuse(answer)
        self._put_out(answer)
        if "args" in answer:
            try:
                overwrite([args, kwargs], self._decoder(buffers).decode(answer["args"]))
            except (values.Malformed, ValueError, RuntimeError) as error:
                self.needs_person(f"`{function.__name__}` changed its arguments: {error}")
        if "raised" in answer:
            raise self._exception(answer["raised"])
        # The mutable objects were numbered as they were written; the first is our own list.
        return self._value(answer, buffers, f"`{function.__name__}` gave back", encoder.mutable)

    def close(self) -> None:
        for channel in (self.wire, self.line):
            if channel is not None:
                channel.close()
        self.wire = self.line = None

    def _ask(
        self, message: Any, buffers: list[bytes] | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        if self.wire is None:
            self._restart()
        return self._exchange(message, buffers)

    def _restart(self) -> None:
        if time.monotonic() >= self.ends:
            seconds = self.limits.notebook_seconds
            gone = Gone(records.TIME_OUT, f"the notebook's {seconds:g} s were used up before this")
            self.trouble.append(gone)
            raise gone
        began, deadline = time.monotonic(), self.deadline
        self.deadline = self.ends  # what came back once may take its time again
        channel, self.line = self.start()
        self.wire = Wire(channel)
        self.life += 1
        self.described = {}
        if self.files:
            numbers = {path: number for number, path in enumerate(self.files)}
            self._exchange({"do": "files", "files": numbers}, list(self.files.values()))
        for source, known in self.ran:
            if known or not self.mended:
                self._exchange({"do": "run", "source": source})
        self.deadline = min(deadline + time.monotonic() - began, self.ends)

    def _exchange(
        self, message: Any, buffers: list[bytes] | None = None
    ) -> tuple[dict[str, Any], list[Any]]:
        assert self.wire is not None
        try:
            self.wire.send(message, buffers, self.deadline)
            while True:
                answer, received = self.wire.receive(self.deadline)
                if not isinstance(answer, dict):
                    raise values.Malformed("no answer")
                if "call" not in answer:
                    break
                self._call_back(answer, received)
        except TimeoutError:
            self._lost(records.TIME_OUT, "")
        except (Closed, OSError):
            self._ended()
        except values.CannotCross as error:
            self.needs_person(f"the test passes {error}")
        except values.Malformed as error:
            self._lost(records.CRASHED, f"it sent what is no answer: {error}")
        self._refuse(answer)
        return answer, received

    def _refuse(self, answer: dict[str, Any]) -> None:
        if "cannot" in answer:
            self.needs_person(f"the learner's code gave {answer['cannot']}, which cannot cross")

    def _call_back(self, request: dict[str, Any], buffers: list[bytes]) -> None:
        """The learner's code calls a function that the test handed it."""
        assert self.wire is not None
        encoder = values.Encoder(self._function)
        try:
            function = self.ours[request["call"]]
            args, kwargs = self._decoder(buffers).decode(request["args"])
            answer = {"value": encoder.encode(function(*args, **kwargs))}
        except (Gone, NeedsPerson, values.Malformed, values.CannotCross):
            raise
        except Exception as error:
            answer = {"raised": describe(error)}
        self.wire.send(answer, encoder.buffers, self.deadline)

    def _lost(self, verdict: str, reason: str) -> NoReturn:
        self.close()
        seconds = self.limits.cell_seconds
        if verdict == records.TIME_OUT and not reason:
            out = time.monotonic() >= self.ends
            what = f"the notebook took {self.limits.notebook_seconds:g} s" if out else ""
            reason = what or f"it did not come back within {seconds:g} s"
        self.trouble.append(Gone(verdict, reason))
        raise self.trouble[-1]

    def _ended(self) -> NoReturn:
        """The wire closed by itself: ask the guard how the process ended."""
        assert self.line is not None
        self.line.settimeout(5)
        try:
            told = json.loads(self.line.recv(1 << 16))
        except (OSError, ValueError):
            told = {}
        self._lost(*ending(told, self.limits))

    def needs_person(self, reason: str) -> NoReturn:
        self.trouble.append(NeedsPerson(reason))
        raise self.trouble[-1]

    def _handle(self, function: RemoteFunction) -> int:
        if function.life != self.life:
            if function.found_as is None:
                self._lost(records.CRASHED, "the process in which the function was is gone")
            again, _ = self.get(function.found_as)
            if not isinstance(again, RemoteFunction):
                self._lost(records.CRASHED, "the process in which the function was is gone")
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
            return self.ours[code["yours"]]
        if type(code["mine"]) is not int:
            raise values.Malformed("no function")
        return RemoteFunction(self, code)

    def _value(
        self, answer: dict[str, Any], buffers: Any, what: str, known: list[Any] | None = None
    ) -> Any:
        try:
            return self._decoder(buffers, known).decode(answer["value"])
        except (values.Malformed, KeyError) as error:
            self.needs_person(f"{what} {error}")

    def _exception(self, told: Any) -> BaseException:
        try:
            return exception(told)
        except (TypeError, ValueError):
            self._lost(records.CRASHED, "it sent what is no exception")

    def _put_out(self, answer: dict[str, Any]) -> None:
        """What a call printed and warned of, printed and warned of here, as if it ran here."""
        for output in answer.get("outputs") or []:
            if isinstance(output, dict) and output.get("output_type") == "stream":
                stream = sys.stderr if output.get("name") == "stderr" else sys.stdout
                stream.write(str(output.get("text", "")))
        for told in answer.get("warned") or []:
            if isinstance(told, list) and len(told) == 3:
                warn(str(told[0]), str(told[1]), bool(told[2]))
