"""The instructor's own notebook, run once before the first submission.

It imports what its cells import while they run, and fills the caches of the libraries that it uses:
every fork starts from there. It runs in a process that grades this assignment only, so that nothing
it changes reaches another assignment.
"""

import os
import sys

from ..limits import Limits
from ..plain_data import Plan
from .shell import KeepingShell, alarm


def rehearse(shell: KeepingShell, plan: Plan, limits: Limits) -> list[str]:
    """Run the notebooks of a plan as they stand in source/; return the modules that this imported.

    Errors do not matter: submissions then meet them too.
    """
    before = set(sys.modules)
    os.environ["CHAINRULE_REHEARSAL"] = "1"  # tests may get ready now what all submissions need
    for notebook in plan["notebooks"].values():
        run_cells(shell, notebook["rehearsal"], limits)
    os.environ.pop("CHAINRULE_REHEARSAL", None)
    return sorted(name for name in set(sys.modules) - before if not name.startswith("__"))


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
