"""What a call changed in its arguments is changed in the test's own objects."""

import numpy as np
import pytest
import torch

from chainrule.grading.overwrite import overwrite
from chainrule.grading.values import Malformed

# Before, and after: the object stays, and has the new contents.
CONTENTS = {
    "a list that grew": ([1], [1, 2, [3]]),
    "a list that was emptied": ([1, 2], []),
    "a list with other items": ([1, "a"], [2, None]),
    "a dictionary": ({"a": 1, "b": 2}, {"b": 3, "c": 4}),
    "a dictionary in another order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "a set": ({1, 2}, {2, 3}),
    "a bytearray": (bytearray(b"abc"), bytearray(b"x")),
    "nothing changed": ([1, {"a": (2,)}], [1, {"a": (2,)}]),
    "a value that is no container": ([1.0], [[1.0]]),
    "a container that is none any more": ([[1.0]], [None]),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_it_has_the_new_contents(name):
    old, new = CONTENTS[name]
    overwrite(old, new)
    assert repr(old) == repr(new)


# What lies inside stays the same object too.
INSIDE = {
    "in a list": (lambda inner: [0, inner], lambda inner: inner[1]),
    "in a tuple": (lambda inner: (0, inner), lambda inner: inner[1]),
    "in a dictionary": (lambda inner: {"k": inner}, lambda inner: inner["k"]),
    "in a tuple in a dictionary in a list": (
        lambda inner: [{"k": (0, inner)}],
        lambda outer: outer[0]["k"][1],
    ),
}
INNER = {
    "a list": ([1], [1, 2]),
    "a dictionary": ({"a": 1}, {"b": 2}),
    "a set": ({1}, {2}),
    "a bytearray": (bytearray(b"a"), bytearray(b"bc")),
    "an array": (np.zeros(2), np.array([1.0, 2.0])),
    "a tensor": (torch.zeros(2), torch.tensor([1.0, 2.0])),
}


@pytest.mark.parametrize("place", INSIDE)
@pytest.mark.parametrize("kind", INNER)
def test_the_objects_inside_stay_and_change(place, kind):
    around, inside = INSIDE[place]
    before, new = INNER[kind]
    old = before.clone() if isinstance(before, torch.Tensor) else before.copy()
    outer = around(old)
    overwrite(outer, around(new))
    assert inside(outer) is old
    assert repr(old) == repr(new)


def test_an_array_changes_for_everyone_who_has_it():
    array = np.zeros((2, 3))
    row = array[1]
    overwrite([array], [np.ones((2, 3))])
    assert row.tolist() == [1.0, 1.0, 1.0]


def test_a_tensor_of_autograd_changes_too():
    leaf = torch.zeros(2, requires_grad=True)
    overwrite([leaf], [torch.ones(2, requires_grad=True)])
    assert leaf.tolist() == [1.0, 1.0] and leaf.requires_grad and leaf.is_leaf


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, dtype=int)),
        (torch.zeros(2), torch.zeros(3)),
        (torch.zeros(2), torch.zeros(2, dtype=torch.int64)),
    ],
    ids=["another shape", "another type", "a tensor's shape", "a tensor's type"],
)
def test_in_a_list_another_shape_takes_the_place(old, new):
    outer = [old]
    overwrite(outer, [new])
    assert outer[0] is new


# What no call can have done.
REFUSED = {
    "another type": ([1], (1,), "another type"),
    "a list for a dictionary": ({}, [], "another type"),
    "an array of another shape": (np.zeros(2), np.zeros(3), "another shape"),
    "an array of another type": (np.zeros(2), np.zeros(2, dtype=int), "another shape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses(name):
    old, new, said = REFUSED[name]
    before = repr(old)
    with pytest.raises(Malformed, match=said):
        overwrite(old, new)
    assert repr(old) == before


def read_only(*numbers):
    array = np.array(numbers)
    array.flags.writeable = False
    return array


def test_a_read_only_array_may_come_back_as_it_was():
    overwrite([read_only(1.0, 2.0), []], [read_only(1.0, 2.0), []])


def test_a_read_only_array_that_comes_back_changed_is_refused():
    array = read_only(1.0, 2.0)
    with pytest.raises(Malformed, match="read-only"):
        overwrite([array], [read_only(1.0, 3.0)])
    assert array.tolist() == [1.0, 2.0]
