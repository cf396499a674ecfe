"""The base of all errors that a user can do something about, and the one that anybody may meet."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class ChainruleError(Exception):
    """What was found, what was expected, what to do: the command line prints this and no trace."""


class NotInstalled(ChainruleError, ImportError):
    """Packages are missing that an extra of chainrule brings."""


def needs_course(what: str) -> AbstractContextManager[None]:
    """Around imports that only `chainrule[course]` makes possible; learners install less.

    what: begins the sentence. Raises NotInstalled where packages of that extra are missing.
    """
    return _needs("course", what)


def needs_cluster(what: str) -> AbstractContextManager[None]:
    """The same for `chainrule[cluster]`, for grading on more than one machine."""
    return _needs("cluster", what)


@contextmanager
def _needs(extra: str, what: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        missing = _missing(extra)
        if not missing:  # then the extra would not help
            raise
        raise NotInstalled(
            f"{what} needs chainrule[{extra}], and finds no {error.name}: "
            f"pip install 'chainrule[{extra}]' (missing: {', '.join(missing)})"
        ) from error


def _missing(extra: str) -> list[str]:
    """The packages of one of chainrule's extras that are not installed."""
    from importlib import metadata  # here, since every process of grading imports this module

    try:
        asked = metadata.requires("chainrule") or []
    except metadata.PackageNotFoundError:  # run from its folder: nobody knows of its extras
        return []
    names = [re.split(r"[^\w.-]", line)[0] for line in asked if f'extra == "{extra}"' in line]
    return [name for name in names if not any(metadata.distributions(name=name))]
