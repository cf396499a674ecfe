"""An object of the learner's as a test sees it: it stays where it is, and is asked.

Its attributes, its items, its length and its text are plain data or such objects again, and are
judged by the test like whatever a function gives back. What an object would say of itself beside
another one, equal or not, larger or not, is not asked: it may say anything. Neither is what no
answer of plain data can be given to. There the test needs a person, or is asked together.
"""

from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from ..wall.messages import Operation, Said


class Wall(Protocol):
    """What an object needs of the `LearnersNotebook` in which it is."""

    @property
    def life(self) -> int: ...

    def operate(self, operation: Operation, *arguments: Any) -> Any: ...

    def needs_person(self, reason: str) -> NoReturn: ...


_OWN = ("_wall", "_handle", "_life", "_type")
# IPython looks for these in whatever a cell ends in.
_OF_DISPLAYS = ("_repr_", "_ipython_")


class RemoteObject:
    """handle: its number over there. told: its type's name, as untrusted as all that it says."""

    __slots__ = _OWN

    def __init__(self, wall: Wall, handle: int, told: Said) -> None:
        object.__setattr__(self, "_wall", wall)
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_life", wall.life)
        object.__setattr__(self, "_type", str(told.get("type", ""))[:200])

    def _asked_for_class(self) -> NoReturn:
        refuse(self, "what type it is of")

    # So asks `isinstance` of a class that is not the learner's.
    __class__ = property(_asked_for_class)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_OF_DISPLAYS):
            raise AttributeError(name)
        if name.startswith("__"):
            refuse(self, name)
        return self._wall.operate("getattr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._wall.operate("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._wall.operate("delattr", self, name)

    def __len__(self) -> int:
        length: int = self._wall.operate("len", self)
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._wall.operate("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._wall.operate("setitem", self, key, value)

    def __delitem__(self, key: Any) -> None:
        self._wall.operate("delitem", self, key)

    def __contains__(self, value: Any) -> bool:
        return bool(self._wall.operate("contains", self, value))

    def __iter__(self) -> Any:
        return self._wall.operate("iter", self)

    def __next__(self) -> Any:
        taken = self._wall.operate("next", self)
        if not isinstance(taken, list) or not taken:
            raise StopIteration
        return taken[0]

    def __bool__(self) -> bool:
        return bool(self._wall.operate("bool", self))

    def __str__(self) -> str:
        return str(self._wall.operate("str", self))

    def __repr__(self) -> str:
        return str(self._wall.operate("repr", self))

    def __format__(self, how: str) -> str:
        return str(self._wall.operate("format", self, how))


def refuse(thing: RemoteObject, what: str) -> NoReturn:
    """Raises NeedsPerson."""
    read = object.__getattribute__
    wall: Wall = read(thing, "_wall")
    of_type = read(thing, "_type")
    wall.needs_person(f"the test asks an object of the type {of_type} for {what}")


def _refusing(name: str) -> Callable[..., Any]:
    def refusing(self: RemoteObject, *_: Any, **__: Any) -> Any:
        refuse(self, name)

    refusing.__name__ = name
    return refusing


_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
_ARITHMETIC = (
    *("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("lshift", "rshift", "and", "or", "xor"),
)
_OTHERS = (
    *("hash", "neg", "pos", "abs", "invert", "int", "float", "complex", "index", "bytes"),
    *("round", "trunc", "floor", "ceil", "enter", "exit", "await", "aiter", "anext", "reversed"),
    *("copy", "deepcopy", "reduce", "reduce_ex", "getstate", "dir", "sizeof", "fspath"),
    *("array", "array_ufunc", "array_function", "array_interface", "array_struct", "buffer"),
)
for _name in (
    *_COMPARISONS,
    *(f"{side}{name}" for name in _ARITHMETIC for side in ("", "r", "i")),
    *_OTHERS,
):
    setattr(RemoteObject, f"__{_name}__", _refusing(f"__{_name}__"))
