"""The base of all errors that a user can do something about."""


class ChainruleError(Exception):
    """What was found, what was expected, what to do: the command line prints this and no trace."""
