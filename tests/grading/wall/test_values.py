"""Plain data crosses the wall as it is; nothing else crosses, whatever the writer claims."""

import json
import math

import numpy as np
import pytest
import torch

from chainrule.grading.wall.values import (
    DEPTH,
    MESSAGE_BYTES,
    CannotCross,
    Decoder,
    Encoder,
    Malformed,
    is_tensor,
)


def written(value, **options):
    """The JSON text and the buffers of a value."""
    encoder = Encoder(**options)
    return json.dumps(encoder.encode(value)), encoder.buffers


def crossed(value):
    """The value, as it comes out on the other side."""
    text, buffers = written(value)
    return Decoder(buffers).decode(json.loads(text))


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


# What crosses as it is, with its type, at any depth.

PLAIN = {
    "none": None,
    "true": True,
    "false": False,
    "small integer": -3,
    "the greatest integers of JSON": [2**53 - 1, -(2**53) + 1],
    "beyond them": [2**53, -(2**53)],
    "a big integer": 3**1000,
    "a big negative integer": -(10**400),
    "a float to its last digit": 0.1 + 0.2,
    "minus zero": -0.0,
    "the least float": 5e-324,
    "infinities": [math.inf, -math.inf],
    "not a number": math.nan,
    "a complex number": complex(-0.0, math.inf),
    "text": 'é ∂ "\n\x00',
    "a lone surrogate": "\ud800",
    "no text": "",
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "a bytearray": bytearray(b"\x00abc"),
    "a list": [1, "two", [3.0, [None]]],
    "a tuple": (1, (2, ())),
    "a set": {1, "a", (2, 3)},
    "a frozenset": frozenset({1, frozenset({2})}),
    "a dictionary": {"a": [1], 2: {"b": ()}, (3, 4): None},
    "keys that JSON would make text": {1: "int", "1": "str", None: "none", 2.5: "float"},
    "a dictionary that looks like ours": {"tuple": [1], "array": ["<f8", [1], "C", True, 0]},
    "ranges": [range(3), range(5, -5, -2), range(2**60, 2**61)],
    "slices": [slice(None), slice(1, None, -1), slice("a", (1,), 2.5)],
    "an ellipsis": (..., 1),
    "types that are built in": [int, dict, ValueError, object],
    "as deep as it goes": nested(DEPTH - 1),
}


def same(one, other):
    """Equal, of the same types, with the same order, signs and NaN."""
    return type(one) is type(other) and repr(one) == repr(other)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_data_crosses(name):
    assert same(crossed(PLAIN[name]), PLAIN[name])


def test_the_order_of_a_dictionary_stays():
    assert list(crossed({"b": 1, "a": 2, "c": 3})) == ["b", "a", "c"]


ARRAYS = {
    "floats": np.array([1.5, -0.0, math.nan, math.inf]),
    "integers": np.array([[1, -2], [3, 2**62]]),
    "unsigned": np.array([0, 255], dtype=np.uint8),
    "truth": np.array([True, False]),
    "half floats": np.array([0.1, 65504], dtype=np.float16),
    "complex": np.array([1 + 2j]),
    "text": np.array(["a", "longer", "é"]),
    "bytes": np.array([b"a", b"longer"]),
    "other byte order": np.array([1, 2, 3], dtype=">i4"),
    "no dimension": np.array(2.5),
    "no numbers": np.zeros((0, 3)),
    "no text in it": np.array(["", ""]),
    "many dimensions": np.arange(24.0).reshape(1, 2, 3, 4),
    "Fortran order": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "transposed": np.arange(6.0).reshape(2, 3).T,
    "every other": np.arange(10)[::2],
    "backwards": np.arange(4)[::-1],
    "broadcast": np.broadcast_to(np.array([1.0, 2.0]), (3, 2)),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_cross(name):
    array = ARRAYS[name]
    came = crossed(array)
    assert type(came) is np.ndarray
    assert (came.dtype.str, came.shape) == (array.dtype.str, array.shape)
    assert came.tobytes() == array.tobytes()
    assert came.flags.writeable == array.flags.writeable


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_stays(order):
    came = crossed(np.ones((2, 3), order=order))
    assert (came.flags.c_contiguous, came.flags.f_contiguous) == (order == "C", order == "F")


def test_a_read_only_array_stays_read_only():
    array = np.zeros(3)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        crossed(array)[0] = 1.0


def test_an_array_that_came_is_nobody_elses():
    array = np.zeros(3)
    crossed(array)[0] = 1.0
    assert array[0] == 0.0


SCALARS = [
    np.float64(-0.0),
    np.float32(0.1),
    np.float16(math.nan),
    np.int8(-128),
    np.uint64(2**64 - 1),
    np.bool_(True),
    np.complex64(1 - 2j),
    np.str_("text"),
    np.bytes_(b"bytes"),
]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: type(scalar).__name__)
def test_numpy_numbers_keep_their_type(scalar):
    assert same(crossed(scalar), scalar)


TENSORS = {
    "float32": torch.tensor([1.5, -0.0, math.inf]),
    "float64": torch.tensor([[0.1, 0.2]], dtype=torch.float64),
    "float16": torch.tensor([0.1], dtype=torch.float16),
    "bfloat16": torch.tensor([0.1], dtype=torch.bfloat16),
    "int64": torch.tensor([2**62, -1]),
    "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "complex64": torch.tensor([1 + 2j]),
    "no dimension": torch.tensor(2.5),
    "no numbers": torch.zeros(0, 3),
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "expanded": torch.zeros(3).expand(2, 3),
    "conjugated": torch.tensor([1 + 2j]).conj(),
    "negative view": torch.tensor([1 + 2j, 3j]).conj().imag,
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_cross(name):
    tensor = TENSORS[name]
    came = crossed(tensor)
    assert (came.dtype, came.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(came, tensor)
    assert not came.requires_grad


def test_a_leaf_that_wants_a_gradient_stays_one():
    came = crossed(torch.ones(2, requires_grad=True))
    assert came.requires_grad and came.is_leaf


def test_a_result_of_autograd_crosses_as_its_numbers():
    came = crossed(torch.ones(2, requires_grad=True) * 2)
    assert came.tolist() == [2.0, 2.0] and not came.requires_grad


def test_a_parameter_crosses_as_a_leaf():
    came = crossed(torch.nn.Parameter(torch.ones(2)))
    assert came.requires_grad and came.is_leaf


def test_arrays_and_tensors_cross_inside_other_things():
    came = crossed({"W": [np.eye(2)], "b": (torch.ones(2), b"raw")})
    assert came["W"][0].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert came["b"][0].tolist() == [1.0, 1.0] and came["b"][1] == b"raw"


def test_an_exception_crosses_with_its_text():
    came = crossed([ValueError("too small")])[0]
    assert type(came) is ValueError and str(came) == "too small"


def test_a_tensor_is_known_without_torch():
    assert is_tensor(torch.ones(1)) and is_tensor(torch.nn.Parameter(torch.ones(1)))
    assert not is_tensor(np.ones(1)) and not is_tensor("torch.Tensor")


# Functions cross as numbers that only their own side follows.


def test_a_function_crosses_as_what_its_side_says_of_it():
    def double(x):
        return 2 * x

    text, buffers = written([double], function=lambda f: {"mine": 7, "name": f.__name__})
    seen = []
    Decoder(buffers, function=seen.append).decode(json.loads(text))
    assert seen == [{"mine": 7, "name": "double"}]


def test_a_function_comes_home_as_itself():
    ours = [abs, min]
    text, buffers = written(min, function=lambda f: {"yours": ours.index(f)})
    back = Decoder(buffers, function=lambda told: ours[told["yours"]])
    assert back.decode(json.loads(text)) is min


def test_an_object_that_can_be_called_is_a_function():
    class Model:
        def __call__(self, x):
            return x

    assert written(Model(), function=lambda f: type(f).__name__)[0] == '{"function": "Model"}'


# What the other side has already is named by its number, and comes back as the same object.


def test_both_sides_number_what_can_be_changed_alike():
    value = [[1], {"a": {2}}, (np.zeros(1), bytearray(b"b")), torch.ones(1), "text", [1]]
    encoder = Encoder()
    code = encoder.encode(value)
    decoder = Decoder(encoder.buffers)
    decoder.decode(code)
    assert list(map(repr, encoder.mutable)) == list(map(repr, decoder.mutable))
    assert len(encoder.mutable) == 8


def test_a_known_object_comes_back_as_itself():
    ours = Encoder()
    x, y = [1], np.zeros(2)
    code = ours.encode([x, y])
    theirs = Decoder(ours.buffers)
    their_x, their_y = theirs.decode(code)
    known = {id(thing): number for number, thing in enumerate(theirs.mutable)}
    text, buffers = written({"x": their_x, "new": [1], "y": (their_y,)}, known=known)
    came = Decoder(buffers, known=ours.mutable).decode(json.loads(text))
    assert came["x"] is x and came["y"][0] is y
    assert came["new"] == x and came["new"] is not x


# What cannot cross is named.


class Point:
    pass


class SubclassOfFloat(float):
    pass


class SubclassOfList(list):
    pass


class SubclassOfArray(np.ndarray):
    pass


class CallsItselfFloat:
    __class__ = float


class Torch:
    """Calls itself a tensor, but is none."""


Torch.__module__ = "torch"


def endless():
    loop = []
    loop.append(loop)
    return loop


CANNOT = {
    "an instance": (Point(), "the type Point"),
    "a class": (Point, "the type type"),
    "a function, where none may cross": (abs, "the type builtin_function_or_method"),
    "a generator": ((n for n in []), "the type generator"),
    "an iterator": (iter([1]), "the type list_iterator"),
    "a module": (math, "the type module"),
    "a subclass of float": (SubclassOfFloat(1.0), "the type SubclassOfFloat"),
    "a subclass of list": (SubclassOfList(), "the type SubclassOfList"),
    "a subclass of array": (np.zeros(1).view(SubclassOfArray), "the type SubclassOfArray"),
    "what calls itself float": (CallsItselfFloat(), "the type CallsItselfFloat"),
    "what calls itself torch's": (Torch(), "the type Torch"),
    "a view of memory": (memoryview(b"abc"), "the type memoryview"),
    "an array of objects": (np.array([object()]), "a value of the type object"),
    "a sparse tensor": (torch.eye(2).to_sparse(), "a tensor that is sparse"),
    "a tensor without numbers": (torch.empty(2, device="meta"), "not on the CPU"),
    "too deep": (nested(DEPTH + 1), "nested more than 100 deep"),
    "endless": (endless(), "nested more than 100 deep"),
}


@pytest.mark.parametrize("name", CANNOT)
@pytest.mark.parametrize("inside", [lambda v: v, lambda v: {"a": (v,)}], ids=["alone", "inside"])
def test_what_cannot_cross_is_named(name, inside):
    value, named = CANNOT[name]
    with pytest.raises(CannotCross, match=named):
        written(inside(value))


# The reader believes nothing.

EIGHT = [b"8 bytes.", b"8 more.."]
HUGE = MESSAGE_BYTES + 1
MALFORMED = {
    "an object without a kind": {},
    "two kinds at once": {"tuple": [], "set": []},
    "an unknown kind": {"pickle": 0},
    "a function, where none may cross": {"function": {"mine": 0}},
    "a number that nothing has": {"known": 0},
    "a tuple of nothing": {"tuple": 3},
    "a dictionary without values": {"dict": [[1]]},
    "a key that cannot be one": {"dict": [[[1], 2]]},
    "an item that cannot be in a set": {"set": [[1]]},
    "no integer": {"int": "many"},
    "an integer that is one": {"int": 3},
    "no complex number": {"complex": [1, 2, 3]},
    "a range without steps": {"range": [0, 1, 0]},
    "a range of text": {"range": ["a", "b", 1]},
    "a slice of nothing": {"slice": []},
    "a buffer that is not there": {"bytes": 2},
    "no number of a buffer": {"bytearray": "0"},
    "a built-in that is no type": {"builtin": "open"},
    "a built-in without a name": {"builtin": 0},
    "half an exception": {"exception": ["ValueError"]},
    "no exception": {"exception": 3},
    "a number larger than its buffer": {"scalar": ["<f16", 0]},
    "a number without a type": {"scalar": [None, 0]},
    "a number that is an object": {"scalar": ["|O", 0]},
    "half an array": {"array": ["<f8", [1]]},
    "an array of objects": {"array": ["|O", [1], "C", True, 0]},
    "an array of records": {"array": [[["a", "<f8"]], [1], "C", True, 0]},
    "an array of no type": {"array": ["<f7", [1], "C", True, 0]},
    "a type of many letters": {"array": ["<U" + "2".zfill(20), [1], "C", True, 0]},
    "an array that is too long": {"array": ["<f8", [2], "C", True, 0]},
    "an array that is too short": {"array": ["<f4", [1], "C", True, 0]},
    "an array that is far too long": {"array": ["<f8", [HUGE], "C", True, 0]},
    "an array longer than all numbers": {"array": ["<f8", [2**26] * 32, "C", True, 0]},
    "an empty array that is too large": {"array": ["<f8", [0] + [2**26] * 9, "C", True, 1]},
    "a negative length": {"array": ["<f8", [-1], "C", True, 0]},
    "two negative lengths": {"array": ["<f8", [-1, -1], "C", True, 0]},
    "a length that is no integer": {"array": ["<f8", [1.0], "C", True, 0]},
    "a length that is true": {"array": ["<f8", [True], "C", True, 0]},
    "too many dimensions": {"array": ["<f8", [1] * 33, "C", True, 0]},
    "a shape that is no list": {"array": ["<f8", 1, "C", True, 0]},
    "a tensor that is too long": {"tensor": ["float32", [3], False, 0]},
    "a tensor that is too short": {"tensor": ["float32", [1], False, 0]},
    "a quantized tensor": {"tensor": ["qint8", [8], False, 0]},
    "a tensor of what is no type": {"tensor": ["load", [8], False, 0]},
    "a tensor of a negative length": {"tensor": ["float32", [-2], False, 0]},
    "nested too deep": nested(10_000),
}


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("inside", [lambda c: c, lambda c: {"tuple": [c]}], ids=["alone", "inside"])
def test_the_reader_refuses(name, inside):
    with pytest.raises(Malformed):
        Decoder(EIGHT).decode(inside(MALFORMED[name]))


def test_what_is_refused_is_told_shortly():
    with pytest.raises(Malformed) as caught:
        Decoder([]).decode({"x" * 10_000: 0})
    assert len(str(caught.value)) <= 80


def test_an_exception_that_is_not_built_in_is_no_type_of_the_readers():
    came = Decoder([]).decode({"exception": ["KeyboardInterrupt", "x", "Mine"]})
    assert type(came) is RuntimeError and str(came) == "KeyboardInterrupt: x"


def test_what_is_shared_counts_as_often_as_it_stands_there():
    few = Decoder([]).decode([[1, 2], {"same": 1}])
    assert few == [[1, 2], [1, 2]] and few[0] is few[1]
    twice = [[{"same": number}] * 2 for number in range(1, 60)]  # each holds the one before it
    code = [[], *twice]
    with pytest.raises(Malformed, match="more than 64 MiB"):
        Decoder([]).decode(code)


@pytest.mark.parametrize("code", [[{"same": 0}], [[{"same": 1}, {"same": 1}]], [{"same": 5}]])
def test_nothing_holds_itself(code):
    with pytest.raises(Malformed, match="holds itself"):
        Decoder([]).decode(code)
