"""What the commonest errors of Python and NumPy mean, in a sentence for a beginner.

The sentence says what was seen and what is needed. It never says what the function should compute.
"""

import difflib
import re
from collections.abc import Collection

# What a notebook imports -> how.
IMPORTED = {"np": "import numpy as np", "torch": "import torch"}
_ONE_BY_ONE = (
    "A tuple of arrays is no array: Python cannot calculate with it as a whole. Go through it one "
    "by one."
)
_NO_ONE_ARRAY = (
    "NumPy cannot make one array of arrays of different shapes. Keep them apart, in a tuple or "
    "list."
)
# Patterns of messages, and what they mean; a sentence is filled in with what was found.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"truth value of an array",
        "`if`, `and`, `or` and Python's own max and min ask for one yes or no, but an array has "
        "one for each entry. NumPy's functions, and comparisons used as masks, work entry by "
        "entry.",
    ),
    (
        r"matmul: .*size (\d+) is different from (\d+)",
        "In a matrix product the columns of the left side must be as many as the rows of the right "
        "side: here {1} and {0}.",
    ),
    (
        r"shapes (\([\d, ]*\)) and (\([\d, ]*\)) not aligned",
        "In a matrix product the columns of the left side must be as many as the rows of the right "
        "side; here the shapes are {0} and {1}.",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\w+) and (\w+)\)",
        "In a matrix product the columns of the left side must be as many as the rows of the right "
        "side; here the sizes are {0} and {1}.",
    ),
    (
        r"matmul: Input operand (\d) does not have enough dimensions",
        "A matrix product needs arrays on both sides; one of these is a single number.",
    ),
    (
        r"operands could not be broadcast together with shapes (\([\d, ]*\)) (\([\d, ]*\))",
        "Signs such as +, - and * work entry by entry, and {0} and {1} have no entries to pair. (A "
        "matrix product is written @.)",
    ),
    (
        r"could not broadcast input array from shape (\([\d, ]*\)) into shape (\([\d, ]*\))",
        "An array of shape {0} does not fit into a place of shape {1}.",
    ),
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        "Signs such as +, - and * work entry by entry, and {0} entries cannot be paired with {1}.",
    ),
    (
        r"too many values to unpack \(expected (\d+)\)",
        "The right side holds more values than the {0} names on the left.",
    ),
    (
        r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)",
        "The left side has {0} names, the right side holds only {1}.",
    ),
    (r"cannot unpack non-iterable (\w+) object", "The right side is one {0}, not several values."),
    (r"unsupported operand type\(s\) for .*'(?:tuple|list)' and '(?:tuple|list)'", _ONE_BY_ONE),
    (r"unsupported operand type\(s\) for .*'(?:tuple|list)'", _ONE_BY_ONE),
    (r"can't multiply sequence by non-int", _ONE_BY_ONE),
    (r"can only concatenate (?:tuple|list)", _ONE_BY_ONE),
    (r"inhomogeneous shape", _NO_ONE_ARRAY),
    (r"setting an array element with a sequence", _NO_ONE_ARRAY),
    (
        r"unsupported operand type\(s\) for .*'NoneType'",
        "One of the two is None. None comes from a function that ends without a return line.",
    ),
    (
        r"'NoneType' object",
        "Something here is None. None comes from a function that ends without a return line.",
    ),
    (
        r"only integers, slices .* are valid indices|indices must be integers|slice indices must",
        "A position in an array must be a whole number; this one is a float or something else.",
    ),
    (
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        "Positions count from 0, so that the last of {2} along axis {1} is {last}; asked for was "
        "{0}.",
    ),
    (
        r"(?:list|tuple) index out of range",
        "Positions count from 0; this one is past the last.",
    ),
    (
        r"too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
        "The array has {0} of the {1} axes that the square brackets ask for.",
    ),
    (
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        "Axes count from 0, and this array has only {1}: an earlier line may have lost one.",
    ),
    (
        r"(?:only 0-dimensional arrays|only size-1 arrays|only length-1 arrays|only one element "
        r"tensors|a Tensor with \d+ elements) can(?:not)? be converted",
        "This function takes one number and was given an array. NumPy's functions of the same name "
        "take arrays.",
    ),
    (
        r"'(int|float)' object is not iterable",
        "A loop needs several things to go through; this is one number.",
    ),
    (
        r"'(tuple|list)' object has no attribute '(\w+)'",
        "This is a {0} of several values, not one array: which of them is meant?",
    ),
    (
        r"'tuple' object does not support item assignment",
        "A tuple cannot be changed once it is made. Make a new one, or work on a list.",
    ),
    (
        r"'numpy\.ndarray' object is not callable|'(?:numpy\.)?float\w*' object is not callable",
        "Round brackets after a value call it like a function. A product needs *, a position needs "
        "square brackets.",
    ),
    (
        r"output array is read-only|assignment destination is read-only",
        "This array may only be read. Work on a copy.",
    ),
    (
        r"Cannot cast ufunc .* from dtype\('float64'\) to dtype\('int64'\)",
        "An array of whole numbers cannot take decimal ones. Make it an array of floats.",
    ),
    (
        r"Last 2 dimensions of the array must be square|Singular matrix",
        "Few matrices have an inverse, and only square ones. No step of this course needs one.",
    ),
    (
        r"maximum recursion depth exceeded",
        "The function calls itself again and again and never comes to an end.",
    ),
    (
        r"cannot access local variable '(\w+)'|local variable '(\w+)' referenced before",
        "`{0}` is read before any line has given it a value. Is it set only in a loop or branch "
        "that is not run here?",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "torch still tracks this tensor; `.detach()` lets go of it.",
    ),
)


def in_words(
    error: BaseException | None, function: str = "", arguments: Collection[str] = (),
    names: Collection[str] = (),
) -> str:  # fmt: skip
    """What an error means, in one or two sentences; "" where its own message must do.

    function, arguments: the learner's function, and what a check gives to it. names: those that the
    function knows, for one that is mistyped.
    """
    text = " ".join(str(error).split())
    for special in (_parameters(text, function, arguments), _mistyped(error, text, names)):
        if special:
            return special
    for pattern, meaning in _MEANINGS:
        if found := re.search(pattern, text):
            groups = [group for group in found.groups() if group is not None]
            last = str(int(groups[2]) - 1) if "{last}" in meaning else ""
            return meaning.format(*groups, last=last)
    return ""


def _parameters(text: str, function: str, arguments: Collection[str]) -> str:
    """A call with too many arguments, or with too few."""
    found = re.search(r"(?:\w+\.)*(\w+|<lambda>)\(\) (takes|missing) (.*)", text)
    if not found:
        return ""
    name = found[1]
    if name == function:
        given = ", ".join(arguments)
        return f"The check calls {name}({given}): the first line of yours has to take just these."
    if found[2] == "takes":
        counts = re.findall(r"(\d+)", found[3])
        if len(counts) >= 2:
            return f"{name} takes {_count(int(counts[0]))}; here it is given {counts[-1]}."
        return ""
    listed = found[3].partition(": ")[2]
    return f"{name} needs {listed} as well." if listed else ""


def _count(number: int) -> str:
    return f"{number} argument{'s' * (number != 1)}"


def _mistyped(error: BaseException | None, text: str, names: Collection[str]) -> str:
    found = re.fullmatch(r"name '(\w+)' is not defined.*", text)
    if not isinstance(error, NameError) or not found:
        return ""
    if found[1] in IMPORTED:
        return (
            f"`{found[1]}` comes with `{IMPORTED[found[1]]}`, in the notebook's first code cell. "
            "After a restart, run the cells above again."
        )
    near = difflib.get_close_matches(found[1], list(names), n=1, cutoff=0.75)
    if near:
        return f"There is no `{found[1]}`; is `{near[0]}` meant?"
    return f"There is no `{found[1]}`: is it mistyped, or was its cell not run?"
