"""Values of libraries that are made of plain ones, and can be made again from these.

Each is known by its exact type, taken apart into plain values, and put together by the library's
own constructor on the other side. What is not here does not cross: nothing is guessed from an
object's attributes, for its class may answer as it likes.
"""

import collections
import datetime
import decimal
import fractions
import keyword
import pathlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .kinds import Kind, NotPlain, Parts
from .pandas_values import KINDS

_MOST_EXPONENT = 10_000  # of a Decimal: an int of it is as long
_MOST_FIELDS = 1_000


@lru_cache(maxsize=256)
def kind_of(cls: type) -> Kind | None:
    """How values of exactly this type cross; None if they do not."""
    return _TABLE.get((cls.__module__.partition(".")[0], cls.__qualname__))


def named(library: object, name: object) -> Kind | None:
    """The kind that was written with these names."""
    return _TABLE.get((str(library), str(name)))


# A named tuple. Its class is made anew: it is equal to a tuple with the same items, whatever that
# one is called.


@lru_cache(maxsize=256)
def is_named_tuple(cls: type) -> bool:
    """Whether it is a tuple with names for its items, and nothing else."""
    fields = vars(cls).get("_fields")
    if cls.__bases__ != (tuple,) or not isinstance(fields, tuple):
        return False
    usual = set(vars(named_tuple("usual", [])))
    typed = {"__orig_bases__", "__annotations__", "__annotate_func__", "__annotations_cache__"}
    return not set(vars(cls)) - usual - typed - set(fields)


def named_tuple(name: object, fields: list[object]) -> Any:
    """The class of a named tuple. Raises ValueError."""
    # It is built from text: only what can stand in a program as a name may come into it.
    for word in (name, *fields):
        if not isinstance(word, str) or not word.isidentifier() or keyword.iskeyword(word):
            raise ValueError("no name of a field")
    if len(fields) > _MOST_FIELDS:
        raise ValueError("too many fields")
    return collections.namedtuple(str(name), [str(field) for field in fields])


# Python's own.


def _zone(value: Any) -> float | None:
    """Of a time: None, or how far it is from UTC, in seconds."""
    zone = value.tzinfo
    if zone is None:
        return None
    if type(zone) is not datetime.timezone or zone != _zoned(seconds := _seconds(zone)):
        raise NotPlain(f"a time with a time zone of the type {type(zone).__name__}")
    return seconds


def _seconds(zone: datetime.timezone) -> float:
    return zone.utcoffset(None).total_seconds()


def _zoned(seconds: float | None) -> datetime.timezone | None:
    return None if seconds is None else datetime.timezone(datetime.timedelta(seconds=seconds))


def _numbers(*names: str) -> Callable[[Any], Parts]:
    return lambda value: [getattr(value, name) for name in names]


def _time(h: int, m: int, s: int, micro: int, fold: int, zone: float | None) -> datetime.time:
    return datetime.time(h, m, s, micro, _zoned(zone), fold=fold)


def _datetime(*parts: Any) -> datetime.datetime:
    *when, fold, zone = parts
    return datetime.datetime(*when).replace(tzinfo=_zoned(zone), fold=fold)


def _decimal_apart(value: decimal.Decimal) -> Parts:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and abs(exponent) > _MOST_EXPONENT:
        raise NotPlain("a Decimal that is out of all bounds")
    return [str(value)]


def _decimal(text: str) -> decimal.Decimal:
    value = decimal.Decimal(text)
    _decimal_apart(value)
    return value


_DATE, _TIME = ("year", "month", "day"), ("hour", "minute", "second", "microsecond")
_PYTHONS = (
    Kind("datetime", "date", _numbers(*_DATE), datetime.date),
    Kind(
        "datetime",
        "time",
        lambda value: [*_numbers(*_TIME)(value), value.fold, _zone(value)],
        _time,
    ),
    Kind(
        "datetime",
        "datetime",
        lambda value: [*_numbers(*_DATE, *_TIME)(value), value.fold, _zone(value)],
        _datetime,
    ),
    Kind("datetime", "timedelta", _numbers("days", "seconds", "microseconds"), datetime.timedelta),
    Kind("decimal", "Decimal", _decimal_apart, _decimal),
    Kind("fractions", "Fraction", _numbers("numerator", "denominator"), fractions.Fraction),
    Kind("pathlib", "PosixPath", lambda value: [str(value)], pathlib.PosixPath),
    Kind("pathlib", "PurePosixPath", lambda value: [str(value)], pathlib.PurePosixPath),
    Kind(
        "collections",
        "deque",
        lambda value: [list(value), value.maxlen],
        collections.deque,
        changes=True,
    ),
    Kind(
        "collections",
        "defaultdict",
        lambda value: [value.default_factory, dict(value)],
        collections.defaultdict,
        changes=True,
    ),
    Kind(
        "collections",
        "Counter",
        lambda value: [dict(value)],
        collections.Counter,
        changes=True,
    ),
    Kind(
        "collections",
        "OrderedDict",
        lambda value: [dict(value)],
        collections.OrderedDict,
        changes=True,
    ),
)


# torch's.


def _torch_size(sizes: list[int]) -> Any:
    import torch

    return torch.Size(sizes)


def _torch_dtype(name: str) -> Any:
    import torch

    found = getattr(torch, name)
    if not isinstance(found, torch.dtype):
        raise ValueError("no type of a tensor")
    return found


_TORCHS = (
    Kind("torch", "Size", lambda value: [list(value)], _torch_size),
    Kind("torch", "dtype", lambda value: [str(value).removeprefix("torch.")], _torch_dtype),
)
_TABLE = {(kind.library, kind.name): kind for kind in (*_PYTHONS, *_TORCHS, *KINDS)}
