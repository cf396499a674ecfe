"""The inputs of a verdict's example as Python, to be pasted below the learner's function."""

from .untrusted import Value

NOT_FINITE = {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}


def code(inputs: dict[str, Value]) -> str:
    """One line an input: an array, a tuple of arrays, or a number."""
    lines = [f"{name} = {_python(value)}" for name, value in inputs.items()]
    return "\n".join(["import numpy as np", "", *lines])


def _python(value: Value) -> str:
    if not isinstance(value, list):
        # A whole number is a count, such as that of the steps.
        return repr(int(value)) if value.is_integer() else _listed(value)
    if any(isinstance(item, list) and isinstance(item[0], list) for item in value):
        return f"({', '.join(map(_python, value))})"
    return f"np.array({_listed(value)})"


def _listed(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_listed, value))}]"
    return NOT_FINITE.get(str(value), repr(value))
