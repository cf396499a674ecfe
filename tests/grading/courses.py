"""The former place of `tests.support.courses`, for suites of attacks that are kept elsewhere."""

from tests.support.courses import *  # noqa: F403
