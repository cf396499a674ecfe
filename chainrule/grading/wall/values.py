"""Plain data across the wall between a test and a learner's code.

A message is JSON plus raw buffers for the numbers of arrays; nothing is ever unpickled. JSON's own
None, bool, float, str and list stand for themselves, small ints too; all else is an object with one
key, its kind: `{"tuple": [...]}`, `{"dict": [[key, value], ...]}`, `{"array": ...}`. The reader
builds exactly these kinds and refuses what it does not know, whatever the writer claims.
"""

import builtins
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from . import exceptions, kinds, library_values

MESSAGE_BYTES = 64 * 1024 * 1024
DEPTH = 100
_MOST_DEPTH = 4 * DEPTH  # as it is read; what an honest encoder writes is nested less
_PLAIN_KINDS = "biufcSUMm"  # of NumPy's types: numbers, texts, and times
# Types by names of ours: a learner may have given other meanings to those in builtins.
_AS_THEY_ARE = (type(None), bool, str, float)
_SCALARS = (*_AS_THEY_ARE, int)
_MUTABLE = (list, dict, set, bytearray, np.ndarray)


class CannotCross(Exception):
    """The value is not plain data; the message names its type."""


class Malformed(Exception):
    """What came over the wire is not a message of ours."""


class Encoder:
    """Turns values into JSON and buffers.

    function: what to write for a callable; None: callables cannot cross.
    known: id of a mutable object -> its number, for objects that the reader already has.
    thing: what to write for an object that stays here, or that is over there. stands_for: the type
    of those that are over there; None: any object can stay here.
    """

    def __init__(
        self,
        function: Callable[[Any], Any] | None = None,
        known: dict[int, int] | None = None,
        thing: Callable[[Any], Any] | None = None,
        stands_for: type | None = None,
    ) -> None:
        self.thing, self.stands_for = thing, stands_for
        self.buffers: list[bytes] = []
        self.mutable: list[Any] = []
        self.written: dict[int, int] = {}  # id of a mutable object that is written -> its number
        self.function = function
        self.known = known or {}

    def go_on(self, known: dict[int, int]) -> None:
        """The next value is read apart from those before; its buffers follow theirs."""
        self.known, self.mutable, self.written = known, [], {}

    def contents(self, value: Any) -> Any:
        """A mutable object that the reader has, as it is now; what it holds may be known to it."""
        self.mutable.append(value)  # the reader counts it too
        return self._encode(value, type(value), 1)

    def encode(self, value: Any, depth: int = 0) -> Any:
        kind: type = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is int:
            return value if -(2**53) < value < 2**53 else {"int": hex(value)}
        if self.thing is not None and kind is self.stands_for:
            return {"object": self.thing(value)}
        if depth > DEPTH:
            raise CannotCross(f"a value nested more than {DEPTH} deep")
        if id(value) in self.known:
            return {"known": self.known[id(value)]}
        if kind not in _MUTABLE and not _can_change(value, kind):
            return self._encode(value, kind, depth + 1)
        if id(value) in self.written:  # whole: what holds itself is nested too deep
            return {"same": self.written[id(value)]}
        number = len(self.mutable)
        self.mutable.append(value)
        code = self._encode(value, kind, depth + 1)
        self.written[id(value)] = number
        return code

    def _encode(self, value: Any, kind: type, deeper: int) -> Any:
        if kind is np.ndarray:
            return self._array(value, deeper)
        if kind is list:
            return [self.encode(item, deeper) for item in value]
        if kind in (tuple, set, frozenset):
            return {kind.__name__: [self.encode(item, deeper) for item in value]}
        if kind is dict:
            pairs = [[self.encode(k, deeper), self.encode(v, deeper)] for k, v in value.items()]
            return {"dict": pairs}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if kind in (bytes, bytearray):
            return {kind.__name__: self._buffer(bytes(value))}
        if kind is range:
            return {"range": [self.encode(n) for n in (value.start, value.stop, value.step)]}
        if kind is slice:
            parts = (value.start, value.stop, value.step)
            return {"slice": [self.encode(part, deeper) for part in parts]}
        if value is Ellipsis:
            return {"ellipsis": None}
        if isinstance(value, np.generic):
            return self._array(value, deeper)
        if isinstance(value, np.dtype):
            return {"dtype": _fields_of(value)}
        if is_tensor(value):
            return self._tensor(value)
        if (found := library_values.kind_of(kind)) is not None:
            made_of = [self.encode(part, deeper) for part in _apart(found, value)]
            return {"library": [found.library, found.name, made_of]}
        if library_values.is_named_tuple(kind):
            items = [self.encode(item, deeper) for item in value]
            return {"namedtuple": [kind.__name__, list(kind._fields), items]}  # type: ignore[attr-defined]
        if isinstance(value, BaseException):
            return {"exception": exceptions.describe(value)}
        if isinstance(value, type) and value in vars(builtins).values():
            return {"builtin": value.__name__}
        if callable(value) and self.function is not None:
            return {"function": self.function(value)}
        if self.thing is not None and self.stands_for is None:
            return {"object": self.thing(value)}
        raise CannotCross(f"a value of the type {kind.__name__}")

    def _buffer(self, data: bytes) -> int:
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _array(self, value: Any, deeper: int) -> Any:
        if value.dtype.kind not in _PLAIN_KINDS:
            return self._array_of_things(value, deeper)
        if isinstance(value, np.generic):
            return {"scalar": [value.dtype.str, self._buffer(value.tobytes())]}
        fortran = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        order = "F" if fortran else "C"
        data = value.tobytes(order=order)
        shape = list(value.shape)
        number = self._buffer(data)
        return {"array": [value.dtype.str, shape, order, value.flags.writeable, number]}

    def _array_of_things(self, value: Any, deeper: int) -> Any:
        shape = list(value.shape)
        if value.dtype == object:
            items = [self.encode(item, deeper) for item in value.reshape(-1).tolist()]
            return {"objects": [shape, items]}
        fields = _fields_of(value.dtype)
        if isinstance(value, np.void) or isinstance(fields, str):
            raise CannotCross(f"an array of the type {value.dtype}")
        return {"records": [fields, shape, self._buffer(value.tobytes())]}

    def _tensor(self, value: Any) -> Any:
        import torch

        if value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise CannotCross("a tensor that is sparse, quantized or not on the CPU")
        plain = value.detach().resolve_conj().resolve_neg()
        # .contiguous() leaves odd strides of axes of size 1, which the view below refuses.
        plain = plain.clone(memory_format=torch.contiguous_format)
        data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        name = str(plain.dtype).removeprefix("torch.")
        leaf = value.requires_grad and value.is_leaf
        return {"tensor": [name, list(plain.shape), leaf, self._buffer(data)]}


class Decoder:
    """Turns JSON and buffers back into values; raises Malformed for anything unexpected.

    What is shared counts as often as it stands there, so that a small message cannot hold a value
    that takes for ever to look through.
    """

    def __init__(
        self,
        buffers: list[bytes],
        function: Callable[[Any], Any] | None = None,
        known: list[Any] | None = None,
        thing: Callable[[Any], Any] | None = None,
    ) -> None:
        self.thing = thing
        self.buffers = buffers
        self.mutable: list[Any] = []
        self.sizes: dict[int, int] = {}  # number of a mutable object that is whole -> its size
        self.size = 0  # of all that was read: values, and bytes of their buffers
        self.texts = False  # whether there was text among it, or bytes
        self.depth = 0
        self.function = function
        self.known = known or []

    def decode(self, code: Any) -> Any:
        try:
            return self._decode(code)
        except RecursionError:
            raise Malformed("a value nested too deep") from None
        except (ValueError, TypeError, LookupError, OverflowError) as error:
            raise Malformed(f"unreadable value: {error}") from None
        except (AttributeError, RuntimeError) as error:  # a type that torch or Python has not
            raise Malformed(f"unreadable value: {error}") from None

    def _decode(self, code: Any) -> Any:
        self.size += 1
        if isinstance(code, _SCALARS):
            self.texts = self.texts or isinstance(code, str)
            return code
        if self.depth > _MOST_DEPTH:  # Python's own limit may have been raised by a course
            raise Malformed("a value nested too deep")
        self.depth += 1
        try:
            return self._decoded(code)
        finally:
            self.depth -= 1

    def _decoded(self, code: Any) -> Any:
        if isinstance(code, list):
            return self._filled([], lambda into: into.extend(map(self._decode, code)))
        if not isinstance(code, dict) or len(code) != 1:
            raise Malformed("not a value")
        ((kind, body),) = code.items()
        match kind:
            case "array":
                return self._array(*body)
            case "dict":
                pairs = ((k, v) for k, v in body)
                return self._filled(
                    {},
                    lambda into: into.update((self._decode(k), self._decode(v)) for k, v in pairs),
                )
            case "set":
                return self._filled(set(), lambda into: into.update(map(self._decode, body)))
            case "tuple":
                return tuple(map(self._decode, body))
            case "frozenset":
                return frozenset(map(self._decode, body))
            case "int":
                return int(body, 16)
            case "complex":
                return complex(*map(float, body))
            case "bytes":
                self.texts = True
                return _numbered(self.buffers, body)
            case "bytearray":
                self.texts = True
                data = _numbered(self.buffers, body)
                return self._whole(bytearray(data), data)
            case "range":
                return range(*map(self._decode, body))
            case "slice":
                return slice(*map(self._decode, body))
            case "ellipsis":
                return Ellipsis
            case "scalar":
                return self._scalar(*body)
            case "objects":
                return self._objects(*body)
            case "records":
                return self._records(*body)
            case "dtype":
                return _dtype_of(body)
            case "library":
                return self._of_library(*body)
            case "namedtuple":
                name, fields, items = body
                return library_values.named_tuple(name, fields)(*map(self._decode, items))
            case "tensor":
                return self._tensor(*body)
            case "exception":
                return exceptions.exception(body)
            case "builtin":
                found = getattr(builtins, body)
                if isinstance(found, type):
                    return found
            case "known":
                return _numbered(self.known, body)
            case "same":
                return self._again(body)
            case "function" if self.function is not None:
                return self.function(body)
            case "object" if self.thing is not None:
                return self.thing(body)
        raise Malformed(f"an unknown kind of value: {kind!r}"[:80])

    def _filled(self, empty: Any, fill: Callable[[Any], Any]) -> Any:
        # Numbered before it is filled: the order in which the encoder numbers.
        number, before = len(self.mutable), self.size
        self.mutable.append(empty)
        fill(empty)
        self.sizes[number] = self.size - before
        return empty

    def _whole(self, value: Any, data: bytes) -> Any:
        self.sizes[len(self.mutable)] = len(data)
        self.mutable.append(value)
        return value

    def _again(self, number: int) -> Any:
        if number not in self.sizes:
            raise Malformed("a value that holds itself")
        self.size += self.sizes[number]
        if self.size > MESSAGE_BYTES:
            raise Malformed(f"a value of more than {MESSAGE_BYTES >> 20} MiB")
        return _numbered(self.mutable, number)

    def _scalar(self, dtype: str, number: int) -> Any:
        kind, data = plain_dtype(dtype), _numbered(self.buffers, number)
        self.texts = self.texts or kind.kind in "SU"
        if kind.itemsize == 0:  # an empty text
            return kind.type()
        if kind.itemsize != len(data):
            raise Malformed("a number that does not fill its type")
        return np.frombuffer(data, kind, 1)[0]

    def _array(self, dtype: str, shape: list[Any], order: str, writeable: bool, number: int) -> Any:
        kind = plain_dtype(dtype)
        self.texts = self.texts or kind.kind in "SU"
        data = _numbered(self.buffers, number)
        size = _size(shape)
        if size * kind.itemsize != len(data) or (size and not kind.itemsize):
            raise Malformed("an array whose numbers do not fill its shape")
        flat = np.frombuffer(bytearray(data), kind, size) if data else np.empty(size, kind)
        value = flat.reshape(shape, order="F" if order == "F" else "C")
        if not writeable:
            value.flags.writeable = False
        return self._whole(value, data)

    def _objects(self, shape: list[Any], items: list[Any]) -> Any:
        if _size(shape) != len(items):
            raise Malformed("an array whose values do not fill its shape")
        array = np.empty(shape, object)

        def fill(flat: np.ndarray) -> None:
            for number, item in enumerate(items):
                flat[number] = self._decode(item)

        return self._filled(array, lambda whole: fill(whole.reshape(-1)))

    def _records(self, fields: list[Any], shape: list[Any], number: int) -> Any:
        kind, data = _dtype_of(fields), _numbered(self.buffers, number)
        self.texts = True
        size = _size(shape)
        if not kind.itemsize or size * kind.itemsize != len(data):
            raise Malformed("an array whose records do not fill its shape")
        flat = np.frombuffer(bytearray(data), kind, size) if data else np.empty(size, kind)
        return self._whole(flat.reshape(shape), data)

    def _of_library(self, library: object, name: object, parts: list[Any]) -> Any:
        found = library_values.named(library, name)
        if found is None:
            raise Malformed("a value of no known library")
        number, before = len(self.mutable), self.size
        if found.changes:
            self.mutable.append(None)
        try:
            value = found.together(*map(self._decode, parts))
        except Malformed:
            raise
        except Exception as error:  # whatever a library says of parts that do not fit
            raise Malformed(f"an unreadable {found.name} ({type(error).__name__})") from None
        if found.changes:
            self.mutable[number] = value
            self.sizes[number] = self.size - before
        return value

    def _tensor(self, name: str, shape: list[Any], leaf: bool, number: int) -> Any:
        import torch

        dtype = getattr(torch, name)
        if not isinstance(dtype, torch.dtype) or name.startswith("q"):
            raise Malformed("a tensor of no known type")
        data = _numbered(self.buffers, number)
        size = _size(shape)
        if size * dtype.itemsize != len(data):
            raise Malformed("a tensor whose numbers do not fill its shape")
        flat = torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else None
        value = torch.empty(0, dtype=dtype) if flat is None else flat.view(dtype)
        value = value.reshape(shape)
        if leaf is True:
            value.requires_grad_()
        return self._whole(value, data)


def is_tensor(value: Any) -> bool:
    """Whether the value is a torch tensor, asked without importing torch."""
    kind = type(value)
    return kind.__module__ in ("torch", "torch.nn.parameter") and kind.__name__ in (
        "Tensor",
        "Parameter",
    )


@lru_cache(maxsize=128)
def plain_dtype(text: str) -> np.dtype:
    """The dtype, if it is one of numbers or text."""
    if not isinstance(text, str) or len(text) > 16 or text[1:2] not in _PLAIN_KINDS:
        raise Malformed("an array of no known type")
    kind = np.dtype(text)
    if kind.kind not in _PLAIN_KINDS or kind.fields or kind.subdtype:
        raise Malformed("an array of no known type")
    return kind


def _fields_of(kind: np.dtype) -> str | list[list[str]]:
    """How a type of arrays is written: plain, or with named fields. Raises CannotCross."""
    if kind.names is None and kind.subdtype is None and kind.kind in f"{_PLAIN_KINDS}O":
        return kind.str
    fields = [[name, kind[name].str] for name in kind.names or ()]
    if not fields or np.dtype([(name, text) for name, text in fields]) != kind:
        raise CannotCross(f"an array of the type {kind}")
    return fields


def _dtype_of(fields: str | list[list[str]]) -> np.dtype:
    """Raises Malformed."""
    if isinstance(fields, str):
        return np.dtype(object) if fields == "|O" else plain_dtype(fields)
    return np.dtype([(str(name), plain_dtype(text)) for name, text in fields])


def _can_change(value: Any, kind: type) -> bool:
    """Whether a call can change the value."""
    if kind is tuple:
        return False
    if isinstance(value, _MUTABLE) or is_tensor(value):
        return True
    found = library_values.kind_of(kind)
    return found is not None and found.changes


def _apart(found: kinds.Kind, value: Any) -> kinds.Parts:
    try:
        return found.apart(value)
    except kinds.NotPlain as error:
        raise CannotCross(str(error)) from None
    except Exception:  # a library that is not as it was
        raise CannotCross(f"a value of the type {found.name}") from None


def _numbered(things: list[Any], number: Any) -> Any:
    if type(number) is not int or not 0 <= number < len(things):
        raise Malformed("a number of nothing")
    return things[number]


def _size(shape: list[Any]) -> int:
    size = 1
    if not isinstance(shape, list) or len(shape) > 32:
        raise Malformed("an array of no known shape")
    for length in shape:
        if type(length) is not int or not 0 <= length <= MESSAGE_BYTES:
            raise Malformed("an array of no known shape")
        size *= length
    return size
