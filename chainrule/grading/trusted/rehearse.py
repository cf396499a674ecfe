"""What it takes to run a notebook, seen when the instructor's own answers are graded.

Modules that their cells import while they run are imported by the processes that all submissions
are forks of: those of the tests by the one, those of the answers by the other. Nothing else may
stay. A filter of warnings, a variable of the environment, a changed setting would be in every
submission's world from the first cell on, and marks would depend on what was graded before.

A library that works out the same for every submission can ask for it: `do_what_was_asked`.
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from ..plain_data import Rehearsal
from ..wall.trouble import Gone, NeedsPerson
from .learner import LearnersNotebook

Asked = tuple[str, str, list[object]]
_VARIABLE = "CHAINRULE_REHEARSAL"  # the file in which code of the course asks for things
_MOST_BYTES = 1 << 20
_MOST_MODULES = 10_000


def rehearsed(run: Callable[[], None], learner: LearnersNotebook) -> Rehearsal:
    """Run a notebook; return what that has imported and asked for, here and at the learner's."""
    before = len(sys.modules)  # they stand in the order in which they are imported
    with tempfile.TemporaryDirectory(prefix="chainrule-") as place:
        asked = Path(place, "asked")
        os.environ[_VARIABLE] = str(asked)
        run()
        text = asked.read_text("utf-8")[:_MOST_BYTES] if asked.is_file() else ""
    theirs: list[str] = []
    with contextlib.suppress(Gone, NeedsPerson):
        theirs = learner.modules()
    return {
        "tests": _names([*sys.modules][before:]),
        "learner": _names(theirs),
        "asked": [json.loads(line) for line in text.splitlines()],
    }


def _names(modules: Iterable[str]) -> list[str]:
    """Those that an import statement can name."""
    found = (
        name
        for name in set(modules)
        if not name.startswith("__") and all(part.isidentifier() for part in name.split("."))
    )
    return sorted(found)[:_MOST_MODULES]


def do_what_was_asked(asked: Iterable[Asked]) -> None:
    """Call what the instructor's own code has asked for; a failure shows again where it matters."""
    for module, function, arguments in asked:
        try:
            getattr(importlib.import_module(module), function)(*arguments)
        except Exception:
            continue
