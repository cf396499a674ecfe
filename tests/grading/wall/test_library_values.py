"""What libraries make of plain values crosses, by exact type, and is the library's own again."""

import collections
import datetime
import decimal
import fractions
import json
import pathlib
import typing

import numpy as np
import pandas as pd
import pytest
import torch

from chainrule.grading.wall.values import CannotCross, Decoder, Encoder, Malformed

Point = collections.namedtuple("Point", "x y")


class Named(typing.NamedTuple):
    count: int
    word: str = "none"


class NamedWithMore(typing.NamedTuple):
    count: int

    def twice(self):
        return 2 * self.count


def written(value):
    encoder = Encoder()
    return json.loads(json.dumps(encoder.encode(value))), encoder.buffers


def crossed(value):
    code, buffers = written(value)
    return Decoder(buffers).decode(code)


UTC = datetime.UTC
OF_PYTHON = [
    datetime.date(2024, 2, 29),
    datetime.datetime(2024, 2, 29, 13, 4, 5, 678),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1),
    datetime.datetime(2024, 1, 1, tzinfo=UTC),
    datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=-3.5))),
    datetime.time(23, 59, 1, 2),
    datetime.timedelta(days=-1, microseconds=3),
    decimal.Decimal("1.200"),
    decimal.Decimal("NaN"),
    fractions.Fraction(-1, 3),
    pathlib.PosixPath("a/../b"),
    pathlib.PurePosixPath("/"),
    collections.deque([1, [2]], maxlen=3),
    collections.defaultdict(list, {"a": [1]}),
    collections.defaultdict(None, {}),
    collections.Counter(a=2, b=-1),
    collections.OrderedDict(b=1, a=[2]),
    torch.Size([2, 0]),
    torch.float16,
    np.dtype("float32"),
    np.dtype([("a", "<i4"), ("b", "<U3")]),
]
A_YEAR = pd.date_range("2024-01-01", periods=3, freq="MS")
TABLE = pd.DataFrame(
    {
        "whole": [1, 2, 3],
        "gaps": [1.5, None, -0.0],
        "words": ["x", None, ""],
        "days": A_YEAR,
        "zone": A_YEAR.tz_localize("Europe/Paris"),
        "kinds": pd.Categorical(["u", "v", "u"], categories=["v", "u", "w"], ordered=True),
        "masked": pd.array([1, None, 3], dtype="Int8"),
        "truth": pd.array([True, None, False], dtype="boolean"),
        "anything": [[1], {"k": (2,)}, None],
    },
    index=pd.Index([30, 10, 20], name="place"),
)
TABLES = {
    "many kinds of columns": TABLE,
    "numbers, turned": TABLE[["whole", "gaps"]].T,
    "grouped": TABLE.groupby("whole")[["gaps"]].agg(["mean", "max"]),
    "two columns of one name": pd.concat([TABLE, TABLE], axis=1),
    "no rows": TABLE[:0],
    "no columns": TABLE[[]],
    "nothing": pd.DataFrame(),
}
COLUMNS = {
    **{f"the column {name}": TABLE[name] for name in TABLE},
    "counts": TABLE["words"].value_counts(dropna=False),
    "two labels": pd.Series(
        1.0, index=pd.MultiIndex.from_product([["a", "b"], [1]], names=["p", None])
    ),
    "empty": pd.Series(dtype=float, name=("a", 1)),
}
INDEXES = {
    "range": pd.RangeIndex(1, 9, 2, name="r"),
    "words": pd.Index(["a", "b"]),
    "months": A_YEAR,
    "spans": pd.timedelta_range("1h", periods=2),
    "kinds": pd.CategoricalIndex(["a", "b"]),
    "columns of two levels": TABLES["grouped"].columns,
}


@pytest.mark.parametrize("value", OF_PYTHON, ids=repr)
def test_it_is_the_librarys_own_again(value):
    again = crossed(value)
    assert type(again) is type(value) and repr(again) == repr(value)
    assert written(again) == written(value)


@pytest.mark.parametrize("name", TABLES)
def test_tables_cross(name):
    pd.testing.assert_frame_equal(crossed(TABLES[name]), TABLES[name])
    assert written(crossed(TABLES[name])) == written(TABLES[name])


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_cross(name):
    pd.testing.assert_series_equal(crossed(COLUMNS[name]), COLUMNS[name])


@pytest.mark.parametrize("name", INDEXES)
def test_labels_cross(name):
    pd.testing.assert_index_equal(crossed(INDEXES[name]), INDEXES[name], exact=True)


@pytest.mark.parametrize(
    "value",
    [pd.Timestamp("2024-01-01 03:04"), pd.Timestamp("2024", tz="US/Pacific"), pd.Timedelta("1h")],
)
def test_moments_cross(value):
    assert crossed(value) == value and crossed(value).unit == value.unit


def test_what_there_is_only_one_of_stays_it():
    assert crossed(pd.NA) is pd.NA and crossed(pd.NaT) is pd.NaT


@pytest.mark.parametrize("value", [Point(1, [2]), Named(3), Named(3, "words")])
def test_a_named_tuple_keeps_its_names(value):
    again = crossed(value)
    assert again == value and again._fields == value._fields
    assert type(again).__name__ == type(value).__name__


ARRAYS = {
    "of things": np.array([1, "a", None, [1, 2]], dtype=object),
    "of things in two axes": np.array([[1, "a"], [None, (2,)]], dtype=object),
    "of records": np.array([(1, "ab"), (3, "c")], dtype=[("a", "i4"), ("b", "U2")]),
    "of days": np.array(["2024-02-29", "NaT"], dtype="M8[D]"),
    "of spans": np.array([1, -1], dtype="m8[ms]"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_other_than_numbers_cross(name):
    again, array = crossed(ARRAYS[name]), ARRAYS[name]
    assert again.dtype == array.dtype and again.shape == array.shape
    assert repr(again) == repr(array)


def test_both_sides_number_alike_what_can_be_changed():
    """A later object is found by its number, whatever an earlier one was made of."""
    shared = [1]
    value = [TABLE, collections.deque([shared]), ARRAYS["of things"], shared]
    again = crossed(value)
    assert again[1][0] is again[3]


class Zone(datetime.tzinfo):
    def utcoffset(self, when):
        return datetime.timedelta(0)


def attributed():
    table = TABLE.copy()
    table.attrs["source"] = "here"
    return table


class Own(pd.DataFrame):
    pass


REFUSED = {
    "a named tuple with a method": NamedWithMore(1),
    "a time with a zone of one's own": datetime.datetime(2024, 1, 1, tzinfo=Zone()),
    "a number out of all bounds": decimal.Decimal("1e999999"),
    "a table with attributes": attributed(),
    "a table of one's own class": Own(TABLE),
    "a counter of one's own class": type("Mine", (collections.Counter,), {})(),
    "a column of intervals": pd.Series(pd.interval_range(0, 3)),
    "a masked array": np.ma.array([1, 2], mask=[0, 1]),
    "an array with an array in each record": np.zeros(2, dtype=[("a", "f4", (2,))]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_more_to_it_does_not_cross(name):
    with pytest.raises(CannotCross):
        written(REFUSED[name])


def rows(count):
    return {"library": ["pandas", "RangeIndex", ["range", 0, count, 1, None]]}


def of(library, name, *parts):
    return {"library": [library, name, list(parts)]}


LIES = {
    "no such library": of("os", "system", "true"),
    "no such type": of("collections", "UserDict", {"dict": []}),
    "parts that do not fit": of("datetime", "date", 2024, 13, 1),
    "a fraction of nothing": of("fractions", "Fraction", 1, 0),
    "a number out of all bounds": of("decimal", "Decimal", "1e999999999"),
    "a type of torch's that is none": of("torch", "dtype", "load"),
    "a file for a zone": of("pandas", "Timestamp", {"int": "0x0"}, "dateutil//etc/passwd", "ns"),
    "another type for a column": of("pandas", "Series", ["masked", [1], "object"], rows(1), None),
    "more labels than values": of(
        "pandas", "DataFrame", [["plain", [1.0]]], rows(1 << 50), rows(1)
    ),
    "a field that is code": {"namedtuple": ["P", ["x=print()"], [1]]},
    "a name that is code": {"namedtuple": ["P:\n pass", ["x"], [1]]},
    "a name that is a keyword": {"namedtuple": ["P", ["class"], [1]]},
    "things that do not fill the array": {"objects": [[1 << 40], [1]]},
    "records of objects": {"records": [[["a", "|O"]], [1], 0]},
    "a type that is a text with commas": {"dtype": "f4,f8"},
}


@pytest.mark.parametrize("name", LIES)
def test_the_reader_refuses(name):
    with pytest.raises(Malformed):
        Decoder([b"12345678"]).decode(LIES[name])
