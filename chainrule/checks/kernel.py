"""An extension for the learner's kernel: after a restart, one line where a name is not there yet.

    python -m ipykernel_launcher --ext=chainrule.checks.kernel

Given cells use what the cells above them made. Run out of order they end in a NameError, and over a
function that is still to do in its NotImplementedError; both say more in a line than in frames.
"""

import traceback
from typing import Any

from chainrule.checks.notebook import RUN_ABOVE


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython."""
    shell.set_custom_exc((NameError, NotImplementedError), _show)


def _show(shell: Any, kind: type[Exception], error: Exception, frames: Any, **options: Any) -> None:
    if said := _in_a_line(error):
        shell._showtraceback(kind, error, [said])
    else:
        shell.showtraceback((kind, error, frames), **options)


def _in_a_line(error: Exception) -> str:
    """What is to be done; "" where the frames say more."""
    if isinstance(error, NotImplementedError):
        inside = traceback.extract_tb(error.__traceback__)[-1].name
        return f"{inside}: {error}." if "not attempted yet" in str(error) else ""
    name = getattr(error, "name", None)
    if isinstance(error, UnboundLocalError) or not name:
        return ""
    return (
        f"{name} is not there. Cells build on those above them, which have to run first, "
        f"after a restart too: {RUN_ABOVE}. If they have run, is the name spelt as there?"
    )
