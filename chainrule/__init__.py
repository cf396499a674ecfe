"""Backpropagation by hand: exercises, checks that name the mistake, and grading.

    from chainrule import check, mark       # what notebooks call: see `checks`
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
    from chainrule.checks.mark import grade  # noqa: F401
    from chainrule.checks.mark import mark as mark
    from chainrule.explorer import Explorer as Explorer

__version__ = "0.1.0"

_HOMES = {
    "check": "checks.check",
    "mark": "checks.mark",
    "CheckFailed": "checks.check",
    "Explorer": "explorer",
}
__all__ = [*_HOMES]
_HOMES["grade"] = "checks.mark"  # what notebooks of earlier terms call `mark`


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    value = getattr(import_module(f"chainrule.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
