"""Errors as Python and NumPy really raise them have a sentence in plain words."""

import math

import numpy as np
import pytest

from chainrule.checks.python_words import in_words

row, other = np.ones((1, 3)), np.ones((1, 4))
two = (np.ones((2, 3)), np.ones((1, 3)))


def nothing():
    pass


def first_of(a, b):
    return a


def unset(skip=True):
    if not skip:
        late = 1
    return late


def unpack(value):
    a, b = value
    return a, b


def into_a_tuple():
    two[0] = 1


ERRORS = {
    "a yes or no": (lambda: max(0, row), "one yes or no"),
    "an if": (lambda: 1 if row > 0 else 0, "one yes or no"),
    "a product": (lambda: row @ other, "left side must be as many as the rows of the right"),
    "np.dot": (lambda: np.dot(row, other), "here the shapes are (1,3) and (1,4)"),
    "a sum": (lambda: row + other, "(1,3) and (1,4) have no entries to pair"),
    "a place too small": (lambda: np.zeros(2).__setitem__(slice(None), row), "shape (3,)"),
    "too many": (lambda: unpack((1, 2, 3)), "more values than the 2 names"),
    "too few": (lambda: unpack((1,)), "has 2 names, the right side holds only 1"),
    "nothing to unpack": (lambda: unpack(3), "one int, not several values"),
    "tuples": (lambda: two - two, "Go through it one by one"),
    "a tuple and a rate": (lambda: 0.1 * two, "Go through it one by one"),
    "one array of many": (lambda: np.array(two), "Keep them apart"),
    "a float as a place": (lambda: row[0, 1.0], "must be a whole number"),
    "a list's float": (lambda: list(two)[0.0], "must be a whole number"),
    "past the last": (lambda: row[0, 3], "the last of 3 along axis 1 is 2; asked for was 3"),
    "past a tuple's last": (lambda: two[2], "past the last"),
    "an axis lost": (lambda: row[0].sum(axis=1), "this array has only 1"),
    "too many places": (lambda: row[0][0, 0], "has 1 of the 2 axes"),
    "math": (lambda: math.exp(row), "was given an array"),
    "a number to loop over": (lambda: list(3), "this is one number"),
    "a method of a tuple": (lambda: two.max(), "which of them is meant?"),
    "a tuple changed": (into_a_tuple, "cannot be changed"),
    "a product in brackets": (lambda: (lambda product: product(2))(row), "call it like a function"),
    "None": (lambda: nothing() + row, "without a return line"),
    "None as an object": (lambda: nothing()[0], "without a return line"),
    "too many arguments": (lambda: first_of(1, 2, 3), "takes 2 arguments; here it is given 3"),
    "too few arguments": (lambda: first_of(1), "first_of needs 'b' as well."),
    "not set": (unset, "`late` is read before"),
    "an inverse": (lambda: np.linalg.inv(row), "only square ones"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_there_are_words_for(name):
    function, expected = ERRORS[name]
    with pytest.raises(Exception) as raised:
        function()
    assert expected in in_words(raised.value), raised.value


def test_a_check_says_what_it_calls_with():
    with pytest.raises(TypeError) as raised:
        first_of(1, 2, 3)
    words = in_words(raised.value, "first_of", ("x", "W", "b"))
    assert (
        words
        == "The check calls first_of(x, W, b): the first line of yours has to take just these."
    )


def test_a_mistyped_name_is_recognised():
    with pytest.raises(NameError) as raised:
        grad_logts  # noqa: B018, F821
    assert "is `grad_logits` meant?" in in_words(raised.value, names=["grad_logits", "x"])
    assert "is it mistyped" in in_words(raised.value, names=["x"])


@pytest.mark.parametrize("error", [None, ValueError("my own words"), RuntimeError()])
def test_other_errors_speak_for_themselves(error):
    assert in_words(error) == ""
