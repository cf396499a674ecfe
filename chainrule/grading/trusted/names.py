"""The names that a test sees: the instructor's own, and the learner's over the wall."""

import builtins
import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from ..notebooks.scope import Binding, Scope
from ..plain_data import PlannedCell
from ..shell.shell import Namespace
from ..wall.values import CannotCross
from .learner import LearnersNotebook


class TestNames(Namespace):
    """The globals of the trusted cells.

    The dict itself holds what trusted cells have bound. Any other name is looked up where the plan
    says (`scope`): imported here, among the builtins, or in the learner process. What a test
    assigns stays here; functions of the notebook that read it get a copy over there.
    """

    __test__ = False  # not a test case for pytest

    def __init__(self, learner: LearnersNotebook, scope: Scope) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.learner, self.scope = learner, scope
        self.crossing = False  # only while a cell runs that may ask the learner process
        self.telling = False  # only while a test runs
        self.asked: set[str] = set()  # the learner's names that the running cell has looked up
        self.missing: set[str] = set()
        self.unfinished: dict[str, str] = {}  # name -> the trusted cell that did not come so far
        self.starred: dict[str, Namespace] = {}  # statement -> what it imports

    def reach(self, grade_id: str) -> None:
        """The next cell is this one: what cells before it have bound since is not ours any more."""
        for name in self.scope.reach(grade_id):
            self.pop(name, None)
            self.unfinished.pop(name, None)

    @contextlib.contextmanager
    def asked_by(self, crossing: bool, telling: bool) -> Iterator[None]:
        """Meanwhile a trusted cell runs. crossing: it may ask the learner process. telling: what it
        assigns is told over there.
        """
        self.asked, self.missing = set(), set()
        self.crossing, self.telling = crossing, telling
        try:
            yield
        finally:
            self.crossing = self.telling = False

    @contextlib.contextmanager
    def seen_in_classes(self, names: Iterable[str]) -> Iterator[None]:
        """Meanwhile the dict itself holds these too: the body of a class looks nowhere else."""
        lent = {}
        for name in names:
            if not dict.__contains__(self, name):
                with contextlib.suppress(KeyError):
                    lent[name] = self[name]
        for name, value in lent.items():
            super().__setitem__(name, value)
        try:
            yield
        finally:
            for name, value in lent.items():
                if super().get(name) is value and not self._is_imported(name):
                    self.pop(name)

    def _is_imported(self, name: str) -> bool:
        binding = self.scope.bound.get(name)
        return binding is not None and binding.whose == "import"

    def ended(self, cell: PlannedCell, whole: bool) -> None:
        """A trusted cell has ended; `whole` if it ran to its end."""
        for name in (*cell["names"]["binds"], *cell["names"]["imports"]):
            if whole or dict.__contains__(self, name):
                self.unfinished.pop(name, None)
            else:
                self.unfinished[name] = cell["grade_id"]

    def __missing__(self, name: str) -> Any:
        binding = self.scope.bound.get(name)
        for star in reversed(self.scope.stars):
            if binding is None or binding.at < star.at:
                found = self._star(star.statement)
                if name in found:
                    return found[name]
        if name in self.unfinished:
            cell = self.unfinished[name]
            self.learner.unfinished(f"`{name}` is of the cell {cell}, which did not run to its end")
        if binding is not None and binding.whose == "import":
            value = _imported(binding.statement)[name]
            super().__setitem__(name, value)
            return value
        if not self._is_learners(name, binding):
            raise KeyError(name)
        return self._ask(name, binding)

    def _is_learners(self, name: str, binding: Binding | None) -> bool:
        if not self.crossing:
            return False
        if binding is not None:
            return binding.whose == "learner's"
        free = not (hasattr(builtins, name) or name.startswith("_"))
        return free and name not in self.scope.only_ours

    def _ask(self, name: str, binding: Binding | None) -> Any:
        self.asked.add(name)
        try:
            value, module = self.learner.get(name)
        except KeyError:
            self.missing.add(name)
            if hasattr(builtins, name):
                return getattr(builtins, name)
            raise
        if module is None:
            if binding is not None and binding.statement.startswith("import "):
                # The instructor's answer has a module there, and what stands in for one would be
                # asked for what the test compares with.
                self.learner.needs_person(f"`{name}` is no module in the learner's notebook")
            return value
        return self._module(name, module, binding)

    def _module(self, name: str, module: str, binding: Binding | None) -> Any:
        # A learner's name for a module is not followed: only the instructor's own word counts.
        if binding is not None and binding.statement:
            value = _imported(binding.statement)[name]
            if getattr(value, "__name__", None) == module:
                return value
        if module == name and (name in sys.stdlib_module_names or name in sys.modules):
            return importlib.import_module(name)
        self.learner.needs_person(f"the test uses the learner's import of `{name}`")

    def _star(self, statement: str) -> Namespace:
        if statement not in self.starred:
            self.starred[statement] = _imported(statement)
        return self.starred[statement]

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        if self.telling and name in self.scope.read:
            with contextlib.suppress(CannotCross):
                self.learner.set(name, value)

    def __delitem__(self, name: str) -> None:
        ours = dict.__contains__(self, name)
        if ours:
            super().__delitem__(name)
        if self.telling and (not ours or name in self.scope.read):
            with contextlib.suppress(*([KeyError] if ours else [])):
                self.learner.delete(name)
        elif not ours:
            raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        if not (self.crossing and isinstance(name, str) and name in self.scope.bound):
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

    def is_ours(self, name: str, cell: PlannedCell) -> bool:
        """Whether this cell, or a trusted one before it, binds the name."""
        binding = self.scope.bound.get(name)
        here = name in cell["names"]["binds"] or name in cell["names"]["imports"]
        return here or (binding is not None and binding.whose == "ours")

    def was_asked(self, name: str) -> bool:
        """Whether the running cell has looked the name up over there."""
        return name in self.asked

    def theirs_among(self, names: Iterable[str]) -> set[str]:
        """Those that an answer is to bind."""
        return self.scope.of_answers.intersection(names)


def _imported(statement: str) -> Namespace:
    bound: Namespace = {}
    exec(statement, bound)
    bound.pop("__builtins__", None)
    return bound
