"""A verdict's example: arrays as rows of figures, and its inputs as Python to be pasted."""

from dataclasses import dataclass
from typing import Any

# How records write numbers that JSON has not, and how NumPy does.
NOT_FINITE = {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}


@dataclass
class Row:
    """Of an array: each entry as text, and whether it differs."""

    cells: list[tuple[str, bool]]


def table(values: Any, differ: Any) -> list[Row] | None:
    """A number, a row or a matrix as rows of text; None for what is none of these."""
    if values is None or (isinstance(values, str) and values not in NOT_FINITE):
        return None
    rank = 0 if not isinstance(values, list) else 2 if _rows(values) else 1
    rows = [[values]] if rank == 0 else [values] if rank == 1 else values
    if not all(isinstance(c, int | float | str) for row in rows for c in row):
        return None
    wrong = {tuple(index) for index in differ if isinstance(index, list)} if differ else set()

    def at(i: int, j: int) -> bool:
        return ((), (j,), (i, j))[rank] in wrong

    return [Row([(figure(c), at(i, j)) for j, c in enumerate(row)]) for i, row in enumerate(rows)]


def _rows(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(row, list) for row in values)


def figure(value: Any) -> str:
    """Five significant digits, as the checks print them, with a real minus."""
    if isinstance(value, str):
        return value
    text = f"{value:.5g}"
    return "0" if text == "-0" else text.replace("-", "−")


def code(inputs: Any) -> str:
    """The inputs of an example as Python, to be pasted below the learner's function."""
    lines = [f"{name} = {_python(value)}" for name, value in inputs.items()]
    return "\n".join(["import numpy as np", "", *lines])


def _python(value: Any) -> str:
    if not isinstance(value, list):
        return _number(int(value) if isinstance(value, float) and value.is_integer() else value)
    if any(isinstance(item, list) and _rows(item) for item in value):
        return f"({', '.join(_python(item) for item in value)})"
    rows = value if _rows(value) else [value]
    written = [f"[{', '.join(map(_number, row))}]" for row in rows]
    return f"np.array([{', '.join(written)}])" if _rows(value) else f"np.array({written[0]})"


def _number(value: Any) -> str:
    return NOT_FINITE.get(value, repr(value))
