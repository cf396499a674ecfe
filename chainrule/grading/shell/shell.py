"""An IPython shell that keeps what cells put out, as notebook outputs of bounded size.

The learner process and the trusted one each have one. Nothing is written to disk or terminal.
"""

import builtins
import contextlib
import linecache
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from IPython.core.autocall import IPyAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.macro import Macro
from traitlets import Type
from traitlets.config import Config

from ..forks.process_tree import waited_for_core
from ..limits import PATIENCE
from ..plain_data import DisplayOutput, ErrorOutput, Output
from ..wall.trouble import OutOfTime
from .outputs import NOTHING, Outputs, Stream

# Signs and prompts of IPython; some are Python too, which the tokenizer then finds out.
_OF_IPYTHON = re.compile(r"[%!?]|>>>|\.\.\.:|In \[|^\s*[,;/]|\A\s|\A\Z|[\r\f\v]", re.M)
Namespace = dict[str, Any]  # the values of names: whatever Python can hold
_FIRST_WORD = re.compile(r"[^\W\d]\w*")


class KeepingPublisher(DisplayPublisher):
    shell: Any

    def publish(self, data: Any, metadata: Any = None, **rest: Any) -> None:  # type: ignore[override]
        output: DisplayOutput = {
            "output_type": "display_data",
            "data": data,
            "metadata": metadata or {},
        }
        self.shell.outputs.add(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.kept.clear()
        self.shell.outputs.failed = ""


class KeepingHook(DisplayHook):
    shell: Any

    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        outputs = self.shell.outputs
        if outputs.value is NOTHING:
            outputs.value = result
        data, metadata = self.compute_format_data(result)
        if not data:  # it has displayed itself
            return
        outputs.add(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": data,
                "metadata": metadata or {},
            }
        )
        self.update_user_ns(result)


class _Module:
    """Stands for a module, for what IPython asks of `__main__`."""


class KeepingShell(InteractiveShell):
    """Runs cells as a notebook's kernel does, and keeps their outputs."""

    displayhook_class = Type(KeepingHook)
    display_pub_class = Type(KeepingPublisher)
    outputs: Outputs
    usual_transformations: list[Any]
    history_manager: Any

    def run(self, source: str) -> tuple[list[Output], BaseException | None]:
        """Run one cell; return its outputs and the exception that ended it."""
        self.outputs.begin()
        outer = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self.outputs, "stdout"), Stream(self.outputs, "stderr")
        try:
            ran = self.run_cell(source, store_history=True)
        finally:
            sys.stdout, sys.stderr = outer
        return self.outputs.finish(), ran.error_before_exec or ran.error_in_exec

    def enter(self, names: Namespace) -> None:
        """Run the cells from here on with these globals, as if none had run before."""
        self.history_manager.reset(new_session=False)
        self.history_manager.output_hist.clear()
        self.execution_count = 1
        self.user_module = _Module()
        self.user_module.__dict__ = names
        self.user_ns = names
        self.init_user_ns()

    def transform_cell(self, raw_cell: str) -> str:
        """As IPython does it, with a tokenizer; text that has nothing of IPython's own stays."""
        if self._is_plain(raw_cell):
            return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return str(super().transform_cell(raw_cell))

    def _is_plain(self, raw_cell: str) -> bool:
        """Whether it is the same after IPython's transformations; in doubt it is not plain."""
        if _OF_IPYTHON.search(raw_cell) or self._transformations() != self.usual_transformations:
            return False
        if len(raw_cell.splitlines()) > 1:
            return True
        # In a single line, a first word can be a magic without its sign, or call itself.
        word = _FIRST_WORD.match(raw_cell)
        if word is None or self.autocall or self.find_line_magic(word.group()):
            return False
        return not isinstance(self.user_ns.get(word.group()), (IPyAutocall, Macro))

    def _transformations(self) -> list[Any]:
        manager = self.input_transformer_manager
        steps = [*manager.cleanup_transforms, *manager.line_transforms, *manager.token_transformers]
        return [*steps, *self.input_transformers_post]

    def should_run_async(self, raw_cell: str, **rest: Any) -> bool:
        """As IPython does it, which compiles the whole cell to find out."""
        if "await" not in raw_cell and "async" not in raw_cell:
            return False
        return super().should_run_async(raw_cell, **rest)

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, object]:
        """Nothing is stored; IPython would format a whole traceback with it."""
        return {}

    def enable_gui(self, gui: Any = None) -> None:
        """Figures are put out, there are no windows."""

    def system(self, command: str) -> None:
        self.system_piped(command)

    def ask_exit(self) -> None:
        """`exit` ends the cell, not the process."""

    def showtraceback(self, exc_tuple: Any = None, *rest: Any, **options: Any) -> None:
        kind, value, frames = exc_tuple or sys.exc_info()
        try:
            lines = value._render_traceback_()  # type: ignore[union-attr]
        except Exception:
            lines = _short_traceback(value, frames)
        self._put_error(kind, value, lines)

    def showsyntaxerror(self, filename: Any = None, running_compiled_code: bool = False) -> None:
        kind, value, _ = sys.exc_info()
        self._put_error(kind, value, traceback.format_exception_only(kind, value))

    def _put_error(self, kind: Any, value: Any, lines: Any) -> None:
        try:
            text = str(value)
        except Exception:
            text = ""
        error: ErrorOutput = {
            "output_type": "error",
            "ename": kind.__name__,
            "evalue": text[:10_000],
            "traceback": [str(line)[:10_000] for line in lines][:200],
        }
        self.outputs.add(error)


def new_shell(output_bytes: int, namespace: Namespace | None = None) -> KeepingShell:
    """The one shell of this process."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    shell = KeepingShell.instance(config=config, user_ns=namespace)
    shell.outputs = Outputs(output_bytes)
    shell.usual_transformations = shell._transformations()
    assert shell.display_formatter is not None
    shell.display_formatter.format(0)  # its parts are made when they are first used
    builtins.input = _no_input  # type: ignore[assignment]
    return shell


def _no_input(prompt: str = "") -> str:
    raise RuntimeError("input() cannot be answered while a notebook is graded.")


def _short_traceback(value: Any, frames: Any) -> list[str]:
    """The frames in notebook cells only, as the standard library writes them."""
    try:
        found = traceback.TracebackException(type(value), value, frames, limit=-20, compact=True)
        found.stack[:] = [f for f in found.stack if f.filename.startswith("<ipython")]
        linecache.checkcache()
        return list(found.format())
    except Exception:
        return [f"{type(value).__name__}\n"]


def fresh_randomness() -> None:
    """Forks would all draw the same numbers; Python's own `random` sees to that itself."""
    if "numpy" in sys.modules:
        # Without a seed NumPy gathers one itself, by way of a SeedSequence: that takes longer.
        sys.modules["numpy"].random.seed(int.from_bytes(os.urandom(4), "little"))
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


@contextlib.contextmanager
def alarm(seconds: float, waited: Callable[[], float] = lambda: 0.0) -> Any:
    """Raise OutOfTime in this process after so many seconds; again, should a test hide it.

    What was waited for a core does not count: by this process, and, as `waited` tells, by another
    one on its behalf.
    """
    ends = time.monotonic() + seconds

    def ring(*_: Any) -> None:
        waiting = waited_for_core(os.getpid()) + waited()
        left = ends + min(waiting, (PATIENCE - 1) * seconds) - time.monotonic()
        if left <= 0:
            raise OutOfTime
        signal.setitimer(signal.ITIMER_REAL, max(left, 0.05), 1.0)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
