"""The learning platforms, by the names that the command line knows them by."""

from typing import Final, Literal, get_args

Platform = Literal["moodle", "gradescope", "blackboard", "ilias", "canvas", "classroom", "folders"]
PLATFORMS: Final[tuple[Platform, ...]] = get_args(Platform)
# Where the number is the person's own; Moodle gives another one for each assignment.
LASTING: Final[frozenset[Platform]] = frozenset({"canvas", "ilias", "gradescope"})
