"""What of nbgrader's is put in the place of: names that no setting reaches."""

from importlib import import_module
from importlib.metadata import version
from typing import Any

from ..errors import ChainruleError

_FORMGRADER = "nbgrader.server_extensions.formgrader"
AUTOGRADE = ("nbgrader.apps.api:Autograde", "nbgrader.apps.autogradeapp:Autograde")
FEEDBACK = (
    "nbgrader.apps.api:GenerateFeedback",
    "nbgrader.apps.generatefeedbackapp:GenerateFeedback",
)
VALIDATE = (
    "nbgrader.server_extensions.validate_assignment.handlers:Validator",
    "nbgrader.apps.validateapp:Validator",
)
RENDER = f"{_FORMGRADER}.base:BaseHandler.render"
ROUTES = f"{_FORMGRADER}.handlers:default_handlers"
FILES = f"{_FORMGRADER}.handlers:SubmissionFilesHandler"


class WrongNbgrader(ChainruleError):
    """A name that is to be replaced is not there."""


def found(place: str) -> Any:
    """What stands at `module:name.name`. Raises WrongNbgrader."""
    return getattr(*_holder(place))


def replace(place: str, value: Any) -> None:
    """Put it there. Raises WrongNbgrader."""
    holder, name = _holder(place)
    setattr(holder, name, value)


def _holder(place: str) -> tuple[Any, str]:
    module, _, names = place.partition(":")
    *above, name = names.split(".")
    try:
        holder = import_module(module)
        for one in above:
            holder = getattr(holder, one)
        getattr(holder, name)
    except (ImportError, AttributeError):
        raise WrongNbgrader(
            f"nbgrader {version('nbgrader')} has no {names} in {module}, which is overridden: "
            "install the version that requirements.txt names."
        ) from None
    return holder, name
