"""In place of this package's teaching part, where a learner's notebook is graded.

What checks an answer and what draws a network can compute the answer too: in the sandbox it is not
there, not even as files. A notebook that calls it runs on all the same, with things that take any
call and any value, and know nothing. Locked cells and tests have the package itself, on their side
of the wall.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from ..wall.learners_side import LEARNERS_SIDE

_PACKAGE = __name__.partition(".")[0]
_THERE = {f"{_PACKAGE}.{Path(name).stem}" for name in LEARNERS_SIDE}


class StandIn(Exception):
    """Takes any call, and any value for any attribute; shows one line.

    It is an exception so that a notebook may have its kinds in `except`: from outside, a name of
    the package does not tell what it is.
    """

    made = 0  # so many so far: each call and each part of one makes one

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        StandIn.made += 1

    def __call__(self, *args: Any, **kwargs: Any) -> "StandIn":
        return self._part()

    def __getattr__(self, name: str) -> "StandIn":
        if name.startswith("_"):  # which Python and IPython ask for: it is nothing special
            raise AttributeError(name)
        return self._part()

    def __getitem__(self, key: Any) -> "StandIn":
        return self._part()

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __format__(self, form: str) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"{_PACKAGE} shows nothing while a notebook is graded."

    __str__ = __repr__

    def _part(self) -> "StandIn":
        return StandIn()


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        within = name.split(".")[:2]
        if within[0] != _PACKAGE or len(within) < 2 or ".".join(within) in _THERE:
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Module(ModuleType):
    def __getattr__(self, name: str) -> type[StandIn]:
        if name.startswith("_"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = type(name, (StandIn,), {"__module__": self.__name__})
        setattr(self, name, found)  # the same thing each time that it is asked for
        return found


def put_in_place() -> None:
    """From here on, in this process, and before it imports anything of a notebook's."""
    sys.meta_path.insert(0, _Finder())
