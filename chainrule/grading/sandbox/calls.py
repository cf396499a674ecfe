"""One call of a learner's function, in the learner process."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

from ..shell.outputs import Outputs, Stream
from ..wall import exceptions, values
from ..wall.wire import Answer, Buffers, Message
from .functions import Exchange


def call(
    exchange: Exchange,
    function: Callable[..., Any],
    sent: Any,
    buffers: Buffers,
    output_bytes: int,
    floating: dict[str, Any] | None,
    warn_always: bool,
) -> Answer:
    """Call it with the arguments that were sent, and say what came of it.

    floating: NumPy's error handling for this call, where it is not the usual one. warn_always: the
    test itself decides what is done about warnings; else the notebook's own filters do.
    Raises CannotCross.
    """
    decoder = exchange.decoder(buffers)
    args, kwargs = decoder.decode(sent)
    outputs = Outputs(output_bytes)
    outer = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(outputs, "stdout"), Stream(outputs, "stderr")
    try:
        with warnings.catch_warnings(record=True) as warned:
            if warn_always:
                warnings.simplefilter("always")
            value, error = _called(function, args, kwargs, floating)
    finally:
        sys.stdout, sys.stderr = outer
    # What the test has already is known by its number, as it was read.
    known = {id(thing): number for number, thing in enumerate(decoder.mutable)}
    answer, encoder = _changed(exchange, [args, kwargs], sent, buffers, decoder.mutable, known)
    encoder.go_on(known)
    if error is not None:
        answer["raised"] = exceptions.describe(error)
    else:
        answer["value"] = encoder.encode(value)
    if outputs.kept:
        answer["outputs"] = outputs.finish()
    if warned:
        answer["warned"] = [_told(w) for w in warned[:20]]
    return answer, encoder.buffers


def _called(
    function: Callable[..., Any], args: Any, kwargs: Any, floating: dict[str, Any] | None
) -> tuple[Any, BaseException | None]:
    try:
        if floating:
            import numpy

            with numpy.errstate(**floating):
                return function(*args, **kwargs), None
        return function(*args, **kwargs), None
    except BaseException as error:
        return None, error


def _changed(
    exchange: Exchange,
    arguments: Any,
    sent: Any,
    buffers: Buffers,
    objects: list[Any],
    known: dict[int, int],
) -> tuple[Message, values.Encoder]:
    """Each of the test's objects as it is now, if the call has changed any; the encoder to go on.

    Each, wherever it is by now: one that was moved is still the test's own, and so is one that was
    taken out.
    """
    encoder = exchange.encoder()
    try:
        # What the test's arguments were is known from what was sent; a lie about what they are now
        # can only hurt the one who tells it.
        code = encoder.encode(arguments)
        if encoder.buffers == buffers and code == (_as_read(sent) if exchange.theirs else sent):
            return {}, exchange.encoder()
        encoder = exchange.encoder()
        encoder.known = known
        return {"objects": [encoder.contents(thing) for thing in objects]}, encoder
    except values.CannotCross as trouble:
        raise values.CannotCross(f"an argument that it changed to {trouble}") from None


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
    return [name, str(warned.message)[:2000], warned.filename.startswith("<ipython")]
