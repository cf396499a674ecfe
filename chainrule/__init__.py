"""Backpropagation by hand: exercises, checks that name the mistake, and grading.

    from chainrule import check, grade      # what notebooks call: see `checks`
    from chainrule import CheckFailed       # what `check` raises where an answer is not right
    from chainrule import Explorer          # the widget

Each is imported when it is first used: `import chainrule` alone loads neither NumPy nor torch.
A whole course is graded by `chainrule.grading.grade`, and reported on by
`chainrule.report.class_report.report`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainrule.checks.check import CheckFailed as CheckFailed
    from chainrule.checks.check import check as check
    from chainrule.checks.check import grade as grade
    from chainrule.explorer import Explorer as Explorer

__version__ = "0.1.0"

_HOMES = {
    "check": "checks.check",
    "grade": "checks.check",
    "CheckFailed": "checks.check",
    "Explorer": "explorer",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    value = getattr(import_module(f"chainrule.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
