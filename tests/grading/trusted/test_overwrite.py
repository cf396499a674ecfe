"""What a call changed in its arguments is changed in the test's own objects."""

import json

import numpy as np
import pytest
import torch

from chainrule.grading.sandbox.calls import call
from chainrule.grading.sandbox.functions import Exchange
from chainrule.grading.trusted.overwrite import overwrite
from chainrule.grading.wall.values import Decoder, Encoder, Malformed


def called(function, *args):
    """Call it as over the wall: its arguments are changed here, and its result comes back."""
    encoder = Encoder()
    sent = json.loads(json.dumps(encoder.encode([list(args), {}])))
    exchange = Exchange(None, None)
    exchange.ours.append(function)
    asked = {"do": "call", "function": 0, "calls": [(sent, 0)], "floating": None}
    asked |= {"warn_always": False, "seeds": [], "state": {}}
    answer, buffers = call(exchange, asked, sent, encoder.buffers, 1000)
    answer = json.loads(json.dumps(answer))
    decoder = Decoder(buffers, None, encoder.mutable)
    if "objects" in answer:
        overwrite(encoder.mutable, [decoder.decode(code) for code in answer["objects"]])
    if "raised" in answer:
        return answer["raised"]
    return Decoder(buffers, None, encoder.mutable).decode(answer["value"])


def copied(value):
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


# A call that changes its argument -> what it is before and after.
def put(container, key, value):
    container[key] = value


CHANGES = {
    "a list that grew": (lambda a: a.append([3]), [1], [1, [3]]),
    "a list that was emptied": (lambda a: a.clear(), [1, 2], []),
    "a list with other items": (lambda a: put(a, slice(None), ["a", None]), [1], ["a", None]),
    "a dictionary": (lambda a: put(a, "c", 4), {"a": 1}, {"a": 1, "c": 4}),
    "a dictionary in another order": (
        lambda a: a.update(a=a.pop("a")), {"a": 1, "b": 2}, {"b": 2, "a": 1}
    ),
    "a set": (lambda a: a.add(3), {1}, {1, 3}),
    "a bytearray": (lambda a: a.extend(b"x"), bytearray(b"a"), bytearray(b"ax")),
    "an array": (lambda a: put(a, 0, 5.0), np.zeros(2), np.array([5.0, 0.0])),
    "minus zero": (lambda a: put(a, 0, -0.0), np.zeros(1), np.array([-0.0])),
    "a tensor": (lambda a: put(a, 0, 5.0), torch.zeros(2), torch.tensor([5.0, 0.0])),
    "a tuple in place of another": (lambda a: put(a, 0, (1, 3)), [(1, 2)], [(1, 3)]),
    "an array of another shape": (lambda a: put(a, 0, np.zeros(3)), [np.zeros(2)], [np.zeros(3)]),
    "nothing": (lambda a: None, [1, {"a": (2,)}], [1, {"a": (2,)}]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_the_object_stays_and_has_the_new_contents(name):
    function, before, after = CHANGES[name]
    old = copied(before)
    called(function, old)
    assert repr(old) == repr(after)


PLACES = {
    "in a list": (lambda inner: [0, inner], lambda a: a[1]),
    "in a tuple": (lambda inner: (0, inner), lambda a: a[1]),
    "in a dictionary": (lambda inner: {"k": inner}, lambda a: a["k"]),
    "deep inside": (lambda inner: [{"k": (0, inner)}], lambda a: a[0]["k"][1]),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_lies_inside_stays_the_same_object(place):
    around, inside = PLACES[place]
    inner = [1]
    outer = around(inner)
    called(lambda a: inside(a).append(2), outer)
    assert inside(outer) is inner and inner == [1, 2]


# Objects that move, come out, or come in -> each is still itself.


def test_rows_that_are_sorted_stay_themselves():
    small, large = [1, 2], [3, 4]
    rows = [large, small]
    first = called(lambda a: (a.sort(), a[0])[1], rows)
    assert rows == [[1, 2], [3, 4]] and rows[0] is small and rows[1] is large
    assert first is small and small == [1, 2]


def test_the_rows_of_a_copy_are_sorted_and_the_list_is_not():
    rows = [[3, 4], [1, 2]]
    called(lambda a: a.sort(), list(rows))
    assert rows == [[3, 4], [1, 2]]


def test_what_was_taken_out_and_changed():
    items = [3, 1, 2]
    box = {"items": items}

    def sorted_items(d):
        found = d.pop("items")
        found.sort()
        return found

    assert called(sorted_items, box) is items
    assert items == [1, 2, 3] and box == {}


def test_a_linked_list_is_reversed_in_place():
    third = {"n": 3, "next": None}
    second = {"n": 2, "next": third}
    first = {"n": 1, "next": second}

    def reverse(node):
        before = None
        while node is not None:
            node["next"], before, node = before, node, node["next"]
        return before

    assert called(reverse, first) is third
    assert third["next"] is second and second["next"] is first and first["next"] is None


def test_new_objects_that_are_shared_stay_shared():
    outer = []

    def fill(a):
        row = [0]
        a += [row, row]

    called(fill, outer)
    assert outer == [[0], [0]] and outer[0] is outer[1]


def test_arrays_that_share_their_numbers():
    array = np.zeros((2, 3))
    called(lambda whole, row: put(whole, slice(None), 1.0), array, array[1])
    assert array.tolist() == [[1.0] * 3] * 2


def test_a_change_before_an_error_is_a_change():
    items = [1]
    assert called(lambda a: (a.append(2), a.index(9)), items)[0] == "ValueError"
    assert items == [1, 2]


def test_a_tensor_of_autograd_changes_too():
    leaf = torch.zeros(2, requires_grad=True)
    called(lambda a: put(a.data, 0, 1.0), leaf)
    assert leaf.tolist() == [1.0, 0.0] and leaf.requires_grad and leaf.is_leaf
    parameter = torch.nn.Parameter(torch.zeros(2))
    called(lambda a: put(a.data, 0, 1.0), parameter)
    assert parameter.tolist() == [1.0, 0.0]


# What no call can have done.
REFUSED = {
    "another type": ([1], (1,), "another type"),
    "a list for a dictionary": ({}, [], "another type"),
    "an array of another shape": (np.zeros(2), np.zeros(3), "another shape"),
    "an array of another type": (np.zeros(2), np.zeros(2, dtype=int), "another shape"),
    "a tensor of another shape": (torch.zeros(2), torch.zeros(3), "another shape"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_and_changes_nothing(name):
    old, new, said = REFUSED[name]
    other, before = [1], repr(old)
    with pytest.raises(Malformed, match=said):
        overwrite([other, old], [[2], new])
    assert repr(old) == before and other == [1]


def test_it_refuses_another_number_of_objects():
    with pytest.raises(Malformed, match="other arguments"):
        overwrite([[1]], [])


def read_only(*numbers):
    array = np.array(numbers)
    array.flags.writeable = False
    return array


def test_a_read_only_array_may_come_back_as_it_was():
    overwrite([read_only(1.0, np.nan), []], [read_only(1.0, np.nan), []])


def test_a_read_only_array_that_comes_back_changed_is_refused():
    array = read_only(1.0, 2.0)
    with pytest.raises(Malformed, match="read-only"):
        overwrite([array], [read_only(1.0, 3.0)])
    assert array.tolist() == [1.0, 2.0]
