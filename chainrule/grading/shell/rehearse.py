"""The instructor's own notebook, run once before the first submission, in a process that then ends.

What stays of it are modules: those that its cells import while they run are imported by the process
that all submissions are forks of. Nothing else may stay. A filter of warnings, a variable of the
environment, a changed setting would be in every submission's world from the first cell on, and
marks would depend on whether an assignment was worth a rehearsal.

A library that works out the same for every submission can ask for it: `do_what_was_asked`.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..limits import Limits
from ..plain_data import Plan, Rehearsal
from .shell import KeepingShell, alarm

_VARIABLE = "CHAINRULE_REHEARSAL"  # the file in which code of the course asks for things
_MOST_BYTES = 1 << 20


def rehearse(shell: KeepingShell, plan: Plan, limits: Limits) -> Rehearsal:
    """Run the notebooks of a plan as they stand in source/.

    Errors do not matter: submissions then meet them too.
    """
    before = set(sys.modules)
    with tempfile.TemporaryDirectory(prefix="chainrule-") as place:
        asked = Path(place, "asked")
        os.environ[_VARIABLE] = str(asked)
        for notebook in plan["notebooks"].values():
            run_cells(shell, notebook["rehearsal"], limits)
        text = asked.read_text("utf-8")[:_MOST_BYTES] if asked.is_file() else ""
    modules = sorted(name for name in set(sys.modules) - before if not name.startswith("__"))
    return {"modules": modules, "asked": [json.loads(line) for line in text.splitlines()]}


def do_what_was_asked(asked: Iterable[tuple[str, str, list[object]]]) -> None:
    """Call what the instructor's own code has asked for; a failure shows again where it matters."""
    for module, function, arguments in asked:
        try:
            getattr(importlib.import_module(module), function)(*arguments)
        except Exception:
            continue


def run_cells(shell: KeepingShell, cells: list[str], limits: Limits) -> None:
    """Run the cells of one notebook, and leave the shell as if none had run."""
    shell.enter({"__name__": "__main__"})
    for source in cells:
        with alarm(limits.cell_seconds):
            shell.run(source)
    shell.enter({"__name__": "__main__"})


def threads() -> int:
    """How many threads this process has: a fork takes only the one that forks along."""
    return len(os.listdir("/proc/self/task"))
