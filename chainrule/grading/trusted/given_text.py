"""A test must not run what a learner's code has given it, text or bytes, as code of its own.

In the tests' process that would be a learner's code with the instructor's rights, and with the
marks in its hands. From the first text that comes over the wall, a test that evaluates text or
unpickles bytes needs a person. What Python's own library and this package make of texts of their
own, a namedtuple say, is no such thing.
"""

import builtins
import sys
from collections.abc import Callable
from types import CodeType
from typing import Any

# Of the standard library, what runs text that it is given.
_RUN_TEXT = {"bdb", "code", "doctest", "pdb", "profile", "runpy", "timeit", "trace"}
_OURS = {"IPython", "chainrule"}


def watch(given: Callable[[], bool], refuse: Callable[[str], None]) -> None:
    """From here on, in this process. given: whether text has come; refuse: raises NeedsPerson."""

    def look(what: str, caller: str) -> None:
        top = caller.partition(".")[0]
        library = top in sys.stdlib_module_names and top not in _RUN_TEXT and top != "__main__"
        if given() and not library and top not in _OURS:
            refuse(f"the test runs text as code ({what}), and may have it from the learner's code")

    really = {name: getattr(builtins, name) for name in ("eval", "exec", "compile")}

    def run(name: str) -> Callable[..., Any]:
        function = really[name]

        def running(source: Any, *rest: Any, **named: Any) -> Any:
            if rest and type(source) is CodeType:  # nearly always: compiled, and looked at then
                return function(source, *rest, **named)
            frame = sys._getframe(1)
            if isinstance(source, (str, bytes, bytearray, memoryview)):
                look(name, str(frame.f_globals.get("__name__", "")))
            if not rest and "globals" not in named:
                rest = (frame.f_globals, frame.f_locals)
            return function(source, *rest, **named)

        running.__name__ = running.__qualname__ = name
        return running

    def compiling(source: Any, *rest: Any, **named: Any) -> Any:
        look("compile", str(sys._getframe(1).f_globals.get("__name__", "")))
        return really["compile"](source, *rest, **named)

    def unpickling(event: str, _: Any) -> None:
        if event == "pickle.find_class" and given():
            refuse("the test unpickles, and may have it from the learner's code")

    builtins.eval, builtins.exec = run("eval"), run("exec")
    builtins.compile = compiling
    sys.addaudithook(unpickling)
