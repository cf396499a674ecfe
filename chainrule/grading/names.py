"""The names that a test sees: its own, the instructor's imports, the learner's over the wall."""

import builtins
import contextlib
import importlib
import sys
from typing import Any

from .remote import Learner
from .values import CannotCross


class TestNames(dict[str, Any]):
    """The globals of the trusted cells.

    A name is looked up among the trusted cells' own, among what the instructor's notebook imports
    by that name, among the builtins, and then in the learner process; a name that the instructor's
    own answer binds, `sum` say, comes from there before the builtins.

    binds, reads: names that the instructor's cells outside of tests bind or read. Only these does
    a test's assignment take to the learner process: never a test's own `expected`.
    imports: name -> the import statement of the instructor's cells that binds it.
    """

    __test__ = False  # not a test case for pytest

    def __init__(
        self, learner: Learner, binds: set[str], reads: set[str], imports: dict[str, str]
    ) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.learner, self.binds, self.imports = learner, binds, imports
        self.crosses = binds | reads
        self.crossing = False  # only while a test runs
        self.asked: set[str] = set()  # the learner's names that the running cell has looked up
        self.missing: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if name in self.imports:
            bound: dict[str, Any] = {}
            exec(self.imports[name], bound)
            super().__setitem__(name, bound[name])
            return bound[name]
        if not self._is_learners(name):
            raise KeyError(name)
        self.asked.add(name)
        try:
            value, module = self.learner.get(name)
        except KeyError:
            self.missing.add(name)
            if hasattr(builtins, name):
                return getattr(builtins, name)
            raise
        return value if module is None else self._module(name, module)

    def _is_learners(self, name: str) -> bool:
        if not self.crossing or name.startswith("__"):
            return False
        return name in self.binds or not (hasattr(builtins, name) or name.startswith("_"))

    def _module(self, name: str, module: str) -> Any:
        # A learner's name for a module is not followed: only the test's own word counts.
        if module == name and (name in sys.stdlib_module_names or name in sys.modules):
            return importlib.import_module(name)
        self.learner.needs_person(f"the test uses the learner's import of `{name}`")

    def __setitem__(self, name: str, value: Any) -> None:
        if self.crossing and name in self.crosses and not dict.__contains__(self, name):
            with contextlib.suppress(CannotCross):
                self.learner.set(name, value)
                return
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        if dict.__contains__(self, name):
            super().__delitem__(name)
        elif self.crossing:
            self.learner.delete(name)
        else:
            raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        if not (self.crossing and isinstance(name, str) and name in self.binds):
            return False
        try:
            self[name]
        except KeyError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def forget(self, names: list[str]) -> None:
        """A learner's cell has bound these: what trusted cells meant by them is over."""
        for name in names:
            self.pop(name, None)
