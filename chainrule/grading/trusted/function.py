"""A learner's function as a test sees it: a call crosses the wall."""

import builtins
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

from ..wall.messages import Operation, Said

Arguments = tuple[Sequence[Any], Mapping[str, Any]]  # of one call


class Wall(Protocol):
    """What a function needs of the `LearnersNotebook` in which it is."""

    @property
    def life(self) -> int: ...

    def call(
        self,
        function: "RemoteFunction",
        given: Sequence[Arguments],
        instead: Mapping[str, Callable[..., Any]] | None = None,
    ) -> list[Callable[[], Any]]: ...

    def describe(self, function: "RemoteFunction") -> Said: ...

    def operate(self, operation: Operation, *arguments: Any) -> Any: ...

    def needs_person(self, reason: str) -> NoReturn: ...


class Operator:
    """What can be done with any object over there, called as a function is."""

    def __init__(self, operation: Operation) -> None:
        self.handle: Operation = operation
        self.__name__: str = operation


class RemoteFunction:
    """handle: its number over there. told: its name and docstring, which are as untrusted as
    `source` and `reads`.
    """

    def __init__(self, wall: Wall, handle: int, told: Said) -> None:
        self._wall, self.handle = wall, handle
        self.life = wall.life
        self.found_as: str | None = None
        self.__name__ = self.__qualname__ = str(told.get("name", ""))[:200]
        doc = told.get("doc")
        self._doc = doc if isinstance(doc, str) else None

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        # A test that runs the examples of a text would run a learner's code in its own process.
        if self._doc is not None and ">>>" in self._doc:
            self._wall.needs_person("the test reads a learner's docstring with examples in it")
        return self._doc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        (result,) = self._wall.call(self, [(args, kwargs)])
        return result()

    def call_each(
        self,
        given: Sequence[Sequence[Any]],
        instead: Mapping[str, Callable[..., Any]] | None = None,
    ) -> list[Callable[[], Any]]:
        """Call it with each of these arguments at once.

        Each of what is returned gives the result of one call, or raises what that raised. instead:
        functions of the test's, by the names over there that they meanwhile take the place of.
        """
        return self._wall.call(self, [(args, {}) for args in given], instead)

    @property
    def source(self) -> str:
        """The text of the definition; may be empty."""
        return str(self._wall.describe(self).get("source", ""))

    @property
    def reads(self) -> dict[str, str]:
        """The global names that the code reads -> the kind of each."""
        reads = self._wall.describe(self).get("reads")
        return {str(k): str(v) for k, v in reads.items()} if isinstance(reads, dict) else {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._wall.operate("getattr", self, name)

    def __instancecheck__(self, one: Any) -> bool:
        return bool(self._wall.operate("isinstance", one, self))

    def __subclasscheck__(self, one: Any) -> bool:
        return bool(self._wall.operate("issubclass", one, self))


def floating() -> dict[str, str] | None:
    """NumPy's floating-point error handling, where a test has changed it."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    state = numpy.geterr()
    usual = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    quiet = {kind: how for kind, how in state.items() if how in ("ignore", "warn", "raise")}
    return None if state == usual else quiet


def filtered(before: list[Any]) -> bool:
    """Whether the running cell has changed what is done about warnings; before: as it began."""
    return warnings.filters != before


def warn(name: str, text: str, in_cell: bool) -> None:
    """Warn here of what was warned of there."""
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, Warning)):
        kind = UserWarning
    module = "__main__" if in_cell else "library"
    warnings.warn_explicit(text, kind, "learner's code", 1, module=module)
