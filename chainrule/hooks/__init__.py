"""Everything of nbgrader that is overridden here, in one line of nbgrader_config.py::

    from chainrule import hooks

    hooks.install(c)

Then nbgrader's own commands, and Formgrader's buttons, grade in the sandbox, write feedback pages
that hold nothing hidden, and show what learners wrote without running any of it; and Validate says
in a sentence what it stumbled over.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import needs_course

if TYPE_CHECKING:
    from traitlets.config import Config

_PARTS = ("autograde", "feedback", "formgrader", "validate")


def install(config: "Config") -> None:
    """Override all of it. config: the `c` of nbgrader_config.py.

    Raises WrongNbgrader where this nbgrader has no such thing to override, and NotInstalled where
    packages are missing.
    """
    with needs_course(__name__):
        parts = [import_module(f"{__name__}.{part}") for part in _PARTS]
    for part in parts:
        part.install(config)
    _withhold_definitions(config)


def _withhold_definitions(config: "Config") -> None:
    """What defines an exercise holds its right answers: nbgrader releases it to nobody."""
    from ..grading.files.course import for_tests_only

    files = [path for path in Path("source").glob("*/*.py") if path.is_file()]
    for name in sorted(
        {path.name for path in files if for_tests_only({"a.py": path.read_bytes()})}
    ):
        config.CourseDirectory.ignore.append(name)
