"""One call of a learner's function, in the learner process."""

import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from chainrule.functions import replaced

from ..shell.outputs import Outputs, Stream
from ..wall import exceptions, values
from ..wall.messages import Call, Called, Code
from ..wall.wire import Buffers
from .functions import Exchange
from .operations import OPERATIONS


def call(
    exchange: Exchange, request: Call, sent: Code, buffers: Buffers, output_bytes: int
) -> tuple[Called, Buffers]:
    """Call a function with the arguments that were sent, and say what came of it.

    request: of this call and perhaps of others. Raises CannotCross.
    """
    asked = request["function"]
    function = OPERATIONS[asked] if isinstance(asked, str) else exchange.ours[asked]
    decoder = exchange.decoder(buffers)
    args, kwargs = decoder.decode(sent)
    outputs = Outputs(output_bytes)
    outer = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(outputs, "stdout"), Stream(outputs, "stderr")
    try:
        with warnings.catch_warnings(record=True) as warned:
            if request["warn_always"]:  # else the notebook's own filters decide
                warnings.simplefilter("always")
            with replaced(function, _instead(exchange, request)):
                value, error = _called(function, args, kwargs, request["floating"])
    finally:
        sys.stdout, sys.stderr = outer
    # What the test has already is known by its number, as it was read.
    known = {id(thing): number for number, thing in enumerate(decoder.mutable)}
    answer, encoder = _changed(exchange, [args, kwargs], sent, decoder, known)
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


def _instead(exchange: Exchange, request: Call) -> dict[str, Callable[..., Any]]:
    """What takes the place of the notebook's functions, by name."""
    sent = request.get("instead")
    return dict(exchange.decoder([]).decode(sent)) if sent else {}


def _called(
    function: Callable[..., Any], args: Any, kwargs: Any, floating: Mapping[str, str] | None
) -> tuple[Any, BaseException | None]:
    try:
        if floating:
            import numpy

            with numpy.errstate(**floating):  # type: ignore[arg-type]  # words of NumPy's own
                return function(*args, **kwargs), None
        return function(*args, **kwargs), None
    except BaseException as error:
        return None, error


def _changed(
    exchange: Exchange,
    arguments: Any,
    sent: Code,
    decoder: values.Decoder,
    known: dict[int, int],
) -> tuple[Called, values.Encoder]:
    """Each of the test's objects as it is now, if the call has changed any; the encoder to go on.

    Each, wherever it is by now: one that was moved is still the test's own, and so is one that was
    taken out.
    """
    encoder = exchange.encoder()
    try:
        # What the test's arguments were is known from what was sent; a lie about what they are now
        # can only hurt the one who tells it.
        code = encoder.encode(arguments)
        if encoder.buffers == decoder.buffers and code == (
            _as_read(sent) if exchange.theirs else sent
        ):
            return {}, exchange.encoder()
        encoder = exchange.encoder()
        encoder.known = known
        return {"objects": [encoder.contents(thing) for thing in decoder.mutable]}, encoder
    except values.CannotCross as trouble:
        raise values.CannotCross(f"an argument that it changed to {trouble}") from None


def _as_read(sent: Code) -> Code:
    # A function that was passed in is written back as the reader's own.
    if isinstance(sent, dict):
        if "function" in sent and "mine" in (sent["function"] or {}):
            return {"function": {"yours": sent["function"]["mine"]}}
        return {key: _as_read(value) for key, value in sent.items()}
    return [_as_read(item) for item in sent] if isinstance(sent, list) else sent


def _told(warned: warnings.WarningMessage) -> tuple[str, str, bool]:
    kinds = warned.category.__mro__
    name = next(kind.__name__ for kind in kinds if kind.__module__ == "builtins")
    return name, str(warned.message)[:2000], warned.filename.startswith("<ipython")
