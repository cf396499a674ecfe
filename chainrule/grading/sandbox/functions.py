"""Functions and objects that have crossed the wall, as the learner process has them."""

from collections.abc import Callable
from typing import Any

from ..wall import exceptions, values
from ..wall.messages import CallBack, Code, Reply, Request
from ..wall.wire import Buffers, Wire

_MOST = 100_000  # functions and objects that a test can have been given


class Exchange:
    """ours: a number -> the learner's function, or object; theirs: a number -> what stands for a
    function of the test's.

    serve: answers a request that comes in while an answer is waited for: a test's function, called
    by the learner's, may itself call the learner's.
    """

    def __init__(
        self, wire: Wire, serve: Callable[[Request, Buffers], tuple[Reply, Buffers]]
    ) -> None:
        self.wire, self.serve = wire, serve
        self.ours: list[Any] = []
        self.numbers: dict[int, int] = {}  # id of one of ours -> its number
        self.theirs: dict[int, Any] = {}

    def encoder(self) -> values.Encoder:
        return values.Encoder(self._function, thing=self._thing)

    def decoder(self, buffers: Buffers) -> values.Decoder:
        return values.Decoder(buffers, self._their_function, thing=self._our_thing)

    def _function(self, function: Any) -> Any:
        for number, theirs in self.theirs.items():
            if theirs is function:
                return {"yours": number}
        number = self._number(function)
        kind = "class" if isinstance(function, type) else "function"
        name = str(getattr(function, "__name__", type(function).__name__))
        doc = getattr(function, "__doc__", None)
        told = {"mine": number, "name": name[:200], "kind": kind}
        return told | {"doc": doc[:10_000] if isinstance(doc, str) else None}

    def _thing(self, thing: Any) -> Any:
        return {"mine": self._number(thing), "type": type(thing).__name__[:200]}

    def _our_thing(self, code: Code) -> Any:
        return self.ours[code["yours"]]

    def _number(self, one: Any) -> int:
        """The number of a function or an object; it is kept, so that no other gets its id."""
        number = self.numbers.setdefault(id(one), len(self.ours))
        if number == len(self.ours):
            if number >= _MOST:
                raise values.CannotCross(f"more than {_MOST} objects")
            self.ours.append(one)
        return number

    def _their_function(self, code: Code) -> Any:
        if "yours" in code:
            return self.ours[code["yours"]]
        number = code["mine"]
        if number not in self.theirs:
            self.theirs[number] = self._stand_in(number, code["name"])
        return self.theirs[number]

    def _stand_in(self, number: int, name: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            encoder = self.encoder()
            asked: CallBack = {"call": number, "args": encoder.encode([args, kwargs])}
            self.wire.send(asked, encoder.buffers)
            message, buffers = self.wire.receive()
            while "do" in message:
                self.wire.send(*self.serve(message, buffers))
                message, buffers = self.wire.receive()
            decoder = self.decoder(buffers)
            if "raised" in message:
                raise exceptions.exception(message["raised"])
            return decoder.decode(message["value"])

        function.__name__ = function.__qualname__ = name
        return function
